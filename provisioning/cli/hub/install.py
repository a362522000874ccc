"""`invigil hub install` and `uninstall`: the hub's services and user on this system, a TURN server's where asked."""

from pathlib import Path
from typing import Annotated

import typer

from provisioning import console, installation
from provisioning.cli.services import AsJson, DryRun, NoStart, Purge, Root, Yes, put_in_place, take_away
from provisioning.console import ProvisioningError

EPILOG = """\b
Examples: sudo invigil hub install
          sudo invigil hub install --ingest ingest-2 --turn
          invigil hub install --root /mnt/image --dry-run

\b
Puts units (hub, ingesters, retention) and the user in place, and starts what may start; run again, it changes what
differs and nothing else. --turn adds what coturn needs (docs/turn.md); coturn is not started.
Exit codes: 0 all is in place · 1 failed, and said why · 2 the command line was not understood."""

UNINSTALL_EPILOG = """\b
Examples: sudo invigil hub uninstall
          sudo invigil hub uninstall --purge

\b
Stops the services and removes the files that `install` put in place; one that somebody changed is kept and named.
Database, evidence, keys and releases stay unless --purge is given: take a backup before (invigil-hub backup).
Exit codes: 0 removed · 1 failed or not confirmed · 2 the command line was not understood."""

Ingest = Annotated[
    list[str] | None, typer.Option("--ingest", metavar="NAME", help="An ingester beside the hub; may be repeated.")
]
Turn = Annotated[bool, typer.Option("--turn", help="Also what makes Debian's coturn Invigil's TURN server.")]


def install(
    root: Root = Path("/"),
    ingest: Ingest = None,
    turn: Turn = False,
    no_start: NoStart = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put the hub's services in place and start them."""
    parts = [installation.HUB, installation.TURN] if turn else [installation.HUB]
    put_in_place(root, parts, extra=ingesters(ingest), start=not no_start, dry_run=dry_run, as_json=as_json)
    if turn and not dry_run:
        console.notes.print("  → next: secret, certificate, address (docs/turn.md); then: systemctl restart coturn")


def uninstall(
    root: Root = Path("/"),
    ingest: Ingest = None,
    purge: Purge = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Stop the hub's services and take away what `install` put in place, a TURN server's too."""
    parts = [installation.HUB, installation.TURN]
    take_away(root, parts, extra=ingesters(ingest), purge=purge, yes=yes, dry_run=dry_run, as_json=as_json)


def ingesters(names: list[str] | None) -> list[str]:
    """Their units; raises `ProvisioningError` for a name that is not one of a process."""
    for name in names or []:
        if not name or not name.replace("-", "").isalnum() or not name.isascii():
            raise ProvisioningError(f"{name!r} is no name of a process", "letters, digits and -: ingest-2")
    return [f"invigil-ingest@{name}.service" for name in names or []]
