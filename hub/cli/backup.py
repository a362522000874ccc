"""`invigil-hub backup` and `restore`: a whole hub as one file, and back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from hub.cli.console import Data, Json, die, read_settings
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.backups.backup import BackupManifest
    from hub.backups.backup import Progress as Told


def backup(
    file: Annotated[Path, typer.Argument(help="File to write: NAME.tar, or NAME.tar.zst to compress it.")],
    data: Data,
    without_evidence: Annotated[
        bool, typer.Option("--without-evidence", help="Leave pictures, clips and recordings to another backup.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write everything the hub keeps into one file: database, keys, settings, evidence. The hub may run meanwhile.

    Keep it where only you can read it: it holds the key of the hub's authority.

    Example: invigil-hub backup /srv/backup/hub.tar.zst --data /var/lib/invigil
    """
    if file.exists():
        die(f"{file} is there already", hint="choose another file")
    if not file.name.endswith((".tar", ".tar.zst")):
        die(f"{file.name} is no name of a backup", hint="end it with .tar, or .tar.zst to compress it")
    from hub.backups.backup import write_backup

    settings = read_settings(data, {})
    with _progress("backing up") as (total, done):
        manifest = _or_die(
            lambda: write_backup(settings, file, with_evidence=not without_evidence, total=total, done=done)
        )
    _tell(file, manifest, as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="What `invigil-hub backup` wrote.")],
    data: Data,
    force: Annotated[bool, typer.Option("--force", help="Replace the hub that is there; it is lost.")] = False,
    as_json: Json = False,
) -> None:
    """Make a hub from a backup, in a directory that has none. The file is checked as a whole before anything changes.

    For another database or broker, write a hub.toml into the directory first: it is kept.

    Example: invigil-hub restore /srv/backup/hub.tar.zst --data /var/lib/invigil
    """
    from hub.backups.restore import restore_backup

    with _progress("restoring") as (total, done):
        manifest = _or_die(lambda: restore_backup(file, data.absolute(), force=force, total=total, done=done))
    _tell(file, manifest, as_json)
    if not as_json:
        print(f"start it: invigil-hub serve --data {data}")
        print(f"then revoke again whom you revoked since {manifest.made_at:%Y-%m-%d %H:%M} UTC: this hub does not know")


def _or_die(work: "Callable[[], BackupManifest]") -> "BackupManifest":
    try:
        return work()
    except HubError as error:
        die(str(error), hint=error.hint)


def _tell(file: Path, manifest: "BackupManifest", as_json: bool) -> None:
    evidence = sum(member.name.startswith("evidence/") for member in manifest.members)
    if as_json:
        said = {
            "file": str(file),
            "size_bytes": file.stat().st_size,
            "made_at": manifest.made_at.isoformat(),
            "database": manifest.database,
            "evidence": manifest.evidence,
            "evidence_files": evidence,
        }
        print(json.dumps(said))
        return
    print(f"{file}: {file.stat().st_size:,} bytes, made {manifest.made_at:%Y-%m-%d %H:%M} UTC ({manifest.database})")
    print(f"evidence: {manifest.evidence}" + (f", {evidence} files" if evidence else ""))


@contextmanager
def _progress(what: str) -> "Iterator[tuple[Told, Told]]":
    """On standard error, and only where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda total: bar.update(task, total=total), lambda more: bar.advance(task, more)
