"""`invigil fleet logs`: what a device's agent logged lately, asked of the device now."""

import time
from typing import Annotated, Final

import typer
from rich.text import Text

from provisioning import console, fleet
from provisioning.cli.fleet.choosing import AsJson, Booth
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil fleet logs room-1-a -n 200
          invigil fleet logs room-1-a --follow
          invigil fleet logs room-1-a --json | jq -r '.lines[]'

\b
From the agent's memory, without pictures and secrets; at most 200 lines at a time. Each look is in the audit log, and
--follow looks every five seconds.
Exit codes: 0 shown · 1 the device is away or refused, or there is none · 2 the command line was not understood."""

FOLLOW_S: Final = 5.0
LINES_MAX: Final = 200


def logs(
    booth: Booth,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=LINES_MAX, help="The newest so many.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the newest lines of the agent's own log."""
    if follow and as_json:
        console.die("--follow has no end, and a JSON document has one", "take one of them", code=2)
    with HubClient.found() as client:
        path = f"/devices/{fleet.find_one(client, booth)['device_id']}/logs"
        said = client.post(path, {"lines": lines})
        if as_json:
            console.print_json({"booth": booth, **said})
            return
        if said["dropped"]:
            console.step(f"{said['dropped']} older lines are not kept any more")
        _print(said["lines"])
        seen: list[str] = said["lines"]
        while follow:
            time.sleep(FOLLOW_S)
            newest: list[str] = client.post(path, {"lines": LINES_MAX})["lines"]
            _print(after(seen, newest))
            seen = newest


def after(seen: list[str], newest: list[str]) -> list[str]:
    """The lines of `newest` that come after those `seen`: both end at the newest line there was. All of them where
    nothing fits together, because more came in between than is kept."""
    for end in range(len(newest), 0, -1):
        length = min(end, len(seen))
        if length and newest[end - length : end] == seen[-length:]:
            return newest[end:]
    return newest


def _print(lines: list[str]) -> None:
    for line in lines:
        console.answer.print(Text(console.printable(line)))
