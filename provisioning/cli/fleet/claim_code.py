"""`invigil fleet claim-code`: one-time codes with which devices enrol."""

from typing import Annotated

import typer
from rich.text import Text

from provisioning import console, fleet
from provisioning.cli.fleet.choosing import AsJson
from provisioning.cli.fleet.listing import moment
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil fleet claim-code room-1-a
          invigil fleet claim-code room-1-a room-1-b --json | jq -r '.items[] | [.booth_id, .code] | @tsv'
          invigil fleet claim-code --list
          invigil fleet claim-code room-1-a --withdraw

\b
A code is good once, for a day, and is shown only now. Whoever has it can be that booth: hand it over as a password.
Exit codes: 0 done · 1 some failed, and are named; the others are done · 2 the command line was not understood."""


def claim_code(
    booths: Annotated[list[str] | None, typer.Argument(metavar="BOOTH", help="Booths to make codes for.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the codes back instead.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show which booths have codes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make claim codes for devices that are to have these booths."""
    if listed is bool(booths) or (listed and withdraw):
        console.die("which booths?", "name them, or say --list and nothing else", code=2)
    with HubClient.found() as client:
        if listed:
            _list(client, as_json=as_json)
            return
        places = [{"booth_id": booth} for booth in dict.fromkeys(booths or ())]
        if withdraw:
            outcomes = fleet.each(places, lambda place: client.delete(_path(place)), "withdrawing")
        else:
            outcomes = fleet.each(places, lambda place: client.post(_path(place)), "making codes")
    made = [outcome.said for outcome in outcomes if outcome.done and outcome.said]
    failed = [outcome for outcome in outcomes if not outcome.done]
    if as_json:
        console.print_json({"items": made, "outcomes": [outcome.as_dict() for outcome in outcomes]})
    else:
        _show(made)
        for outcome in outcomes:
            if outcome.done and withdraw:
                console.done(f"{outcome.booth}: nobody can enrol with its code any more")
    for outcome in failed:
        console.fail(f"{outcome.booth}: {outcome.error}", outcome.hint)
    if failed:
        raise typer.Exit(1)


def _show(made: list[dict[str, str]]) -> None:
    if not made:
        return
    table = console.table("booth", "claim code", "good until, UTC")
    for one in made:
        table.add_row(Text(one["booth_id"]), Text(one["code"], "bold"), f"{moment(one['expires_at']):%Y-%m-%d %H:%M}")
    console.print_table(table)
    console.notes.print(f"  → on the device: {made[0]['command']}", markup=False)


def _list(client: HubClient, *, as_json: bool) -> None:
    items = client.get("/claim-codes")["items"]
    if as_json:
        console.print_json({"items": items})
        return
    if not items:
        console.step("no claim code is good now")
        return
    table = console.table("booth", "good until, UTC", "made by")
    for one in items:
        by = one["created_by"] or "the command line"
        table.add_row(Text(one["booth_id"]), f"{moment(one['expires_at']):%Y-%m-%d %H:%M}", Text(by))
    console.print_table(table)


def _path(place: dict[str, str]) -> str:
    return f"/booths/{place['booth_id']}/claim-code"
