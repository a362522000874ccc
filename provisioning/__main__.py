"""The command line `invigil`: what a technician does with weights, devices and a demonstration."""

import sys

import typer

from contract.wire import InvalidError
from provisioning.cli import demo, device, fleet, hub, models, release, simulate, verify
from provisioning.console import ProvisioningError, fail

EXIT_CODES = "Exit codes: 0 done · 1 something failed, and was named · 2 the command line was not understood."

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    help="Sets up Invigil: model weights, booth devices, a demonstration on this machine; checks its evidence.",
    epilog=EXIT_CODES,
)
app.add_typer(models.app, name="models")
app.add_typer(device.app, name="device")
app.add_typer(fleet.app, name="fleet")
app.add_typer(hub.app, name="hub")
app.add_typer(release.app, name="release")
app.command(name="demo", epilog=demo.EPILOG)(demo.demo)
app.command(name="simulate", epilog=simulate.EPILOG)(simulate.simulate)
app.command(name="verify", epilog=verify.EPILOG)(verify.verify)


def main() -> None:
    """Entry point of `invigil`."""
    try:
        app()
    except (InvalidError, ProvisioningError) as error:
        fail(error, getattr(error, "hint", ""))
        sys.exit(1)
    except KeyboardInterrupt:
        fail("stopped by Ctrl-C")
        sys.exit(130)


if __name__ == "__main__":
    main()
