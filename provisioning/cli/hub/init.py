"""`invigil hub init`: makes a hub on this machine ready for its first start."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from provisioning import console
from provisioning.programs import beside_python, run

EPILOG = """\b
Examples: sudo -u invigil invigil hub init --data /var/lib/invigil --public-host hub.example
          pass-from-somewhere | invigil hub init --data DIR --password - --json

\b
Makes the authority that signs certificates (DIR/ca), the database, DIR/hub.toml and the first administrator. What is
there already is left as it is, so it may be run again. Without a terminal and without --password - a password is made
and shown once.
Exit codes: 0 ready · 1 something failed, and was named · 2 the command line was not understood."""


def init(
    data: Annotated[Path, typer.Option("--data", help="Directory that holds everything the hub keeps.")],
    public_host: Annotated[
        str, typer.Option("--public-host", help="Name by which devices and people reach it; default: this machine's.")
    ] = "",
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; default: every one.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="HTTPS port; default: 8443.", min=1, max=65535)] = None,
    admin: Annotated[str, typer.Option("--admin", help="What the first administrator signs in with.")] = "admin",
    password: Annotated[
        str | None, typer.Option("--password", metavar="-", help="- reads the password from standard input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Make authority, database, settings and first administrator of a hub."""
    if password not in (None, "-"):
        hint = "let yourself be asked for it, or give it to --password -"
        console.die("a password on the command line can be read by everybody on this machine", hint, code=2)
    given = sys.stdin.readline().rstrip("\n") if password == "-" else _asked(admin)  # noqa: S105 (standard input)
    options = ["--data", str(data), "--admin", admin, "--public-host", public_host, "--json"]
    options += ["--host", host] if host else []
    options += ["--port", str(port)] if port else []
    options += ["--password-stdin"] if given else []
    made = json.loads(run([beside_python("invigil-hub"), "init", *options], stdin=f"{given}\n" if given else ""))
    if as_json:
        console.print_json(made)
    else:
        _show(made)


def _asked(admin: str) -> str:
    if not sys.stdin.isatty():
        return ""
    told: str = typer.prompt(
        f"Password for {admin} (empty: one is made)",
        default="",
        show_default=False,
        hide_input=True,
        confirmation_prompt=True,
        err=True,
    )
    return told


def _show(made: dict[str, Any]) -> None:
    console.done(f"settings in {made['config']}" + ("" if made["config_written"] else ", as they were"))
    console.done(f"authority in {made['ca']}; SHA-256 {made['ca_sha256']}")
    if made["administrator"] is None:
        console.done("there is an administrator already")
    else:
        console.done(f"first administrator: {made['administrator']}")
    if "password" in made:
        console.answer.print(f"password of {made['administrator']}, shown only now: {made['password']}", markup=False)
    console.notes.print(f"  → start it: invigil-hub serve --data {made['data']}, or systemctl enable --now invigil-hub")
    console.notes.print(f"  → sign in at {made['url']}, and make booths")
    console.notes.print("  → give technicians ca.pem, by which devices know this hub, and keep a copy of the folder ca")
