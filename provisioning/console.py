"""What the technician sees: one line per thing done, ✓ ▲ ✗ with words beside them, the answer alone on stdout.

Progress, warnings and errors go to stderr, so `invigil … --json | jq` always works.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

WIDE: Final = 400
"""Columns of a table that nobody looks at in a terminal."""

answer = Console(highlight=False, soft_wrap=True)
"""stdout: what was asked for, nothing else."""

notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""stderr: progress, warnings, errors."""


class ProvisioningError(Exception):
    """Something a technician can mend. The message says what happened, `hint` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def done(message: str) -> None:
    notes.print(f"[green]✓[/] {_plain(message)}")


def warn(message: str) -> None:
    notes.print(f"[yellow]▲[/] {_plain(message)}")


def step(message: str) -> None:
    notes.print(f"[cyan]▸[/] {_plain(message)}")


def fail(message: object, hint: str = "") -> None:
    """Says what went wrong and goes on: one of several things failed."""
    notes.print(f"[red]✗[/] {_plain(str(message))}")
    if hint:
        notes.print(f"  → {_plain(hint)}")


def die(message: object, hint: str = "", code: int = 1) -> NoReturn:
    """Says what went wrong and what to do next, and ends the command."""
    fail(message, hint)
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """The answer for machines: one JSON document on stdout."""
    answer.out(json.dumps(value, ensure_ascii=False, default=str), highlight=False)


def table(*headings: str) -> Table:
    """Columns without lines between them; nothing in them is broken."""
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading in headings:
        made.add_column(heading, no_wrap=True)
    return made


def print_table(value: Table) -> None:
    """The answer for people; on a pipe as wide as it needs to be, for nothing is cut off there."""
    Console(width=answer.width if answer.is_terminal else WIDE, highlight=False, soft_wrap=False).print(value)


def confirm(question: str, *, yes: bool) -> None:
    """Ends the command unless somebody says yes, or said so before with --yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        die("this asks before it does anything, and nobody is there to answer", "say it beforehand: --yes", code=2)
    if not typer.confirm(question, err=True):
        die("nothing was done")


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar for several of a kind, nothing on a pipe; call what it gives after each, from any thread."""
    columns = (TextColumn("  {task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def printable(text: object) -> str:
    """What comes from elsewhere may come from anybody: nothing of it may steer a terminal."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in str(text))


def download_progress() -> Progress:
    """A bar per file; nothing on a pipe, where the lines before and after say enough."""
    return Progress(
        TextColumn("  {task.description}"),
        BarColumn(bar_width=30),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=notes,
        transient=True,
        disable=not notes.is_terminal,
    )


def progress() -> Progress:
    """A bar for work whose amount is known; nothing on a pipe."""
    columns = (TextColumn("  {task.description}"), BarColumn(bar_width=30), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal)


def spinner() -> Progress:
    """For work of unknown length; nothing on a pipe."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal)


def _plain(message: str) -> str:
    """Square brackets in paths and messages are text, not markup."""
    return message.replace("[", "\\[")
