"""`invigil hub login`: keeps an API token for the commands that ask something of the hub."""

import os
import sys
from typing import Annotated, Final

import typer

from provisioning import access, console
from provisioning.access import Access
from provisioning.hub import HubClient, authority_from

EPILOG = """\b
Examples: invigil hub login --hub https://hub.example:8443
          invigil hub login --hub https://10.0.0.5:8443 --ca ca.pem
          invigil hub login --hub https://10.0.0.5:8443 --ca 3F:0A:…
          pass-from-somewhere | invigil hub login --hub URL --token - --json

\b
A token is made on the dashboard, under your account; technicians give it devices.manage, booths.read and system.read.
It is asked for without showing it, or taken from INVIGIL_TOKEN or standard input; never from the command line.
Kept in $XDG_CONFIG_HOME/invigil/hub.toml (0600). INVIGIL_HUB, INVIGIL_TOKEN and INVIGIL_CA go before what is kept.
Exit codes: 0 kept · 1 the hub did not take it, nothing was changed · 2 the command line was not understood."""

FROM_STDIN: Final = "-"
FLEET: Final = "devices.manage"


def login(
    hub: Annotated[str, typer.Option("--hub", metavar="URL", envvar=access.HUB, help="The hub's address.")],
    ca: Annotated[
        str | None,
        typer.Option(
            "--ca",
            metavar="FILE|SHA256",
            envvar=access.CA,
            help="Who signed an https hub, or its fingerprint.",
        ),
    ] = None,
    token: Annotated[
        str | None, typer.Option("--token", metavar="-", help="- reads the token from standard input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Ask for an API token, try it, and keep it for the next commands."""
    url = access.normal_url(hub)
    given = access.token_from(os.environ, token, sys.stdin.readline() if token == FROM_STDIN else None)
    if not given and token is None and sys.stdin.isatty():
        given = typer.prompt("API token", hide_input=True, err=True).strip()
    if not given:
        console.die("no token", f"give it in {access.TOKEN}, or with --token - on standard input", code=2)
    tried = Access(url, given, authority_from(ca, url) if ca else "")
    with HubClient.of(tried) as client:
        me = client.get("/me")
    file = access.config_file()
    access.store_access(tried, file)
    console.done(f"{me['username']} ({me['role']}) at {url}; kept in {file}")
    if FLEET not in me["permissions"]:
        console.warn(f"this token may not {FLEET}: `invigil fleet` will be refused")
    if as_json:
        said = {name: me[name] for name in ("username", "role", "permissions", "booths")}
        console.print_json({"hub": url, **said, "kept_in": str(file)})
