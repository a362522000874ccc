"""`invigil-hub retention`: what is too old and would go, and letting it go now."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from hub.cli.bundle import file_store
from hub.cli.console import Data, Json, read_settings, run, show, with_database
from hub.config import Settings

if TYPE_CHECKING:
    from hub.retention.service import Retention

app = typer.Typer(
    no_args_is_help=True,
    help="How long things are kept. Example: invigil-hub retention preview --data /var/lib/invigil",
)


@app.command("preview")
def retention_preview(data: Data, as_json: Json = False) -> None:
    """Show what a run would delete now, by class of data. Nothing is changed.

    Example: invigil-hub retention preview --data /var/lib/invigil
    """
    settings = read_settings(data, {})

    async def work(database: Any) -> Any:
        with _retention(settings, database) as retention:
            return await retention.preview()

    found = run(with_database(settings, work))
    if as_json:
        print(found.model_dump_json())
        return
    show(
        [
            {
                "data": each.data_class,
                "kept, days": "for ever" if each.days is None else str(each.days),
                "files": str(each.files),
                "rows": str(each.rows),
                "bytes": f"{each.size_bytes:,}",
                "oldest": f"{each.oldest:%Y-%m-%d}" if each.oldest else "",
                "held": str(each.held),
            }
            for each in found.items
        ],
        as_json=False,
    )


@app.command("run")
def retention_run(data: Data, as_json: Json = False) -> None:
    """Delete what is due now, with proof. The hub does so every day by itself, and may run meanwhile.

    Example: invigil-hub retention run --data /var/lib/invigil
    """
    settings = read_settings(data, {})

    async def work(database: Any) -> Any:
        from hub.audit import Actor

        with _retention(settings, database) as retention:
            return await retention.run_once(Actor(None, "the hub's command line"))

    found = run(with_database(settings, work))
    if as_json:
        print(found.model_dump_json())
    else:
        gone = {name: each for name, each in found.found.items() if each.files or each.rows}
        for name, each in gone.items():
            print(f"{name}: {each.files} files, {each.rows} rows, {each.size_bytes:,} bytes")
        print("nothing was due" if not gone else f"proof of it: run {found.run_id}")
    if not found.complete:
        print("some files could not be deleted from the store yet: run it again")
        raise typer.Exit(1)


@contextmanager
def _retention(settings: Settings, database: Any) -> "Iterator[Retention]":
    from hub.devices.certificates import Authority
    from hub.retention.service import Retention

    with file_store(settings) as files:
        yield Retention(database, files, Authority.load_or_create(settings.data / "ca").signer())
