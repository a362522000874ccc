"""`invigil device update`: another release on this device."""

from pathlib import Path
from typing import Annotated

import typer

from contract.release import Release, made_at_text
from provisioning import console
from provisioning.cli.device.trial import AgentDown, AsJson, Config, Limit, Root, WellFor, shown, tell
from provisioning.update import settle
from provisioning.update.device import Device
from provisioning.update.fetch import HubReleases
from provisioning.update.requests import open_plain, read_request
from provisioning.update.stage import this_target
from provisioning.update.updater import Options, Updater

EPILOG = """\b
Examples: sudo invigil device update /media/stick/invigil-1.4.0.release
          sudo invigil device update invigil-1.4.0.release --dry-run --json
          sudo invigil device update --from-hub

\b
Takes releases that are signed by a key in /opt/invigil/release-keys. The new release is installed beside the one that
runs, tests itself, and is started; if its agent is not well within five minutes, or is started three times in vain, the
device goes back by itself. The power may fail at any moment. Never while an exam session is on.
Exit codes: 0 the new release runs · 1 refused or failed, nothing was switched · 2 the command line was
not understood · 3 it was tried and given up: the release before runs again."""


def update(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="invigil-VERSION.release")] = None,
    from_hub: Annotated[bool, typer.Option("--from-hub", help="Fetch it from this device's hub.")] = False,
    version: Annotated[str | None, typer.Option("--version", help="With --from-hub: not the newest, but this.")] = None,
    requested: Annotated[
        bool, typer.Option("--requested", hidden=True, help="What the agent was asked by the hub.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; change nothing.")] = False,
    allow_older: Annotated[
        bool, typer.Option("--allow-older", help="Also a release older than the present one.")
    ] = False,
    agent_down: AgentDown = False,
    root: Root = Device.root,
    config: Config = Device.config,
    keys: Annotated[Path, typer.Option("--keys", help="Folder with public release keys, *.pem.")] = Device.keys,
    requests: Annotated[
        Path, typer.Option("--requests", hidden=True, help="Where the agent puts requests.")
    ] = Device.requests,
    limit_s: Limit = settle.LIMIT_S,
    well_for_s: WellFor = settle.WELL_FOR_S,
    as_json: AsJson = False,
) -> None:
    """Install a signed release beside the one that runs, try it, and keep it or go back."""
    device = Device(root, config, keys, requests)
    request = read_request(requests) if requested else None
    path = request.file if request else file
    if from_hub and file is None:
        path = _fetch(config, version, root / "state" / "fetched")
    if path is None:
        if requested:
            return
        console.die("which release?", "name its file, or: invigil device update --from-hub", code=2)
    options = Options(
        allow_older=allow_older or bool(request and request.allow_older),
        agent_may_be_down=agent_down,
        limit_s=limit_s,
        well_for_s=well_for_s,
        request=request.name if request else None,
    )
    try:
        with open_plain(path) as opened, shown() as seen:
            updater = Updater(device, options, seen.step, seen.done)
            if dry_run:
                _tell_check(updater.check(opened), settle.current(root), as_json)
                return
            journal = updater.update(opened)
    except OSError as error:
        console.die(f"{path} cannot be read: {error.strerror}", "is the stick still there?")
    finally:
        if request is not None:
            request.forget()
    if from_hub:
        path.unlink(missing_ok=True)
    tell(journal, as_json)


def _fetch(config: Path, version: str | None, folder: Path) -> Path:
    """The release's file; what an earlier run fetched of it is not fetched again."""
    hub = HubReleases(config)
    offered = hub.offered(version)
    console.step(f"fetching {offered.version} from the hub, {offered.size_bytes / 1e6:.1f} MB")
    with console.download_progress() as bar:
        task = bar.add_task(offered.version, total=offered.size_bytes)
        return hub.fetch(offered, folder, lambda there, total: bar.update(task, completed=there, total=total))


def _tell_check(release: Release, there: str, as_json: bool) -> None:
    manifest = release.manifest
    console.done(f"this device would take {manifest.version}, made {made_at_text(manifest.made_at)}; {there} runs here")
    if as_json:
        console.print_json(
            {
                "ok": True,
                "phase": "checked",
                "from": there,
                "to": manifest.version,
                "signed_by": list(release.signed_by),
                "target": str(this_target()),
                "reason": "",
            }
        )
