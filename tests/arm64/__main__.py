"""`make test-arm64`: the agent on emulated Raspberry Pis sees what it sees on this machine. See docs/arm64.md."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import platformdirs
from rich.console import Console
from rich.table import Table

from contract.device import FaceEngineChoice
from contract.manifest import check_weights, default_weights_dir, load_manifest
from contract.wire import InvalidError
from tests.arm64 import host, tree
from tests.arm64.compare import TIMES, different_events, different_pictures, in_order, most_apart
from tests.arm64.device import Device, Sight, failures_in
from tests.arm64.exchange import Exchange, prepare
from tests.arm64.host import Arm64Error

RELEASES: Final = ("bookworm", "trixie")
CPUS: Final = ("cortex-a72", "cortex-a76")
ENGINES: Final = ("auto", "mediapipe")


@dataclass(frozen=True)
class Outcome:
    """One row of the table: one face engine on one device."""

    release: str
    python: str
    cpu: str
    asked: FaceEngineChoice
    ran: str
    problems: Sequence[str]
    seen: str
    took_s: float = 0.0
    memory_mb: float = 0.0


class Reference:
    """What this machine sees, worked out when it is first asked for."""

    def __init__(self, exchange: Exchange) -> None:
        self.frame_s = exchange.frame_s
        self.events = cache(exchange.replay)
        self.picture = cache(exchange.inspect)


def try_device(
    device: Device, cpu: str, engines: Sequence[FaceEngineChoice], exchange: Exchange, reference: Reference
) -> Iterator[Outcome]:
    """The same events where an engine runs, a clear word where it must not.

    Objects are looked for beside `auto` only: they take the emulator most of the time and know nothing of face engines.
    """
    release = device.tree.release
    about = device.probe(cpu)
    for asked in engines:
        runs = asked != "mediapipe" or not about["why_no_mediapipe"]
        say(f"{release} · {cpu} · face engine {asked}: {'replaying' if runs else 'must be refused'}")
        if not runs:
            said, why = device.refusal(cpu, asked), f"faces are off: no {asked}: {about['why_no_mediapipe']}"
            problems = [] if why in said else [f"the reason is not said: {said}"]
            yield Outcome(release, about["python"], cpu, asked, "none", problems, "refused with the reason, no crash")
            continue
        replayed = device.replay(cpu, asked, exchange.video, only_faces=asked != "auto")
        yield compared(release, about["python"], cpu, asked, replayed, device, reference)


def compared(
    release: str, python: str, cpu: str, asked: FaceEngineChoice, replayed: Sight, device: Device, reference: Reference
) -> Outcome:
    """Events of the clip and measured values of the picture, against this machine's with the same engine."""
    expected_engine = "litert" if asked == "auto" else asked
    took = (replayed.run.took_s, replayed.run.memory_mb)
    if replayed.engine != expected_engine:
        said = f"face engine {replayed.engine or 'none'} ran, not {expected_engine}: {replayed.said}"
        return Outcome(release, python, cpu, asked, replayed.engine, [said], "", *took)
    events, picture = reference.events(expected_engine, asked != "auto"), reference.picture(expected_engine)
    measured = device.inspect(cpu, asked)
    problems = failures_in(replayed.said)
    problems += different_events(events, replayed.lines, reference.frame_s) + different_pictures(picture, measured)
    seen = "" if problems else summary(events, replayed.lines, picture, measured)
    return Outcome(release, python, cpu, asked, replayed.engine, problems, seen, *took)


def summary(
    here: list[dict[str, Any]], there: list[dict[str, Any]], picture: dict[str, Any], measured: dict[str, Any]
) -> str:
    """How far apart what agrees is."""
    first, second = in_order(here), in_order(there)
    angles = most_apart(picture["faces"], measured["faces"], ("yaw_deg", "pitch_deg", "roll_deg"))
    return (
        f"{len(there)} events: times ±{most_apart(first, second, TIMES):.3f} s, "
        f"confidence ±{most_apart(first, second, ('confidence',)):.3f}; head poses ±{angles:.1f}°"
    )


def run(arguments: argparse.Namespace) -> list[Outcome]:
    """All rows; raises `Arm64Error` for what stops everything."""
    weights = checked_weights()
    host.can_emulate()
    settings = host.pip_settings(os.environ)
    mirror = arguments.mirror or host.debian_mirror()
    say("Building the wheel and drawing the clip")
    exchange = prepare(arguments.cache / "exchange", weights, arguments.video)
    reference, outcomes = Reference(exchange), list[Outcome]()
    for release in arguments.releases:
        debian = tree.Tree(arguments.cache, release)
        say(f"{release}: Debian for arm64 in {debian.path} (2-5 minutes the first time)")
        debian.make(mirror, settings)
        device = Device(debian, exchange.folder, weights)
        say(f"{release}: installing the agent as on a device (5-10 minutes the first time)")
        device.install(settings)
        for cpu in arguments.cpus:
            for outcome in try_device(device, cpu, arguments.engines, exchange, reference):
                say(told(outcome), "✗" if outcome.problems else "✓")
                outcomes.append(outcome)
    return outcomes


def checked_weights() -> Path:
    """The folder; raises `Arm64Error` when what a device is given by default is not in it."""
    folder = default_weights_dir()
    try:
        for entry in load_manifest().weights:
            if entry.default:
                check_weights(entry, folder)
    except InvalidError as error:
        raise Arm64Error(f"{error}; run: make models") from error
    return folder


def told(outcome: Outcome) -> str:
    row = f"{outcome.release} · {outcome.cpu} · {outcome.asked}"
    took = f" ({outcome.took_s:.0f} s)" if outcome.took_s else ""
    return f"{row}: {'; '.join(outcome.problems) or outcome.seen}{took}"


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    table = Table("Debian", "Python", "processor", "face engine", "ran", "as on this machine", "s", "MB", box=None)
    for row in outcomes:
        verdict = f"✗ {row.problems[0]}" if row.problems else f"✓ {row.seen}"
        figures = (f"{row.took_s:.0f}", f"{row.memory_mb:.0f}") if row.took_s else ("", "")
        table.add_row(row.release, row.python, row.cpu, row.asked, row.ran, verdict, *figures)
    console.print(table)
    console.print("Seconds and MB are the emulator's; nothing about a device's speed follows from them.")


def say(what: str, mark: str = "▸") -> None:
    print(f"{time.strftime('%H:%M:%S')} {mark} {what}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.arm64", description=__doc__)
    parser.add_argument(
        "--releases", nargs="+", default=RELEASES, metavar="NAME", help=f"default: {' '.join(RELEASES)}"
    )
    parser.add_argument("--cpus", nargs="+", default=CPUS, metavar="CPU", help=f"QEMU_CPU; default: {' '.join(CPUS)}")
    parser.add_argument("--engines", nargs="+", choices=("auto", "litert", "mediapipe"), default=ENGINES)
    parser.add_argument("--video", type=Path, help="replay this instead of the drawn clip; a minute a second of it")
    parser.add_argument("--mirror", help="Debian mirror; default: this machine's own")
    parser.add_argument("--cache", type=Path, default=platformdirs.user_cache_path("invigil") / "arm64")
    parser.add_argument("--remove", action="store_true", help="delete the trees and all else in the cache, and end")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with tree.only_one_at_a_time(arguments.cache):
            if arguments.remove:
                tree.remove(arguments.cache)
                return 0
            outcomes = run(arguments)
    except Arm64Error as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\n✗ stopped; what stands is kept, so the same command goes on from there", file=sys.stderr)
        return 130
    show(outcomes, Console(width=150))
    return 1 if any(outcome.problems for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
