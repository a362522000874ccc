"""`invigil device announce`: a device without a booth shows itself to technicians in the local network."""

import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from contract.discovery import DeviceAdvert
from provisioning import board, console, discovery

EPILOG = """\b
Examples: invigil device announce
          invigil device announce --until /etc/invigil/device.toml

\b
Says by mDNS: host name, addresses, the board and its number, the version installed; nothing that is a secret.
`invigil hub discover` finds it. The service invigil-announce does this until the device is enrolled. It prints no
answer, so there is no --json.
Exit codes: 0 ended, or enrolled meanwhile · 1 this machine cannot speak · 2 the command line was not understood."""


def announce(
    until: Annotated[
        Path | None,
        typer.Option("--until", metavar="FILE", help="End when this is there: the device is enrolled."),
    ] = None,
    interface: Annotated[
        list[str] | None,
        typer.Option("--interface", metavar="ADDRESS", help="Only there: an IPv4 address of this machine's."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Default: the host's name.")] = "",
) -> None:
    """Say who is here, until Ctrl-C."""
    stop = threading.Event()

    def end(*_: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    advert = DeviceAdvert(serial=board.serial(), model=board.model(), version=board.installed_version())
    console.step(f"announcing {advert.model or 'this device'}, number {advert.serial or 'unknown'}")
    discovery.announce(
        advert, lambda: stop.is_set() or (until is not None and until.exists()), name=name, interfaces=interface
    )
    console.done("enrolled meanwhile" if until is not None and until.exists() else "ended")
