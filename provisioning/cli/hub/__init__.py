"""`invigil hub`: one file for each command."""

import typer

from provisioning.cli.hub import discover, init, install, login, logout, whoami

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The hub, and who you are to it.")
app.command(epilog=discover.EPILOG)(discover.discover)
app.command(epilog=init.EPILOG)(init.init)
app.command(epilog=login.EPILOG)(login.login)
app.command(epilog=logout.EPILOG)(logout.logout)
app.command(epilog=whoami.EPILOG)(whoami.whoami)
app.command(epilog=install.EPILOG)(install.install)
app.command(epilog=install.UNINSTALL_EPILOG)(install.uninstall)
