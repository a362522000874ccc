"""`invigil hub discover`: hubs and devices without a booth, found in the local network."""

from typing import Annotated

import typer
from rich.text import Text

from provisioning import console, discovery
from provisioning.discovery import Found
from provisioning.hub import colons

EPILOG = """\b
Examples: invigil hub discover
          invigil hub discover --seconds 10 --json | jq -r '.hubs[].url'

\b
What is shown was said by anybody in this network. Before you use a hub, compare its authority's fingerprint with what
its own machine shows: openssl x509 -in /var/lib/invigil/ca/ca.pem -noout -fingerprint -sha256
Then: invigil hub login --hub URL --ca FINGERPRINT, or invigil device enrol --hub URL --ca FINGERPRINT
A device shows itself while it has no booth: invigil-announce.service, or invigil device announce.
Exit codes: 0 somebody was found · 3 nobody was · 1 this machine cannot listen · 2 the command line was not
understood."""

NOBODY = 3


def discover(
    seconds: Annotated[float, typer.Option("--seconds", min=0.5, max=120, help="How long to listen.")] = 5.0,
    interface: Annotated[
        list[str] | None,
        typer.Option("--interface", metavar="ADDRESS", help="Only there: an IPv4 address of this machine's."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Listen for hubs, and for devices that have no booth yet."""
    with console.spinner() as bar:
        bar.add_task("listening")
        found = discovery.discover(seconds, interfaces=interface)
    if as_json:
        hubs, devices = ([each.as_dict() for each in some] for some in (found.hubs, found.devices))
        console.print_json({"hubs": hubs, "devices": devices})
    else:
        _show(found)
    if not (found.hubs or found.devices):
        console.fail(
            "nobody was found", "the same network? mDNS (UDP 5353) does not cross routers; firewalls may keep it"
        )
        raise typer.Exit(NOBODY)


def _show(found: Found) -> None:
    if found.hubs:
        table = console.table("hub", "address", "version", "fingerprint of its authority, as it says (SHA-256)")
        for hub in found.hubs:
            shown = colons(hub.authority_sha256) if hub.authority_sha256 else "–"
            table.add_row(*map(Text, (hub.name, hub.url, hub.version or "–", shown)))
        console.print_table(table)
    if found.devices:
        table = console.table("device without a booth", "address", "board", "number of the board")
        for device in found.devices:
            at = ", ".join(device.addresses) or "–"
            table.add_row(*map(Text, (device.name, at, device.model or "–", device.serial or "–")))
        console.print_table(table)
    if found.hubs:
        console.warn("anybody may say this: compare the fingerprint with what the hub's own machine shows (--help)")
