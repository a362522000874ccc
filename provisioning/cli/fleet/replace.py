"""`invigil fleet replace`: new hardware for a booth that has a device."""

from rich.text import Text

from provisioning import console, fleet
from provisioning.cli.fleet.choosing import AsJson, Booth
from provisioning.cli.fleet.listing import moment
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil fleet replace room-1-a
          invigil fleet replace room-1-a --json | jq -r .code

\b
The old device counts until the new one enrols with the code; then the booth keeps its name, its room and its history.
What the old one still holds is lost with it: leave it on until nothing waits (invigil fleet status). One that was
stolen is revoked as well: invigil fleet revoke.
Exit codes: 0 a code was made · 1 the hub refused, or there is no device · 2 the command line was not understood."""


def replace(booth: Booth, as_json: AsJson = False) -> None:
    """Make the claim code with which another device takes over a booth."""
    with HubClient.found() as client:
        device = fleet.find_one(client, booth)
        health = client.get(f"/devices/{device['device_id']}")["health"] or {}
        made = client.post(f"/booths/{booth}/claim-code")
    if device["exam_session_on"]:
        console.warn("an exam session is on there: enrol the new device after its end")
    waiting = health.get("outbox_depth", 0), health.get("spool_files", 0)
    if any(waiting):
        console.warn(f"{waiting[0]} events and {waiting[1]} files of evidence wait on the old device: leave it on")
    if as_json:
        left = {"waiting_events": waiting[0], "waiting_files": waiting[1]}
        console.print_json({**made, "replaces": device["device_id"], **left})
        return
    console.answer.print(Text.assemble("claim code: ", (made["code"], "bold")))
    console.notes.print(f"  good once, until {moment(made['expires_at']):%Y-%m-%d %H:%M} UTC; shown only now")
    console.notes.print(f"  → on the new device: {made['command']}", markup=False)
