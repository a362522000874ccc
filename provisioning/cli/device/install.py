"""`invigil device install` and `uninstall`: a booth's services, users, folders and device rules on this system."""

from pathlib import Path
from typing import Annotated

import typer

from provisioning import console, installation
from provisioning.cli.device.trial import shown
from provisioning.cli.services import AsJson, DryRun, NoStart, Purge, Root, Yes, put_in_place, take_away
from provisioning.console import ProvisioningError
from provisioning.update.device import Device, trusted_keys
from provisioning.update.first import install_first
from provisioning.update.requests import open_plain

EPILOG = """\b
Examples: sudo invigil device install
          invigil device install --root /mnt/card --dry-run
          sudo invigil device install --no-screen --json
          sudo invigil device install --release-file /media/stick/invigil-1.4.0.release

\b
Puts units (agent, screen, renewal), users, folders, device rules and the echo canceller in place, and starts what
may start; run again, it changes what differs and nothing else. Programs that are missing are named, not installed.
--release-file is for a device that has none yet, and takes what is signed by a key in /opt/invigil/release-keys; later:
invigil device update FILE.
Exit codes: 0 all is in place · 1 failed, and said why · 2 the command line was not understood."""

UNINSTALL_EPILOG = """\b
Examples: sudo invigil device uninstall
          sudo invigil device uninstall --purge

\b
Stops the services and removes the files that `install` put in place; one that somebody changed is kept and named.
Key, settings, evidence and releases stay unless --purge is given. Users stay: their numbers own files.
Exit codes: 0 removed · 1 failed or not confirmed · 2 the command line was not understood."""

NoScreen = Annotated[bool, typer.Option("--no-screen", help="A booth without a screen for the candidate.")]


def install(
    root: Root = Path("/"),
    no_screen: NoScreen = False,
    release_file: Annotated[
        Path | None, typer.Option("--release-file", metavar="FILE", help="The first release of this device.")
    ] = None,
    keys: Annotated[Path, typer.Option("--keys", help="Folder with public release keys, *.pem.")] = Device.keys,
    no_start: NoStart = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put a booth's services in place and start them."""
    if release_file is not None and root != Path("/"):
        raise ProvisioningError(
            "a release is installed on the device itself: its commands begin with the path they lie under",
            "prepare a card with it: invigil device prepare --release-file FILE",
        )
    if release_file is not None and not dry_run:
        _install_release(release_file, keys)
    parts = [installation.AGENT] if no_screen else [installation.AGENT, installation.SCREEN]
    put_in_place(root, parts, start=not no_start, dry_run=dry_run, as_json=as_json)
    if not dry_run and not (root / "etc/invigil/device.toml").exists():
        console.notes.print("  → next: sudo -u invigil-agent invigil device enrol --hub URL --dir /etc/invigil")


def _install_release(path: Path, keys: Path) -> None:
    try:
        with open_plain(path) as file, shown() as seen:
            version = install_first(file, trusted_keys(keys), Device(keys=keys), seen.step, seen.done)
    except OSError as error:
        raise ProvisioningError(f"{path} cannot be read: {error.strerror}", "is the stick still there?") from error
    console.done(f"release {version} is installed")


def uninstall(
    root: Root = Path("/"),
    purge: Purge = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Stop a booth's services and take away what `install` put in place."""
    parts = [installation.AGENT, installation.SCREEN]
    take_away(root, parts, purge=purge, yes=yes, dry_run=dry_run, as_json=as_json)
