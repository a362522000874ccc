"""`invigil device install` and `uninstall`: a booth's services, users, folders and device rules on this system."""

from pathlib import Path
from typing import Annotated

import typer

from provisioning import console, installation
from provisioning.cli.services import AsJson, DryRun, NoStart, Purge, Root, Yes, put_in_place, take_away

EPILOG = """\b
Examples: sudo invigil device install
          invigil device install --root /mnt/card --dry-run
          sudo invigil device install --no-screen --json

\b
Puts units (agent, screen, renewal), users, folders, device rules and the echo canceller in place, and starts what
may start; run again, it changes what differs and nothing else. Programs that are missing are named, not installed.
Exit codes: 0 all is in place · 1 failed, and said why · 2 the command line was not understood."""

UNINSTALL_EPILOG = """\b
Examples: sudo invigil device uninstall
          sudo invigil device uninstall --purge

\b
Stops the services and removes the files that `install` put in place; one that somebody changed is kept and named.
Key, settings, evidence and releases stay unless --purge is given. Users stay: their numbers own files.
Exit codes: 0 removed · 1 failed or not confirmed · 2 the command line was not understood."""

NoScreen = Annotated[bool, typer.Option("--no-screen", help="A booth without a screen for the candidate.")]


def install(
    root: Root = Path("/"),
    no_screen: NoScreen = False,
    no_start: NoStart = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put a booth's services in place and start them."""
    parts = [installation.AGENT] if no_screen else [installation.AGENT, installation.SCREEN]
    put_in_place(root, parts, start=not no_start, dry_run=dry_run, as_json=as_json)
    if not dry_run and not (root / "etc/invigil/device.toml").exists():
        console.notes.print("  → next: sudo -u invigil-agent invigil device enrol --hub URL --dir /etc/invigil")


def uninstall(
    root: Root = Path("/"),
    purge: Purge = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Stop a booth's services and take away what `install` put in place."""
    parts = [installation.AGENT, installation.SCREEN]
    take_away(root, parts, purge=purge, yes=yes, dry_run=dry_run, as_json=as_json)
