"""`invigil fleet`: one file for each command."""

import typer

from provisioning.cli.fleet import (
    claim_code,
    drift,
    identify,
    listing,
    logs,
    reboot,
    replace,
    restart,
    revoke,
    status,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The devices of a hub, from afar.")
app.command("list", epilog=listing.EPILOG)(listing.list_devices)
app.command(epilog=status.EPILOG)(status.status)
app.command(epilog=drift.EPILOG)(drift.drift)
app.command(epilog=logs.EPILOG)(logs.logs)
app.command(epilog=identify.EPILOG)(identify.identify)
app.command(epilog=restart.EPILOG)(restart.restart)
app.command(epilog=reboot.EPILOG)(reboot.reboot)
app.command("claim-code", epilog=claim_code.EPILOG)(claim_code.claim_code)
app.command(epilog=replace.EPILOG)(replace.replace)
app.command(epilog=revoke.EPILOG)(revoke.revoke)
