"""`invigil hub logout`: forgets the API token that is kept here."""

from typing import Annotated

import typer

from provisioning import access, console

EPILOG = """\b
Example: invigil hub logout

\b
The token itself is good until it ends or is revoked, on the dashboard, under your account.
Exit codes: 0 nothing is kept here any more · 1 the file cannot be removed · 2 the command line was not understood."""


def logout(as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False) -> None:
    """Forget the token that is kept on this machine."""
    file = access.config_file()
    hub = access.forget_access(file)
    if hub is None:
        console.step(f"no token was kept in {file}")
    else:
        console.done(f"the token for {hub} is forgotten here")
        console.warn("it is still good: revoke it on the dashboard, under your account, if it is not used elsewhere")
    if as_json:
        console.print_json({"hub": hub, "file": str(file)})
