"""PostgreSQL's own programs, with which a database is backed up and restored."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hub.engines.postgres import PostgresConfig
from hub.errors import HubError

_DEBIAN: Final = Path("/usr/lib/postgresql")


async def dump(config: PostgresConfig, out: Path) -> None:
    """The whole database in one consistent state, while others write. Raises `HubError`."""
    await _run(config, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={out}", "--dbname")


async def restore(config: PostgresConfig, file: Path) -> None:
    """Into a database without tables, all or nothing. Raises `HubError`."""
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    await _run(config, "pg_restore", *options, "--dbname", after=(str(file),))


async def _run(config: PostgresConfig, name: str, *arguments: str, after: tuple[str, ...] = ()) -> None:
    """The last of `arguments` gets the database's URL, which holds no password."""
    program = find(name)
    with _password(config) as environment:
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            config.url,
            *after,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **environment},
        )
        _, said = await process.communicate()
    if process.returncode != 0:
        lines = said.decode(errors="replace").strip().splitlines()
        raise HubError(
            f"{name}: {'; '.join(lines[:3]) or process.returncode}",
            hint="it must be at least as new as the database server, and reach it: apt-get install postgresql-client",
        )


@contextmanager
def _password(config: PostgresConfig) -> Iterator[dict[str, str]]:
    """A file, because others can read arguments."""
    if config.password_file is None:
        yield {}
        return
    with tempfile.NamedTemporaryFile("w", prefix="invigil-pgpass-") as file:  # made with mode 0600
        password = config.password().replace("\\", "\\\\").replace(":", "\\:")
        file.write(f"*:*:*:*:{password}\n")
        file.flush()
        yield {"PGPASSFILE": file.name}


def find(name: str) -> str:
    """The newest one; Debian keeps them out of the PATH. Raises `HubError`."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    program = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)]))
    if program is None:
        raise HubError(f"{name} is not installed", hint="install it: apt-get install postgresql-client")
    return program
