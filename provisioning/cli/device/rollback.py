"""`invigil device rollback`: back to the release before."""

from typing import Annotated

import typer

from provisioning.cli.device.trial import AgentDown, AsJson, Config, Limit, Root, WellFor, shown, tell
from provisioning.update import settle
from provisioning.update.device import Device
from provisioning.update.updater import Options, Updater

EPILOG = """\b
Examples: sudo invigil device rollback
          sudo invigil device rollback --yes --json

\b
Back to the release before, which is tried as any other: if its agent is not well, the present one stays.
Exit codes: 0 the release before runs · 1 refused or failed, nothing was switched · 2 the command line was not
understood · 3 it was tried and given up."""


def rollback(
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
    agent_down: AgentDown = False,
    root: Root = Device.root,
    config: Config = Device.config,
    limit_s: Limit = settle.LIMIT_S,
    well_for_s: WellFor = settle.WELL_FOR_S,
    as_json: AsJson = False,
) -> None:
    """Go back to the release before."""
    device = Device(root, config)
    options = Options(agent_may_be_down=agent_down, limit_s=limit_s, well_for_s=well_for_s)
    with shown() as seen:
        updater = Updater(device, options, seen.step, seen.done)
        before = updater.previous()
        if before is not None and not yes:
            typer.confirm(f"Go back from {settle.current(root)} to {before}?", abort=True, err=True)
        journal = updater.roll_back()
    tell(journal, as_json)
