"""`invigil fleet drift`: which booths do something else than they were told."""

import typer
from rich.text import Text

from provisioning import console, fleet
from provisioning.cli.fleet.choosing import AsJson, Room, Search, Site, Status, status_text
from provisioning.fleet import Wanted
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil fleet drift
          invigil fleet drift --room room-1 --status online
          invigil fleet drift --json | jq '.items[].booth_id'

\b
The hub tells each booth what it should be doing (desired), and the booth says what it does (reported). Right after a
change a booth differs for a moment; one that is away until it comes back. A device that is online and differs for long
wants looking into: invigil fleet logs BOOTH.
Exit codes: 0 all do as they were told · 3 some do not, and are named · 1 the hub refused or cannot be reached · 2 the
command line was not understood."""

DIFFERS = 3


def drift(
    room: Room = None, site: Site = None, status: Status = None, search: Search = "", as_json: AsJson = False
) -> None:
    """Hold what booths were told against what they say that they do."""
    wanted = Wanted(room=room, site=site, status=tuple(status or ()), search=search)
    with HubClient.found() as client:
        devices = fleet.find(client, wanted)
    differing = [device for device in devices if device["drift"]]
    if as_json:
        keys = ("booth_id", "device_id", "status", "drift")
        items = [{key: device[key] for key in keys} for device in differing]
        console.print_json({"items": items, "looked_at": len(devices)})
    elif differing:
        table = console.table("booth", "status", "what", "should be", "is")
        for device in differing:
            for one in device["drift"]:
                said = console.printable(one["reported"]) or "nothing yet"
                row = [Text(text) for text in (one["field"].replace("_", " "), one["desired"], said)]
                table.add_row(Text(device["booth_id"]), status_text(device["status"]), *row)
        console.print_table(table)
    if not differing:
        console.done(f"{len(devices)} devices, and all do as they were told")
        return
    console.warn(f"{len(differing)} of {len(devices)} devices do something else than they were told")
    raise typer.Exit(DIFFERS)
