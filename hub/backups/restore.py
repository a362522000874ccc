"""A hub made anew from a backup: checked as a whole first, then put where there is none."""

import asyncio
import os
import shutil
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final

from sqlalchemy import inspect, text

from hub.backups.backup import (
    DATABASE,
    MANIFEST,
    BackupManifest,
    Progress,
    as_hub_error,
    check_backup,
    damaged,
    read_members,
)
from hub.config import Settings, load_settings
from hub.db import Database
from hub.devices.readmission import Restored
from hub.engines import pgtools
from hub.engines.postgres import PostgresConfig
from hub.errors import HubError
from hub.evidence.filestore import settle
from hub.lockfile import only_one

_SETTINGS: Final = "data/hub.toml"


def restore_backup(file: Path, data: Path, *, force: bool, total: Progress, done: Progress) -> BackupManifest:
    """Blocks, outside of an event loop. Raises `HubError` before anything is changed for a file that is damaged, a hub
    that runs, or one that holds something already, unless `force` says that it goes.

    A `hub.toml` that is there already stands, with what else is: so a hub can be restored onto another database.
    """
    manifest = check_backup(file, done)
    total(2 * manifest.size_bytes)
    with as_hub_error(file), ExitStack() as stack:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        for lock in {data / "hub.lock", *data.glob("*.lock")}:
            stack.enter_context(only_one(lock, "a hub"))
        if not (data / "hub.toml").exists():
            _put_settings(file, data)
        settings = load_settings(data, {})
        _must_fit(manifest, settings)
        _make_room(settings, force=force)
        with tempfile.TemporaryDirectory(dir=data, prefix="bundle-restore-") as folder:
            for name, size, stream in read_members(file):
                _place(name, stream, settings, Path(folder), file)
                done(size)
            _load_database(manifest, settings, Path(folder))
        Restored(backup_made_at=manifest.made_at, restored_at=datetime.now(UTC)).keep(data)
    return manifest


def _put_settings(file: Path, data: Path) -> None:
    for name, _, stream in read_members(file):
        if name == _SETTINGS:
            _write(stream, data / "hub.toml")
            return


def _must_fit(manifest: BackupManifest, settings: Settings) -> None:
    kind = "sqlite" if settings.database is None else "postgresql"
    if kind != manifest.database:
        raise HubError(
            f"the backup holds a database of {manifest.database}, and hub.toml says {kind}",
            hint="a backup goes back to the kind of database it is from: correct [database] in hub.toml",
        )


def _make_room(settings: Settings, *, force: bool) -> None:
    """Nothing may be there, or all of it goes."""
    at = settings.database_at
    here = [path for path in (settings.database_path, settings.data / "ca") if path.exists()]
    tables = asyncio.run(_tables(at)) if isinstance(at, PostgresConfig) else []
    if (here or tables) and not force:
        where = "the database" if tables else str(here[0])
        raise HubError(f"there is a hub already: {where}", hint="restore elsewhere, or lose it with --force")
    shutil.rmtree(settings.data / "ca", ignore_errors=True)
    for path in settings.data.glob("hub.sqlite*"):
        path.unlink()
    if tables and isinstance(at, PostgresConfig):
        asyncio.run(_drop_all(at))


async def _tables(at: PostgresConfig) -> list[str]:
    database = Database(at)
    try:
        async with database.reading() as connection:
            return list(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    finally:
        await database.close()


async def _drop_all(at: PostgresConfig) -> None:
    database = Database(at)
    try:
        async with database.writing() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
    finally:
        await database.close()


def _place(name: str, stream: IO[bytes], settings: Settings, folder: Path, file: Path) -> None:
    path = PurePosixPath(name)
    if name in DATABASE.values():
        _write(stream, folder / name)
    elif path.parts[0] == "data" and len(path.parts) > 1:
        target = settings.data.joinpath(*path.parts[1:])
        if not target.exists():
            _write(stream, target)
    elif path.parts[0] == "evidence" and len(path.parts) == 2:
        waiting = folder / path.name
        _write(stream, waiting)
        settle(waiting, settings.evidence_dir / path.name[:2] / path.name[2:4] / path.name)
    elif name != MANIFEST:
        raise damaged(file, f"{name!r} may not be in a backup")


def _load_database(manifest: BackupManifest, settings: Settings, folder: Path) -> None:
    copy = folder / DATABASE[manifest.database]
    at = settings.database_at
    if isinstance(at, PostgresConfig):
        asyncio.run(pgtools.restore(at, copy))
    else:
        copy.replace(at)


def _write(stream: IO[bytes], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Certificates too: whoever needs them reads them as the hub.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        os.fsync(file.fileno())
