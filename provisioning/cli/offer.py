"""Hubs that were found in the network, offered to a person who compares the fingerprint before anything is sent."""

import sys
from typing import Final

import typer
from rich.text import Text

from provisioning import console, discovery
from provisioning.hub import authority_of, colons

LISTEN_S: Final = 5.0
NAME_IT: Final = "name it: --hub URL, and --ca FILE or its fingerprint"


def choose_hub() -> tuple[str, str]:
    """Address and authority (PEM) of the hub that somebody chose and vouched for; ends the command otherwise.

    Never by itself: whoever is in the network may say that they are the hub, and would be given the claim code.
    """
    if not sys.stdin.isatty():
        console.die("no hub is named, and nobody is there to choose one", NAME_IT, code=2)
    with console.spinner() as bar:
        bar.add_task("listening for hubs")
        found = discovery.discover(LISTEN_S).hubs
    hubs = [(hub, hub.authority_sha256) for hub in found if hub.tls and hub.authority_sha256]
    if not hubs:
        console.die("no hub was found that can be told from another one", NAME_IT)
    for number, (hub, sha256) in enumerate(hubs, 1):
        console.notes.print(Text(f"  {number}  {hub.url}  {hub.name}"))
        console.notes.print(Text(f"     its authority, as it says: {colons(sha256)}", "dim"))
    console.warn("anybody in this network may say that they are the hub")
    chosen = typer.prompt("Which one", type=int, default=1, err=True)
    if not 1 <= chosen <= len(hubs):
        console.die(f"there is no number {chosen}", NAME_IT)
    hub, sha256 = hubs[chosen - 1]
    if not typer.confirm(f"Does the hub's own machine show {colons(sha256)}?", default=False, err=True):
        console.die("nothing was sent", "on the hub: openssl x509 -in DATA/ca/ca.pem -noout -fingerprint -sha256")
    return hub.url, authority_of(hub.url, sha256)
