"""What every command of `invigil-hub` needs: options, settings, the database, and how results and errors look."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from hub.config import Settings, load_settings
from hub.errors import HubError

Data = Annotated[Path, typer.Option("--data", help="Directory that holds everything the hub keeps.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

Result = TypeVar("Result")


def die(message: str, *, hint: str = "") -> NoReturn:
    """Ends the command with what is wrong and what to do about it."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)  # a path that is broken cannot be copied
    console.print("error:", style="bold red", end=" ")
    console.print(message, markup=False)
    if hint:
        console.print("hint:", style="bold", end="  ")
        console.print(hint, markup=False)
    raise typer.Exit(1)


def read_settings(data: Path, options: dict[str, Any]) -> Settings:
    try:
        return load_settings(data, options)
    except HubError as error:
        die(str(error), hint=error.hint)


async def with_database(settings: Settings, work: Any) -> Any:
    """Runs `work` with the database, which may be in use by a hub."""
    from hub.db import Database

    database = Database(settings.database_at)
    try:
        await database.migrate()
        return await work(database)
    finally:
        await database.close()


def run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except HubError as error:
        die(str(error), hint=error.hint)


def say(text: str, value: dict[str, Any], as_json: bool) -> None:
    """What was done: a sentence for people, the same for programs."""
    print(json.dumps(value) if as_json else text)


def show(rows: list[dict[str, str]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print("none yet")
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*row.values())
    Console().print(table, markup=False)
