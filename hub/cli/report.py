"""`invigil-hub report`: the report of an exam session, written into files."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from hub.cli.console import Data, die, read_settings, run, with_database
from hub.config import Settings
from hub.errors import HubError


def report(
    exam_session: Annotated[UUID, typer.Argument(help="Id of the exam session.")],
    data: Data,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="File to write for print.")] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="File to write the violations into, a row each.")] = None,
    document: Annotated[Path | None, typer.Option("--json-file", help="File to write everything into.")] = None,
    for_candidate: Annotated[bool, typer.Option("--for-candidate", help="The candidate's copy: others left out.")] = (
        False
    ),
    language: Annotated[str, typer.Option("--lang", help="en or de.")] = "en",
    timezone: Annotated[str, typer.Option(help="In which times are shown, such as Europe/Berlin.")] = "UTC",
) -> None:
    """Write the report of an exam session. The hub may run meanwhile; that you took it is on record.

    Example: invigil-hub report 0b0c…-… --pdf report.pdf --lang de --timezone Europe/Berlin --data /var/lib/invigil
    """
    wanted = {form: path for form, path in (("pdf", pdf), ("csv", table), ("json", document)) if path is not None}
    if not wanted:
        die("nothing to write", hint="name a file with --pdf, --csv or --json-file")
    for path in wanted.values():
        if path.exists():
            die(f"{path} is there already", hint="choose another file")
    if language not in ("en", "de"):
        die(f"no language is called {language}", hint="en or de")
    settings = read_settings(data, {})
    if settings.database is None and not settings.database_path.is_file():
        die(f"there is no hub in {data}", hint="name the directory that `invigil-hub serve` was given")

    async def write(database: Any) -> None:
        await _write(settings, database, exam_session, wanted, language, timezone, for_candidate=for_candidate)

    run(with_database(settings, write))
    for path in wanted.values():
        print(f"{path}: {path.stat().st_size:,} bytes")


async def _write(
    settings: Settings,
    database: Any,
    exam_session: UUID,
    wanted: dict[str, Path],
    language: Any,
    timezone: str,
    *,
    for_candidate: bool,
) -> None:
    """What breaks off leaves no file."""
    from hub import audit
    from hub.cli.bundle import file_store
    from hub.devices.certificates import Authority
    from hub.reports.service import Reports, time_zone
    from hub.reports.table import violations_csv

    zone = time_zone(timezone)
    authority = Authority.load_or_create(settings.data / "ca")
    with file_store(settings) as files:
        reports = Reports(database, files, settings.data / "reports", authority)
        found = await reports.read(exam_session, language, reader=None, for_candidate=for_candidate)
        for form, path in wanted.items():
            said = f"redacted.{form}" if for_candidate else form
            async with database.writing() as connection:
                await audit.record(
                    connection, audit.COMMAND_LINE, "report.viewed", "exam_session", str(exam_session), form=said
                )
            match form:
                case "pdf":
                    made = await reports.pdf(found, zone)
                case "csv":
                    made = violations_csv(found)
                case _:
                    made = found.model_dump_json(indent=2).encode()
            _put(path, made)


def _put(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.rename(path)
    except OSError as error:
        raise HubError(f"{path} cannot be written: {error.strerror or error}", hint="choose another place") from error
    finally:
        part.unlink(missing_ok=True)
