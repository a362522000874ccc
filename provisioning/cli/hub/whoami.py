"""`invigil hub whoami`: which hub commands speak to, as whom, and what they may do there."""

import os
from typing import Annotated

import typer
from rich.table import Table

from provisioning import access, console
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil hub whoami
          INVIGIL_HUB=https://hub.example INVIGIL_TOKEN="$(cat token)" invigil hub whoami --json | jq .permissions

\b
Exit codes: 0 the hub knows you · 1 it does not, or cannot be reached · 2 the command line was not understood."""


def whoami(as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False) -> None:
    """Ask the hub who it takes you for."""
    found = access.find_access(os.environ)
    with HubClient.of(found) as client:
        me = client.get("/me")
    said = {name: me[name] for name in ("username", "display_name", "role", "permissions", "booths")}
    if as_json:
        console.print_json({"hub": found.hub, **said, "token_from": found.found_in})
        return
    table = Table.grid(padding=(0, 2))
    booths = "all booths" if me["booths"] is None else ", ".join(me["booths"]) or "no booth"
    for word, value in (
        ("hub", found.hub),
        ("person", f"{me['display_name']} ({me['username']}), {me['role']}"),
        ("booths", booths),
        ("may", ", ".join(me["permissions"]) or "nothing but ask this"),
        ("token", f"from {found.found_in}"),
    ):
        table.add_row(word, value)
    console.answer.print(table)
