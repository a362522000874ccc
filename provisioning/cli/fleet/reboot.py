"""`invigil fleet reboot`: boards start again, and all that runs on them."""

from provisioning.cli.fleet.choosing import (
    AsJson,
    Booths,
    Everything,
    Force,
    Room,
    Site,
    Yes,
    ask_first,
    choose,
    start_again,
)
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil fleet reboot room-1-a
          invigil fleet reboot --room room-1 --yes --json

\b
A board is back within a minute or two; until then its booth is not monitored, and that shows as a gap.
The device needs the units of `invigil device install` for it, and says so where they are missing.
Refused during an exam session, by the hub and by the device, unless an administrator forces it. Several are asked for.
Exit codes: 0 all start again · 1 some do not, and are named; the others do · 2 the command line was not understood."""


def reboot(
    booths: Booths = None,
    room: Room = None,
    site: Site = None,
    everything: Everything = False,
    force: Force = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Start boards again."""
    with HubClient.found() as client:
        devices = choose(client, booths, room, site, everything=everything)
        ask_first(devices, f"Reboot {len(devices)} devices?", yes=yes)
        start_again(client, devices, "reboot", force=force, as_json=as_json, words="the board starts again")
