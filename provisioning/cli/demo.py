"""`invigil demo`: everything on this machine, to look at or to prove that it works."""

import signal
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Final

import typer
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from provisioning import centre, console
from provisioning.centre import Centre, Feed
from provisioning.hub import HubClient

EPILOG = """\b
Examples: invigil demo
          invigil demo --video recording.mp4
          invigil demo --seconds 60 --json

\b
Booths look at --video; else the first camera and a reel made now; else two reels. Ctrl-C stops everything.
Exit codes: 0 stopped by you, or violations reached the hub within --seconds · 1 a program failed, or no violation
arrived · 2 the command line was not understood."""

BOOTHS: Final = {"booth-1": "Booth 1", "booth-2": "Booth 2"}
LOOK_S: Final = 1.0
"""How often the hub is asked what it has."""

WORD_S: Final = 15.0
"""Without a terminal, a line this often."""


def demo(
    video: Annotated[
        Path | None, typer.Option("--video", exists=True, dir_okay=False, help="What both booths see, over and over.")
    ] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", min=1, help="End after this long, and judge.")] = None,
    data: Annotated[
        Path, typer.Option("--data", help="Folder for all it writes; what an earlier demonstration left there goes.")
    ] = Path("demo-data"),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The dashboard's port; 0: any free.")] = 8080,
    as_json: Annotated[bool, typer.Option("--json", help="What arrived, as one JSON document at the end.")] = False,
) -> None:
    """Start a hub, its broker and two booths here, and show where to look."""
    _stop_like_ctrl_c()
    try:
        counts = _run(video, seconds, data.resolve(), port=port)
    except KeyboardInterrupt:
        console.done("stopped; everything is down")
        return
    if as_json:
        console.print_json(counts)
    else:
        _print_summary(counts)
    if not any(counts.values()):
        console.die("no violation reached the hub", f"what the programs said: {data / 'logs'}")
    console.done("violations reached the hub; everything is down")


def _run(video: Path | None, seconds: float | None, data: Path, *, port: int) -> dict[str, dict[str, int]]:
    centre.prepare_folder(data)
    feeds = _feeds(video, data)
    wanted = centre.free_port(port)
    if wanted != port:
        console.warn(f"port {port} is taken; using another")
    with centre.running(data, port=wanted) as here:
        for (booth, name), feed in zip(BOOTHS.items(), feeds, strict=True):
            centre.add_booth(here, booth, name, feed)
        client = HubClient.signed_in(here.url, centre.USER, here.password)
        try:
            with console.spinner() as bar:
                bar.add_task("waiting for the booths to come online (loading the detectors)")
                centre.wait_until_online(here, client)
            console.done("both booths are online")
            _print_login(here)
            return _watch(here, client, seconds)
        finally:
            client.close()
            console.step("Stopping booths, hub and broker")


def _feeds(video: Path | None, data: Path) -> list[Feed]:
    if video:
        return [Feed("replay", str(video.resolve()), f"plays {video.name}")] * len(BOOTHS)
    feeds = [_reel(data, number) for number in range(len(BOOTHS))]
    camera = centre.first_camera()
    return [camera, *feeds[1:]] if camera else feeds


def _reel(data: Path, number: int) -> Feed:
    """Each booth's reel begins elsewhere, so that the wall shows different things at a time."""
    from provisioning.reel import SCENES, write_reel

    path = data / f"reel-{number + 1}.mp4"
    if not path.exists():
        with console.spinner() as bar:
            bar.add_task(f"drawing {path.name} from a public-domain portrait")
            write_reel(path, start=2 * number % len(SCENES))
        console.done(f"{path.name} drawn")
    return Feed("replay", str(path), "plays a reel: an empty seat, two faces, a covered camera")


def _watch(here: Centre, client: HubClient, seconds: float | None) -> dict[str, dict[str, int]]:
    """Show what arrives, until the time is over or Ctrl-C."""
    began = time.monotonic()
    spoken = began
    with Live(Text(""), console=console.notes, auto_refresh=False, transient=True) as live:
        while seconds is None or time.monotonic() - began < seconds:
            here.must_run()
            line = _status(client.booths(), time.monotonic() - began, seconds)
            if console.notes.is_terminal:
                live.update(line, refresh=True)
            elif time.monotonic() - spoken >= WORD_S:
                spoken = time.monotonic()
                console.notes.print(line)
            time.sleep(LOOK_S)
    return _count(client)


def _count(client: HubClient) -> dict[str, dict[str, int]]:
    """Violations by booth and kind, as the hub has them."""
    counts: dict[str, Counter[str]] = {booth: Counter() for booth in BOOTHS}
    for violation in client.violations():
        counts.setdefault(violation["booth_id"], Counter())[violation["kind"]] += 1
    return {booth: dict(kinds) for booth, kinds in counts.items()}


def _status(booths: list[dict[str, Any]], passed_s: float, seconds: float | None) -> Text:
    online = sum(booth["availability"] == "online" for booth in booths)
    off = {
        f"{detector['name']} {detector['state']}"
        for booth in booths
        for detector in (booth["health"] or {}).get("detectors", ())
        if detector["state"] != "on"
    }
    total = sum(booth["violations_last_hour"] for booth in booths)
    parts = [
        f"{passed_s:4.0f} s" + (f" of {seconds:.0f}" if seconds else ""),
        f"{online} of {len(BOOTHS)} booths online",
    ]
    parts += [f"{total} violations in the last hour", *sorted(off)]
    return Text("  " + " · ".join(parts) + ("" if seconds else " · Ctrl-C stops"))


def _print_login(here: Centre) -> None:
    lines = Table.grid(padding=(0, 2))
    screens = [(f"Screen of {BOOTHS[booth]}", address) for booth, address in here.screens.items()]
    for word, value in (("Dashboard", here.url), ("User", centre.USER), ("Password", here.password), *screens):
        lines.add_row(word, f"[bold]{value}[/]")
    console.notes.print(Panel(lines, title="Invigil", expand=False, padding=(1, 3)))
    console.notes.print(f"  logs and data: {here.data}")


def _print_summary(counts: dict[str, dict[str, int]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("violation")
    for booth in counts:
        table.add_column(booth, justify="right")
    for kind in sorted({kind for kinds in counts.values() for kind in kinds}):
        table.add_row(kind, *(str(kinds.get(kind, 0)) for kinds in counts.values()))
    if table.row_count:
        console.answer.print(table)


def _stop_like_ctrl_c() -> None:
    """A closed terminal and a service manager end the demonstration as cleanly as Ctrl-C does.

    A shell starts what is to run in the background deaf to SIGINT, and we would pass that on; nohup's wish stands.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, interrupt)
