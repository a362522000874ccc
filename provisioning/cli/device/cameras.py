"""`invigil device cameras`: which cameras this device has, whether they deliver, how fast, and what they see."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from provisioning import console
from provisioning.console import ProvisioningError
from provisioning.programs import ask, beside_python

EPILOG = """\b
Examples: invigil device cameras
          invigil device cameras --test --seconds 10
          invigil device cameras --kind gstreamer --source 0 --picture camera.jpg --json

\b
Every camera is tried for one frame. --test and --picture try one: the one that is named, else the first that delivers.
A camera that the agent uses is busy: sudo systemctl stop invigil-agent, and start it again afterwards.
Exit codes: 0 a camera delivers · 1 none does, or the one that was tried failed · 2 the command line was not
understood."""

TOO_SLOW: Final = 0.8
EACH_S: Final = 120.0
"""Some drivers take their time to say that they do not."""


def cameras(
    kind: Annotated[str, typer.Option("--kind", help="auto, v4l2, picamera2, gstreamer or replay.")] = "",
    source: Annotated[str, typer.Option("--source", help="/dev/video0, a number, a pipeline, or a file.")] = "",
    fps: Annotated[int, typer.Option("--fps", help="Asked of the camera.", min=1, max=120)] = 15,
    test: Annotated[bool, typer.Option("--test", help="Measure frames per second.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", help="How long.", min=1, max=600)] = 5.0,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Write what it sees, as JPEG.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Show the cameras of this device, test one, take a picture."""
    command = [beside_python("invigil-agent"), "cameras", "--json"]
    if not (kind or source or test or picture):
        _list(command, as_json=as_json)
        return
    command += ["--kind", kind or "auto", "--source", source, "--fps", str(fps)]
    command += ["--seconds", str(seconds if test else 0)]
    command += ["--picture", str(picture)] if picture else []
    said = _answer(command, seconds)
    if as_json:
        console.print_json(said)
    else:
        size = f"{said['width']} x {said['height']}, first frame after {said['first_frame_s']:.1f} s"
        console.answer.print(Text(f"{console.printable(said['camera'])}: {size}"))
        if test:
            rate = f"{said['fps']:.1f} frames per second over {said['seconds']:.1f} s"
            console.answer.print(Text(f"{rate}, asked for {fps}; longest gap {said['longest_gap_s'] * 1000:.0f} ms"))
    if test and said["fps"] < fps * TOO_SLOW:
        console.warn("slower than asked for: little light, a USB hub in between, or a camera that cannot do more")
    if picture:
        console.done(f"picture: {picture}")


def _list(command: list[str], *, as_json: bool) -> None:
    with console.spinner() as bar:
        bar.add_task("trying every camera")
        found: list[dict[str, Any]] = _answer(command, 0)
    if as_json:
        console.print_json({"cameras": found})
    elif found:
        table = console.table("kind", "source", "delivers", "")
        for camera in found:
            mark = Text("✓ yes", "green") if camera["delivers"] else Text("✗ no", "red")
            table.add_row(Text(camera["kind"]), Text(camera["source"]), mark, Text(console.printable(camera["detail"])))
        console.print_table(table)
    if not found:
        console.die(
            "no camera was found", "plug one in; CSI cameras of a Raspberry Pi need: apt install python3-picamera2"
        )
    if not any(camera["delivers"] for camera in found):
        console.die("no camera delivers", "is the agent using it? sudo systemctl stop invigil-agent")


def _answer(command: list[str], seconds: float) -> Any:
    """What the agent's program says, in JSON; raises `ProvisioningError` with its words where it says none."""
    said = ask(command, timeout_s=EACH_S + seconds)
    try:
        return json.loads(said.out)
    except ValueError as error:
        words = said.err.strip().splitlines()
        raise ProvisioningError(
            words[-1].lstrip("✗ ") if words else f"invigil-agent ended with exit code {said.code}",
            "`invigil device cameras` shows those there are",
        ) from error
