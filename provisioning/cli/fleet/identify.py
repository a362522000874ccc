"""`invigil fleet identify`: which of the boxes is it? Its screen says so, and a light blinks."""

from typing import Annotated, Any, Final

import typer

from provisioning.cli.fleet.choosing import AsJson, Booths, Everything, Room, Site, carry_out, choose
from provisioning.fleet import Device, Outcome
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil fleet identify room-1-a
          invigil fleet identify room-1-a room-1-b --seconds 60
          invigil fleet identify --room room-1 --json

\b
Exit codes: 0 all show themselves · 1 some do not, and are named · 2 the command line was not understood."""

SHOWN: Final = {"screen": "its screen shows its name", "light": "a light blinks"}


def identify(
    booths: Booths = None,
    room: Room = None,
    site: Site = None,
    everything: Everything = False,
    seconds: Annotated[int, typer.Option("--seconds", min=1, max=120, help="For how long.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Have booths show their names in large letters, and blink."""
    with HubClient.found() as client:
        devices = choose(client, booths, room, site, everything=everything)

        def act(device: Device) -> Any:
            return client.post(f"/devices/{device['device_id']}/identify", {"seconds": seconds})

        carry_out(devices, act, "identifying", as_json=as_json, words=_words, more=lambda outcome: dict(outcome.said))


def _words(outcome: Outcome) -> str:
    return " and ".join(words for key, words in SHOWN.items() if outcome.said[key])
