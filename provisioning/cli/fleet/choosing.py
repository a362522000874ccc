"""What the commands for several devices share: the options that say which, and how the outcome is shown."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from provisioning import console, fleet
from provisioning.fleet import Device, Outcome, Wanted
from provisioning.hub import HubClient
from provisioning.standing import word_of

Booths = Annotated[list[str] | None, typer.Argument(metavar="BOOTH", help="Booths whose devices are meant.")]
Booth = Annotated[str, typer.Argument(metavar="BOOTH", help="The booth whose device is meant.")]
Room = Annotated[str | None, typer.Option("--room", metavar="ID", help="Those of this room.")]
Site = Annotated[str | None, typer.Option("--site", metavar="ID", help="Those of this site's rooms.")]
Everything = Annotated[bool, typer.Option("--all", help="Every device in your scope.")]
Status = Annotated[
    list[str] | None, typer.Option("--status", metavar="WORD", help="Those that are so; may be given several times.")
]
Search = Annotated[str, typer.Option("--search", metavar="WORDS", help="In booth, room, board, version, serial.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Force = Annotated[bool, typer.Option("--force", help="Also during an exam session; for administrators.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def choose(
    client: HubClient, booths: Sequence[str] | None, room: str | None, site: str | None, *, everything: bool
) -> list[Device]:
    """The devices that are meant, at least one. All of them only where that was said."""
    wanted = Wanted(booths=tuple(booths or ()), room=room, site=site)
    if wanted.narrows is everything:
        console.die("which devices?", "name booths, or a --room, or a --site; or say --all, and nothing else", code=2)
    found = fleet.find(client, wanted)
    if not found:
        console.die("no device is there", "`invigil fleet list` shows them all")
    return found


def ask_first(devices: Sequence[Device], question: str, *, yes: bool, one_too: bool = False) -> None:
    """Before something that is felt in the booths: of one that was named only where there is no way back."""
    sitting = [device["booth_id"] for device in devices if device["exam_session_on"]]
    if sitting:
        console.warn(f"an exam session is on in {', '.join(sitting)}")
    if one_too or len(devices) > 1:
        console.confirm(question, yes=yes)


def carry_out(
    devices: Sequence[Device],
    act: Callable[[Device], Any],
    doing: str,
    *,
    as_json: bool,
    words: Callable[[Outcome], str] = lambda _: "done",
    more: Callable[[Outcome], dict[str, Any]] = lambda _: {},
) -> None:
    """Does it to each, shows what came of it, and ends with exit code 1 where some failed: the others are done."""
    outcomes = fleet.each(devices, act, doing)
    failed = [outcome for outcome in outcomes if not outcome.done]
    if as_json:
        items = [outcome.as_dict() | (more(outcome) if outcome.done else {}) for outcome in outcomes]
        console.print_json({"items": items, "done": len(outcomes) - len(failed), "failed": len(failed)})
    elif len(outcomes) == 1:
        (outcome,) = outcomes
        if outcome.done:
            console.done(f"{outcome.booth}: {words(outcome)}")
        else:
            console.fail(f"{outcome.booth}: {outcome.error}", outcome.hint)
    else:
        _show(outcomes, words)
    if failed and len(outcomes) > 1:
        console.fail(f"{len(failed)} of {len(outcomes)} failed; the others are done")
    if failed:
        raise typer.Exit(1)


def start_again(
    client: HubClient,
    devices: Sequence[Device],
    what: Literal["reboot", "restart"],
    *,
    force: bool,
    as_json: bool,
    words: str,
) -> None:
    """Boards or agents, each by a command to its device; the hub's path has the command's own name."""

    def act(device: Device) -> Any:
        return client.post(f"/devices/{device['device_id']}/{what}", {"force": force})

    carry_out(devices, act, f"{what}ing", as_json=as_json, words=lambda _: words)


def _show(outcomes: Sequence[Outcome], words: Callable[[Outcome], str]) -> None:
    table = console.table("booth", "outcome")
    for outcome in outcomes:
        said = words(outcome) if outcome.done else f"{outcome.error}: {outcome.hint}" if outcome.hint else outcome.error
        mark = Text("✓ ", "green") if outcome.done else Text("✗ ", "red")
        table.add_row(Text(outcome.booth), mark + Text(console.printable(said)))
    console.print_table(table)


def status_text(status: str) -> Text:
    """Sign, colour and word."""
    word = word_of(status)
    return Text(f"{word.sign} {status}", word.style)
