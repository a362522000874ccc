"""`invigil fleet restart`: agents end, and are started again by their supervisor."""

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
Examples: invigil fleet restart room-1-a
          invigil fleet restart --room room-1 --yes --json

\b
An agent is back within half a minute; until then its booth is not monitored, and that shows as a gap.
Refused during an exam session, by the hub and by the device, unless an administrator forces it. Several are asked for.
Exit codes: 0 all restart · 1 some do not, and are named; the others do · 2 the command line was not understood."""


def restart(
    booths: Booths = None,
    room: Room = None,
    site: Site = None,
    everything: Everything = False,
    force: Force = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End agents, for their supervisors to start them again."""
    with HubClient.found() as client:
        devices = choose(client, booths, room, site, everything=everything)
        ask_first(devices, f"Restart {len(devices)} devices?", yes=yes)
        start_again(client, devices, "restart", force=force, as_json=as_json, words="the agent starts again")
