"""`make bench`: what seeing, hearing, live pictures, lists, events and the dashboard cost, beside peers."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from agent.vision.native import forbid_network
from contract.manifest import default_weights_dir, load_manifest
from tests.benchmarks import (
    accuracy,
    clips,
    dashboard,
    fanout,
    frames,
    growth,
    idle,
    ingest,
    lists,
    memory,
    peer,
    pipeline,
    rows,
    startup,
    streaming,
    streaming_links,
    talk,
    traffic,
    voice,
    watching,
)
from tests.benchmarks.identity import measure as measure_identity
from tests.benchmarks.verify import measure as measure_verify

GOAL_MEMORY_MB = 350.0
PARTS = {
    "streaming": streaming,
    "streaming_links": streaming_links,
    "watching": watching,
    "talk": talk,
    "lists": lists,
    "ingest": ingest,
    "startup": startup,
    "growth": growth,
    "traffic": traffic,
    "dashboard": dashboard,
    "fanout": fanout,
    "idle": idle,
}
LONG = {"growth", "traffic"}
"""Not in a short run, unless it is asked for them."""
ROOT = Path(__file__).resolve().parents[2]


def bench(*, short: bool) -> list[rows.Row]:
    """What seeing and hearing cost. Short: a few seconds of video, no accuracy."""
    manifest, weights_dir = load_manifest(), default_weights_dir()
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as folder, console.status("") as status:
        status.update("Reading frames")
        videos = frames.footage(Path(folder))
        taken = frames.stretches(videos, 4 if short else 20)
        status.update("Memory, in a process of its own")
        resident, most = memory.measure(videos[0], 4 if short else memory.SECONDS)
        status.update("Processor time")
        found = pipeline.measure(manifest, weights_dir, taken, 1 if short else 5)
        found.append(measure_identity(manifest, weights_dir, 5 if short else 30))
        found.append(pipeline.decoding(videos[0], 4 if short else 20))
        found += voice.measure(10 if short else 60, 1 if short else 5)
        found.append(rows.Row("resident memory, fresh process", resident / 2**20, "MB", "lower", GOAL_MEMORY_MB))
        found.append(rows.Row("  at most", most / 2**20, "MB", "lower"))
        status.update("Clips")
        found += clips.measure(taken, 1 if short else 5)
        status.update("Checking a bundle")
        found += measure_verify(short)
        labels = frames.MEDIA / "labels.json"
        if labels.is_file() and not short:
            status.update("Accuracy on the labelled footage (minutes)")
            found.append(accuracy.measure(labels, weights_dir))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--short", action="store_true", help="a few seconds of video, one turn, no accuracy, no growth and no traffic"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "bench.json", help="default: bench.json in the checkout")
    parser.add_argument("--only", nargs="*", choices=PARTS, help="of what runs beside seeing and hearing; default: all")
    arguments = parser.parse_args()
    chosen = (
        arguments.only if arguments.only is not None else [n for n in PARTS if n not in LONG or not arguments.short]
    )
    live = [row for name in chosen for row in PARTS[name].measure(short=arguments.short)]
    forbid_network()  # for this process and for good: the peer calls MediaPipe where no thread of ours fences it
    found = live + bench(short=arguments.short)
    rows.write(arguments.out, found)
    rows.show(found, Console(width=110))
    print(f"Peer: {peer.peer_name(default_weights_dir())}. Written: {arguments.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
