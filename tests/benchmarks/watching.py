"""What a proctor gets: how old the picture is, how soon it is there, how soon it is back. Real hub, booth and Chromium.

The booth's camera writes the moment of capture into each frame; the page reads it back from its video element, on the
clock of the same machine. The agent looks for violations meanwhile, as it does in a booth.
"""

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console

from tests.benchmarks.rows import Row, show
from tests.support.barcode import READ
from tests.support.processes import wait_for
from tests.support.proctor import Network, Proctor, health, kill_browsers, proctor
from tests.support.stack import Stack, stack

BOOTH: Final = "booth-1"
CUT_S: Final = 10.0
SETTLE_S: Final = 3.0

WATCH: Final = f"""async (seconds) => {{
  const read = {READ};
  const video = document.querySelector("video");
  const ages = [];
  const end = performance.now() + 1000 * seconds;
  let last = null;
  await new Promise((resolve) => {{
    const look = (now, frame) => {{
      const shown = performance.timeOrigin + Math.max(now, frame.expectedDisplayTime);
      const captured = read(video);
      if (captured !== null && captured !== last) ages.push(shown % 2 ** 32 - captured);
      last = captured ?? last;
      if (now < end) video.requestVideoFrameCallback(look);
      else resolve();
    }};
    video.requestVideoFrameCallback(look);
  }});
  return ages;
}}"""
"""Age of every picture shown, in milliseconds, when it was due on the display."""


def measure(*, short: bool) -> list[Row]:
    """Needs this machine's network: call it before the bench fences itself off."""
    with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as centre:
        centre.add_barcode_booth(BOOTH)
        with proctor(centre, BOOTH) as person:
            first_ms = [_first_frame_ms(person) for _ in range(3 if short else 15)]
            person.watch()
            person.page.wait_for_timeout(1000 * SETTLE_S)
            ages_ms = sorted(person.page.evaluate(WATCH, 3 if short else 20))
            person.stop()
        with closing(Network()) as network, proctor(centre, BOOTH, network) as person:
            person.watch()
            healed_s = [_healed_s(person, network, 5 if short else CUT_S) for _ in range(1 if short else 3)]
            freed_s = _freed_s(centre)
    return [
        Row("live: glass to glass, median", median(ages_ms), "ms", "lower", 80),
        Row("live: glass to glass, 95th percentile", ages_ms[int(0.95 * len(ages_ms))], "ms", "lower", 150),
        Row("  pictures measured", float(len(ages_ms)), "", "higher"),
        Row("live: click to first picture, median", median(first_ms) / 1000, "s", "lower", 0.6),
        Row("  slowest", max(first_ms) / 1000, "s", "lower"),
        Row("live: picture back after a cut of 10 s, slowest", max(healed_s), "s", "lower", 5),
        Row("live: booth lets go of a killed browser", freed_s, "s", "lower", 10),
    ]


def _first_frame_ms(person: Proctor) -> float:
    person.watch()
    video = person.page.locator("video[data-first-frame-ms]")
    video.wait_for()
    found = float(video.get_attribute("data-first-frame-ms") or "nan")
    person.stop()
    return found


def _healed_s(person: Proctor, network: Network, cut_s: float) -> float:
    """From the end of the cut to a picture that was captured after it."""
    person.until("a live picture", lambda: person.phase == "live")
    person.page.wait_for_timeout(1000 * SETTLE_S)
    network.cut = True
    person.page.wait_for_timeout(1000 * cut_s)
    before = person.moment() or 0
    network.cut, ended_s = False, time.monotonic()
    person.until("a new picture", lambda: (person.moment() or 0) > before + 1000)
    return time.monotonic() - ended_s


def _freed_s(centre: Stack) -> float:
    killed_s = time.monotonic()
    kill_browsers()
    wait_for("the booth to let go", lambda: not health(centre, BOOTH)["viewers"])
    return time.monotonic() - killed_s


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
