"""`invigil device renew`: a device's next certificate, before the one it has ends, or after."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from provisioning import console, enrolment, renewal

VARIABLE = "INVIGIL_RESCUE_CODE"
EPILOG = """\b
Examples: invigil device renew --if-due --dir /etc/invigil
          invigil device renew --rescue --dir /etc/invigil
          sudo -u invigil-agent invigil device renew --key tpm

\b
Makes a new key here and asks for its certificate in the name of the old one, which stays good until the agent uses the
new one: by itself, outside of exam sessions. A power cut at any moment leaves a pair that works.
The new key is made where the old one is; --key tpm moves it into the board's TPM (apt install tpm2-openssl), --key file
out of one: a key is never carried over, the new one is another.
--rescue is for a certificate that has ended. It asks for the one-time code that a technician makes in the hub, or takes
it from INVIGIL_RESCUE_CODE or, with --rescue-code -, from standard input.
Exit codes: 0 renewed, or with --if-due not due yet · 1 refused or failed, the old pair is there still · 2 the command
line was not understood."""


def renew(
    folder: Annotated[Path, typer.Option("--dir", help="The device's folder, with device.toml.")] = Path(
        "/etc/invigil"
    ),
    if_due: Annotated[bool, typer.Option("--if-due", help="Only after two thirds of the certificate's life.")] = False,
    rescue: Annotated[bool, typer.Option("--rescue", help="With a rescue code: the certificate has ended.")] = False,
    rescue_code: Annotated[
        str | None, typer.Option("--rescue-code", metavar="-", help="Read the rescue code from standard input.")
    ] = None,
    key: Annotated[
        Literal["as-before", "tpm", "file"], typer.Option("--key", help="Where the new key is made and kept.")
    ] = "as-before",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Renew the device's certificate over the old one."""
    if rescue_code not in (None, "-"):
        hint = f"let yourself be asked for it, set {VARIABLE}, or give it to --rescue-code -"
        console.die("a code on the command line can be read by everybody on this device", hint, code=2)
    code = None
    if rescue or rescue_code:
        line = sys.stdin.readline() if rescue_code == "-" else None
        code = enrolment.code_from(os.environ, VARIABLE, rescue_code, line)
        if code is None and sys.stdin.isatty():
            code = typer.prompt("Rescue code", hide_input=True, err=True).strip()
        if not code:
            console.die("no rescue code", renewal.RESCUE, code=2)
    done = renewal.renew(folder, if_due=if_due, rescue_code=code, kept=None if key == "as-before" else key)
    until, due = f"{done.expires_at:%Y-%m-%d}", f"{done.renew_at:%Y-%m-%d}"
    if done.renewed:
        console.done(f"{done.booth} has a new certificate, valid until {until}")
        console.notes.print("  → the agent takes it up by itself, outside of exam sessions")
    else:
        console.done(f"nothing to do: the certificate is valid until {until} and is renewed after {due}")
    if as_json:
        console.print_json(
            {
                "booth": done.booth,
                "renewed": done.renewed,
                "serial": done.serial,
                "expires_at": done.expires_at.isoformat(),
                "renew_at": done.renew_at.isoformat(),
                "key": done.key,
            }
        )
