"""`invigil simulate`: many booths without cameras, for load."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer
from rich.live import Live
from rich.table import Table

from provisioning import centre, console, simulation
from provisioning.access import find_access
from provisioning.hub import HubClient

EPILOG: Final = """\b
Examples: invigil simulate --booths 50 --events-hz 2 --seconds 60
          invigil simulate --booths 20 --rhythm bursts --cut-every 30 --pictures 0.2 --json
          invigil simulate --booths 200 --at-hub --yes

\b
Without --at-hub it starts a hub and a broker of its own, and nothing is left afterwards. With it the hub of
`invigil hub login` is used; its booths sim-0001 and on stay there, as no booth is ever deleted.
Each booth has a certificate, an outbox and a chain of its own; what sees is invented. In the end each violation is
looked for in the hub, by its id.
Exit codes: 0 all of it is in the hub, once · 1 something is not, or a program failed · 2 the command line was not
understood."""
Rhythm = Literal["steady", "random", "bursts"]
MOST_BOOTHS: Final = 5_000
LOOK_S: Final = 1.0
WORD_S: Final = 15.0
"""Without a terminal, a line this often."""


def simulate(
    booths: Annotated[int, typer.Option("--booths", min=1, max=MOST_BOOTHS, help="How many.")] = 20,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=86_400, help="How long things happen.")] = 60,
    events_hz: Annotated[float, typer.Option("--events-hz", min=0, help="Events a second of each booth.")] = 0.2,
    rhythm: Annotated[Rhythm, typer.Option("--rhythm", help="How they are spread over time.")] = "random",
    burst: Annotated[int, typer.Option("--burst", min=1, help="Events at once in bursts.")] = 20,
    backlog: Annotated[int, typer.Option("--backlog", min=0, help="Events a booth has before it connects.")] = 0,
    pictures: Annotated[float, typer.Option("--pictures", min=0, max=1, help="Share of violations with one.")] = 0,
    cut_every: Annotated[float, typer.Option("--cut-every", min=0, help="Mean seconds between lost links.")] = 0,
    processes: Annotated[int, typer.Option("--processes", min=1, max=64, help="That share the booths.")] = 1,
    at_hub: Annotated[bool, typer.Option("--at-hub", help="Use the hub of `invigil hub login`.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Keep booths and logs here; with --at-hub they are used again.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a hub with real booths is used.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as one JSON document at the end.")] = False,
) -> None:
    """Be many booths at once, watch how the hub bears it, and check that it has all of it exactly once."""
    names = simulation.booth_names(booths)
    began = datetime.now(UTC)
    with ExitStack() as opened:
        place = folder or Path(opened.enter_context(_temporary()))
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = opened.enter_context(_known_hub(place, yes=yes) if at_hub else _own_hub(place))
        with console.counted("enrolling devices", len(names)) as enrolled:
            simulation.enrol_booths(at.client, names, at.folder, at.ca, enrolled)
        console.done(f"{len(names)} devices enrolled")
        options = {
            "--seconds": seconds,
            "--events-hz": events_hz,
            "--rhythm": rhythm,
            "--burst": burst,
            "--backlog": backlog,
            "--pictures": pictures,
            "--cut-every": cut_every,
        }
        arguments = [str(word) for option in options.items() for word in option]
        crowd = simulation.Crowd(at.folder, min(processes, booths), arguments)
        figures = _watch(crowd, seconds)
        verdict = simulation.judge(crowd.journal(), at.client, names, began)
    figures |= {
        "seconds": seconds,
        "kept": verdict.kept,
        "shown": verdict.shown,
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "invented": verdict.invented,
    }
    if as_json:
        console.print_json(figures)
    else:
        console.answer.print(_table(figures))
    if figures["waiting"] or not verdict.holds:
        console.die(
            f"{figures['waiting']} events wait; {verdict.lost} violations lost, {verdict.doubled} doubled, "
            f"{verdict.invented} invented",
            "with --dir DIR the booths and their logs stay for a look",
        )
    console.done(f"the hub has {verdict.shown} violations, each exactly once")


@contextmanager
def _temporary() -> Iterator[str]:
    made = tempfile.mkdtemp(prefix="invigil-simulate-")
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@dataclass(frozen=True)
class At:
    """The hub that is loaded, the authority that signed its address where the system does not know it, and where the
    booths' folders are."""

    client: HubClient
    folder: Path
    ca: Path | None = None


@contextmanager
def _own_hub(place: Path) -> Iterator[At]:
    made = place / "centre"
    centre.prepare_folder(made)
    with centre.running(made, port=0) as here, HubClient.signed_in(here.url, centre.USER, here.password) as client:
        yield At(client, made / "booths")


@contextmanager
def _known_hub(place: Path, *, yes: bool) -> Iterator[At]:
    access = find_access(os.environ)
    with HubClient.of(access) as client:
        real = simulation.strangers(client)
        if real and not yes:
            question = f"{access.hub} has {len(real)} real booths, such as {real[0]}. Load it all the same?"
            typer.confirm(question, abort=True, err=True)
        ca = place / "hub-ca.pem" if access.ca_pem else None
        if ca is not None:
            ca.write_text(access.ca_pem)
        yield At(client, place / "booths", ca)


def _watch(crowd: simulation.Crowd, seconds: float) -> dict[str, Any]:
    """Until all processes have ended; Ctrl-C ends them."""
    crowd.start()
    began = spoken = time.monotonic()
    try:
        with Live(console=console.notes, auto_refresh=False, transient=True) as live:
            while not crowd.ended:
                if console.notes.is_terminal:
                    live.update(_table(crowd.sheet(), time.monotonic() - began, seconds), refresh=True)
                elif time.monotonic() - spoken >= WORD_S:
                    spoken = time.monotonic()
                    sheet = crowd.sheet()
                    console.step(f"{sheet['acknowledged']} of {sheet['appended']} events acknowledged")
                time.sleep(LOOK_S / 2)
    finally:
        crowd.stop()
    return crowd.sheet()


def _table(sheet: dict[str, Any], passed_s: float | None = None, seconds: float = 0) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    if passed_s is not None:
        table.add_row("seconds", f"{min(passed_s, seconds):.0f} of {seconds:.0f}")
        table.add_row("booths connected", f"{sheet['connected']} of {sheet['booths']}")
    for name, words in _WORDS.items():
        if sheet.get(name) is not None:
            table.add_row(words, f"{sheet[name]:,}")
    for name, times in sheet["trouble"].items():
        table.add_row(f"▲ {name}", f"{times:,}")
    return table


_WORDS: Final = {
    "appended": "events that happened",
    "acknowledged": "acknowledged by the hub",
    "waiting": "waiting for it",
    "ack_p50_ms": "until acknowledged, median, ms",
    "ack_p99_ms": "until acknowledged, 99 %, ms",
    "pictures": "pictures",
    "cuts": "lost links",
    "shown": "violations in the hub",
    "lost": "lost",
    "doubled": "doubled",
    "invented": "invented",
}
