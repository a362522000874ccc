"""What `device install`, `hub install` and their opposites share: check, show the diff, put in place, tell."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from provisioning import changes, console, installation
from provisioning.cli.showing import files_json, show_diff, show_files
from provisioning.console import ProvisioningError
from provisioning.installation import Part, Step

Root = Annotated[
    Path, typer.Option("--root", metavar="DIR", help="Another system than this one: an image, a card in a reader.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, as a diff; change nothing.")]
NoStart = Annotated[bool, typer.Option("--no-start", help="Enable, but start nothing now.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Purge = Annotated[bool, typer.Option("--purge", help="Also settings, keys, data and releases. There is no way back.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def put_in_place(
    root: Path, parts: Sequence[Part], *, extra: Sequence[str] = (), start: bool, dry_run: bool, as_json: bool
) -> None:
    root = _checked(root)
    planned = installation.plan(root, parts)
    enabled = [*(unit for part in parts for unit in part.enabled), *extra]
    ahead = installation.steps(root, enabled, start=start) if enabled else []
    show_diff([each for each in planned if dry_run or each.kind == "changed"])
    if not dry_run:
        changes.apply(planned, backups=False)
        for step in ahead:
            installation.run(step)
    show_files(planned, dry_run=dry_run)
    _show_steps(ahead, dry_run=dry_run)
    restart = [] if dry_run or not installation.systemd_runs(root) else installation.changed_units(planned)
    if restart:
        console.warn(f"they run as they were until: systemctl restart {' '.join(restart)}; not during an exam session")
    missing = installation.missing(root, parts)
    for words in missing:
        console.warn(words)
    if as_json:
        console.print_json(
            {
                "root": str(root),
                "dry_run": dry_run,
                "files": files_json(planned),
                "steps": _steps_json(ahead, dry_run=dry_run),
                "enabled": enabled,
                "missing": missing,
            }
        )


def take_away(
    root: Path,
    parts: Sequence[Part],
    *,
    extra: Sequence[str] = (),
    purge: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    root = _checked(root)
    removal = installation.plan_removal(root, parts, purge=purge)
    ahead = installation.removing_steps(root, parts, extra)
    if removal.data and not dry_run and not yes:
        console.warn("deleted for good: " + ", ".join(map(str, removal.data)))
        typer.confirm("Delete them?", abort=True, err=True)
    if not dry_run:
        for step in ahead:
            installation.run(step)
        changes.apply(removal.gone, backups=False)
        for folder in removal.data:
            _delete(folder)
        if installation.systemd_runs(root):
            installation.run(Step(["systemctl", "daemon-reload"]))
    _show_steps(ahead, dry_run=dry_run)
    show_files(removal.gone, dry_run=dry_run)
    for path in removal.kept:
        console.warn(f"somebody changed it, so it stays: {path}")
    for folder in removal.data:
        console.warn(f"{'would be deleted' if dry_run else 'deleted'}: {folder}")
    if as_json:
        console.print_json(
            {
                "root": str(root),
                "dry_run": dry_run,
                "files": files_json(removal.gone),
                "steps": _steps_json(ahead, dry_run=dry_run),
                "kept": [str(path) for path in removal.kept],
                "deleted": [str(path) for path in removal.data],
            }
        )


def _checked(root: Path) -> Path:
    if not (root / "etc").is_dir():
        raise ProvisioningError(f"{root} holds no system: there is no etc in it", "--root names where its / is mounted")
    return root.resolve()


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ProvisioningError(f"{folder} cannot be deleted: {error.strerror}", "as administrator: sudo") from error


def _show_steps(steps: Sequence[Step], *, dry_run: bool) -> None:
    for step in steps:
        words = " ".join(step.command)
        if step.left_out:
            console.step(f"left out ({step.left_out}): {words}")
        elif dry_run:
            console.step(f"not yet: {words}")
        else:
            console.done(words)


def _steps_json(steps: Sequence[Step], *, dry_run: bool) -> list[dict[str, object]]:
    return [
        {"command": step.command, "done": not dry_run and not step.left_out, "left_out": step.left_out or None}
        for step in steps
    ]
