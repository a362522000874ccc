"""What `update` and `rollback` have in common: their options, the steps as they go, and what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.progress import Progress, TaskID

from provisioning import console
from provisioning.update.settle import Journal

SAYS: Final = {
    "checking": "checking the release",
    "staging": "installing it beside the one that runs",
    "testing": "the new release tests itself",
    "switching": "switching",
    "waiting": "waiting until its agent is well",
    "going_back": "its agent is not well; going back",
}
BARS: Final = frozenset({"unpacking", "installing"})
EXIT_CODE: Final = {"healthy": 0, "rolled_back": 3}

Root = Annotated[Path, typer.Option("--root", help="Folder of the releases.")]
Config = Annotated[Path, typer.Option("--config", help="This device's device.toml.")]
AgentDown = Annotated[bool, typer.Option("--agent-down", help="The agent need not run: nobody sits there.")]
Limit = Annotated[float, typer.Option("--limit", help="Seconds until its agent must be well.", min=1)]
WellFor = Annotated[float, typer.Option("--well-for", help="Seconds that its agent must run without a break.", min=0)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


class Shown:
    """The steps as lines, and a bar below what takes long."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def step(self, name: str) -> None:
        if name in SAYS:
            console.step(SAYS[name])
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=None) if name in BARS else None

    def done(self, count: int, total: int | None) -> None:
        if self._task is not None and total is not None:
            self._bar.update(self._task, total=total)
        elif self._task is not None:
            self._bar.advance(self._task, count)


@contextmanager
def shown() -> Iterator[Shown]:
    with console.progress() as bar:
        yield Shown(bar)


def tell(journal: Journal, as_json: bool) -> NoReturn:
    there = journal["to"] if journal["phase"] == "healthy" else journal["from"]
    if journal["phase"] == "healthy":
        console.done(f"{there} runs here; the release before is kept for: invigil device rollback")
    else:
        console.fail(f"{journal['to']} was given up: {journal['reason']}", f"{there} runs here again; nothing is lost")
    if as_json:
        said = {name: journal.get(name) for name in ("phase", "from", "to", "reason", "starts")}
        console.print_json({"ok": journal["phase"] == "healthy", "runs": there, **said})
    raise typer.Exit(EXIT_CODE.get(journal["phase"], 1))
