"""`invigil-hub bundle`: everything that proves what happened in a booth, written into a file."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.console import Data, Json, die, read_settings, run, with_database
from hub.config import Settings
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.evidence.filestore import FileStore


def bundle(
    booth: Annotated[str, typer.Argument(help="Id of the booth.")],
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="File to write; it must not be there yet.")],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"], help="By the booth's clock; a day is UTC."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"], help="By the booth's clock; a day is UTC."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write events, evidence, certificates and signatures of a booth into a zip file that proves them.

    The hub may run meanwhile. Anybody can check the file with `invigil verify`, without hub or network.

    Example: invigil-hub bundle room-1-a --from 2026-05-04T08:00:00Z --to 2026-05-04T12:30:00Z
    --out room-1-a.zip --data /var/lib/invigil
    """
    if out.exists():
        die(f"{out} is there already", hint="choose another file with --out")
    settings = read_settings(data, {})
    if settings.database is None and not settings.database_path.is_file():
        die(f"there is no hub in {data}", hint="name the directory that `invigil-hub serve` was given")
    from hub.evidence.bundle import Wanted

    wanted = Wanted(booth, _utc(first), _utc(last))

    async def write(database: Any) -> str:
        return await _write(settings, database, wanted, out)

    authority = run(with_database(settings, write))
    if as_json:
        print(json.dumps({"bundle": str(out), "size_bytes": out.stat().st_size, "authority_sha256": authority}))
    else:
        print(f"{out}: {out.stat().st_size:,} bytes")
        print(f"vouched for by the authority {authority}")
        print(f"to check it: invigil verify {out} --ca {settings.data / 'ca' / 'ca.pem'}")


async def _write(settings: Settings, database: Any, wanted: Any, out: Path) -> str:
    """The authority's fingerprint. What breaks off leaves no file."""
    from hub.devices.certificates import Authority, fingerprint, load_certificate
    from hub.evidence.bundle import Bundles
    from hub.evidence.countersign import Countersigner

    authority = Authority.load_or_create(settings.data / "ca")
    part = out.with_name(out.name + ".part")
    try:
        with file_store(settings) as files, part.open("wb") as file:
            made = Bundles(database, authority, Countersigner(authority.signer()), files)
            async for piece in made.make(await made.plan(wanted)):
                file.write(piece)
        part.rename(out)
    except OSError as error:
        raise HubError(f"{out} cannot be written: {error.strerror or error}", hint="choose another place") from error
    finally:
        part.unlink(missing_ok=True)
    return fingerprint(load_certificate(authority.certificate_pem))


@contextmanager
def file_store(settings: Settings) -> "Iterator[FileStore]":
    """The hub's store; copies from a bucket go into a folder of this command, for a hub may use its own meanwhile."""
    from hub.evidence.filestore import LocalFiles

    if settings.s3 is None:
        yield LocalFiles(settings.evidence_dir)
        return
    from hub.evidence.s3 import S3Files

    with tempfile.TemporaryDirectory(dir=settings.data, prefix="bundle-") as copies:
        yield S3Files(settings.s3, Path(copies), settings.data)


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time if time.tzinfo else time.replace(tzinfo=UTC)
