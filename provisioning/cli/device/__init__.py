"""`invigil device`: one file for each command."""

import typer

from provisioning.cli.device import enrol

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Booth devices.")


@app.callback()
def _group() -> None:
    """Keeps `enrol` a command of its own while it is the only one."""


app.command(epilog=enrol.EPILOG)(enrol.enrol)
