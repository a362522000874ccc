"""`invigil fleet list`: every device, how it does, and until when its certificate is good."""

import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from provisioning import console, fleet
from provisioning.cli.fleet.choosing import AsJson, Room, Search, Site, Status, status_text
from provisioning.fleet import Device, Wanted
from provisioning.hub import HubClient
from provisioning.standing import STATUS, care_of

EPILOG = """\b
Examples: invigil fleet list
          invigil fleet list --room room-1 --status degraded --status offline
          invigil fleet list --json | jq -r '.items[] | select(.status != "online") | .booth_id'
          invigil fleet list --watch

\b
✓ online · ▲ degraded: something wants looking after · ✗ offline or expired · ○ new, never heard of · ⊘ revoked
Exit codes: 0 shown · 1 the hub refused or cannot be reached · 2 the command line was not understood."""

WATCH_S: Final = 2.0


def list_devices(
    room: Room = None,
    site: Site = None,
    status: Status = None,
    search: Search = "",
    watch: Annotated[bool, typer.Option("--watch", help="Again every two seconds, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest device of each booth in your scope."""
    if watch and (as_json or not sys.stdout.isatty()):
        console.die("--watch draws on a terminal", "leave it away, or ask again and again with --json", code=2)
    wanted = Wanted(room=room, site=site, status=tuple(status or ()), search=search)
    with HubClient.found() as client:
        if watch:
            _watch(client, wanted)
            return
        devices = fleet.find(client, wanted)
    if as_json:
        console.print_json({"items": devices})
        return
    if devices:
        console.print_table(_table(devices, datetime.now(UTC)))
    console.notes.print(_sum(devices))


def _watch(client: HubClient, wanted: Wanted) -> None:
    with Live(console=console.answer, auto_refresh=False, screen=True) as live:
        while True:
            devices = fleet.find(client, wanted)
            now = datetime.now(UTC)
            foot = Text(f"  {now:%H:%M:%S} UTC · Ctrl-C ends", "dim")
            live.update(Group(_table(devices, now), Text(), _sum(devices), foot), refresh=True)
            time.sleep(WATCH_S)


def _table(devices: list[Device], now: datetime) -> Table:
    table = console.table(
        "booth", "room", "status", "to look after", "version", "certificate ends", "last seen", "board"
    )
    for device in devices:
        cares = [care_of(care["code"])[0] for care in device["care"]]
        if device["drift"]:
            cares.append("does not follow")
        table.add_row(
            Text(device["booth_id"]),
            Text(device["room_id"] or "–"),
            status_text(device["status"]),
            Text(", ".join(cares)),
            Text(console.printable(device["version"] or "–")),
            Text(f"{moment(device['not_after']):%Y-%m-%d}"),
            Text(ago(device["last_seen_at"], now)),
            Text(console.printable(device["model"] or "–")),
        )
    return table


def _sum(devices: list[Device]) -> Text:
    """How many there are of each word."""
    counts = Counter(device["status"] for device in devices)
    if not counts:
        return Text("no device is there, or none that is meant")
    words = [f"{counts[status]} {status}" for status in (*STATUS, *(counts.keys() - STATUS.keys())) if counts[status]]
    return Text(f"{len(devices)} devices: {', '.join(words)}" if len(devices) > 1 else f"1 device: {words[0][2:]}")


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def ago(written: str | None, now: datetime) -> str:
    """Of the hub's clock and this machine's; one that is a little ahead does not make the future."""
    if written is None:
        return "never"
    seconds = max((now - moment(written)).total_seconds(), 0)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"
