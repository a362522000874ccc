"""`invigil device support-bundle`: what somebody far away needs to know of this device, in one file of text."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from provisioning import console
from provisioning.support import bundle
from provisioning.support.device import Device
from provisioning.support.parts import PARTS, Part

EPILOG: Final = """\b
Examples: sudo invigil device support-bundle
          sudo invigil device support-bundle --output /media/usb/booth-7.zip
          sudo invigil device support-bundle --list --json

\b
Text only: no pictures, no names, no secrets (docs/doctor.md). Works also where agent or device.toml are broken.
Exit codes: 0 written; what was not to be had is named · 1 it could not be written ·
2 the command line was not understood."""


def support_bundle(
    output: Annotated[
        Path | None, typer.Option("--output", help="Where to; default: a name with booth and time, in this folder.")
    ] = None,
    config: Annotated[Path, typer.Option("--config", help="The device's settings.")] = Path("/etc/invigil/device.toml"),
    listed: Annotated[bool, typer.Option("--list", help="Gather and list, and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Gather what helps to find a fault, without secrets, faces or names; list it, and write it as a zip file."""
    now, device = datetime.now(UTC), Device.at(config)
    path = output or Path(bundle.usual_name(device, now))
    with console.spinner() as working:
        task = working.add_task("gathering", total=len(PARTS))

        def told(part: Part) -> None:
            working.update(task, description=part.what, advance=1)

        members = bundle.gather(device, now, on_part=told)
    for member in members:
        _show(member)
    if not listed:
        bundle.write(members, path)
        console.done(f"{path}: {path.stat().st_size / 1000:.0f} kB; look through it before you send it")
    if as_json:
        contents = [member.listed() for member in members]
        console.print_json({"file": None if listed else str(path), "contents": contents})


def _show(member: bundle.Member) -> None:
    """To stderr, before anything is written."""
    if member.problem:
        line = Text.assemble(("▲ ", "yellow"), f"{member.name:<18} not to be had: {member.problem}")
    else:
        line = Text.assemble(("✓ ", "green"), f"{member.name:<18} {member.size_bytes:>8,} B  {member.what}")
    console.notes.print(line)
