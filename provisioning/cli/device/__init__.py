"""`invigil device`: one file for each command."""

import typer

from provisioning.cli.device import (
    announce,
    cameras,
    doctor,
    enrol,
    install,
    prepare,
    renew,
    rollback,
    support_bundle,
    update,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Booth devices.")


app.command(epilog=prepare.EPILOG)(prepare.prepare)
app.command(epilog=announce.EPILOG)(announce.announce)
app.command(epilog=cameras.EPILOG)(cameras.cameras)
app.command(epilog=enrol.EPILOG)(enrol.enrol)
app.command(epilog=renew.EPILOG)(renew.renew)
app.command(epilog=install.EPILOG)(install.install)
app.command(epilog=install.UNINSTALL_EPILOG)(install.uninstall)
app.command(epilog=doctor.EPILOG)(doctor.doctor)
app.command(name="support-bundle", epilog=support_bundle.EPILOG)(support_bundle.support_bundle)
app.command(epilog=update.EPILOG)(update.update)
app.command(epilog=rollback.EPILOG)(rollback.rollback)
