"""`invigil fleet revoke`: takes the trust in a device away, for good."""

from typing import Annotated

import typer

from provisioning import console, fleet
from provisioning.cli.fleet.choosing import AsJson, Booth, Yes, ask_first
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil fleet revoke room-1-a --reason "stolen from room 1 on Monday"
          invigil fleet revoke room-1-a --reason "key was copied" --yes --json

\b
Its connection is cut within seconds, it comes in no more, and nothing that it sends counts. There is no way back: the
booth needs a new enrolment, with the same board or another one (invigil fleet claim-code).
Exit codes: 0 revoked · 1 refused, or revoked already · 2 the command line was not understood, or nobody could be
asked."""


def revoke(
    booth: Booth,
    reason: Annotated[str, typer.Option("--reason", help="What happened; for the record.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Trust the device of a booth no more."""
    with HubClient.found() as client:
        device = fleet.find_one(client, booth)
        what = f"{device['model'] or 'the device'} of {booth}, serial {device['serial']}"
        ask_first([device], f"Revoke {what}? There is no way back.", yes=yes, one_too=True)
        revoked = client.post(f"/devices/{device['device_id']}/revoke", {"reason": reason})
    console.done(f"{booth}: nothing of this device counts any more, and it is not let in")
    if as_json:
        console.print_json(revoked)
    else:
        console.notes.print(f"  → for another device: invigil fleet claim-code {booth}")
