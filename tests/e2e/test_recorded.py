"""What a booth's recorder writes, with sound, played in real Chromium by the hub: through a seam, over a hole."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from agent.streaming.audio import OpusEncoder
from contract.messages import SegmentRecorded
from tests.e2e.test_footage import CHUNK, a_centre, watching
from tests.support.filming import Studio, studio
from tests.support.hub import Chain
from tests.support.processes import wait_for
from tests.support.sounds import chunks, voice
from tests.support.uploads import send_all

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

AWAY_S = 25
"""How long nothing is recorded."""
WATCH = """() => {
  // Every picture that is shown: of which file, at which second, how loud.
  window.seen = [];
  const heard = new Map(), context = new AudioContext();
  const listen = (video) => {
    if (!heard.has(video) && video.captureStream && video.readyState >= 2) {
      const stream = video.captureStream();
      if (stream.getAudioTracks().length === 0) return null;
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(analyser);
      heard.set(video, analyser);
    }
    return heard.get(video) ?? null;
  };
  const loudness = (analyser) => {
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  };
  setInterval(() => {
    const video = document.querySelector('[data-testid=recording] video:not([hidden])');
    if (!video || video.paused || video.seeking) return;
    const analyser = listen(video);
    const file = video.currentSrc.slice(-64);
    window.seen.push({ file, at: video.currentTime, loud: analyser ? loudness(analyser) : 0, lasts: video.duration });
  }, 40);
}"""


@dataclass(frozen=True)
class Piece:
    told: SegmentRecorded
    data: bytes

    @property
    def lasts_s(self) -> float:
        return (self.told.ended_at - self.told.started_at).total_seconds()


def recorded(folder: Path) -> list[Piece]:
    """36 s in two files, nothing for a while, and 4 s more. Somebody speaks all the time."""
    with studio(folder) as film:
        film.film(1)
        _record(film, [33, 3])
        film.now_s += AWAY_S
        _record(film, [4])
        found = []
        for told in film.events:
            assert isinstance(told, SegmentRecorded)
            with film.spool.open(told.evidence.sha256) as file:
                found.append(Piece(told, file.read()))
        return found


def _record(film: Studio, parts: Sequence[int]) -> None:
    """So many seconds, and after each part the file that is whole by then: these minutes pass faster than a booth's."""
    before = len(film.events)
    film.recorder.film(True, recording=True)
    encoder, spoken = OpusEncoder(), chunks(voice(sum(parts)), film.now_s)
    ends_s = film.now_s
    for number, seconds in enumerate(parts, start=1):
        ends_s += seconds
        for chunk in takewhile(lambda chunk, ends_s=ends_s: chunk.captured_s < ends_s, spoken):  # type: ignore[misc]
            for packet in encoder.encode(chunk):
                film.hear(packet)
            if chunk.captured_s >= film.now_s:
                film.film(0.1)
        if number == len(parts):
            film.recorder.film(True, recording=False)
        wait_for("the next file", lambda number=number: len(film.events) == before + number)  # type: ignore[misc]


async def test_a_recording_with_sound_plays_over_a_seam_and_shows_what_was_not_recorded(tmp_path: Path) -> None:
    pieces = await asyncio.to_thread(recorded, tmp_path / "booth")
    assert [round(piece.lasts_s) for piece in pieces] == [30, 6, 4]
    assert all(piece.told.has_sound for piece in pieces)
    async with a_centre(tmp_path) as (here, uplink, client):
        chain = Chain("booth-1")
        for piece in pieces:
            uplink.send(chain.event(piece.told))
        await uplink.acked(len(pieces))
        for piece in pieces:
            assert (await send_all(client, uplink.device, piece.data, CHUNK)).status_code == 201
        seen: list[dict[str, Any]] = []

        def look(page: Page) -> None:
            player = page.get_by_test_id("recording")
            player.wait_for()
            (hole,) = player.locator("[data-hole]").all()
            assert hole.get_attribute("data-hole") == "not_recorded"
            page.evaluate(WATCH)
            strip = player.get_by_role("slider")
            box = strip.bounding_box()
            assert box is not None
            whole_s = (pieces[-1].told.ended_at - pieces[0].told.started_at).total_seconds()
            strip.click(position={"x": box["width"] * 27 / whole_s, "y": 20})
            player.get_by_role("button", name="Play").click()
            player.get_by_text("Not recorded, ").wait_for(timeout=60_000)
            player.get_by_text("The recording ends here.").wait_for(timeout=60_000)
            seen.extend(page.evaluate("() => window.seen"))

        await watching(here, "/booths/booth-1", look)
    runs = list(_runs(seen))
    assert [run[0]["file"] for run in runs] == [piece.told.evidence.sha256 for piece in pieces], "once each, in order"
    for run, piece, begins_s in zip(runs, pieces, (27, 0, 0), strict=True):
        times = [each["at"] for each in run]
        assert run[0]["lasts"] == pytest.approx(piece.lasts_s, abs=0.1)
        assert all(later >= earlier for earlier, later in pairwise(times))
        assert times[0] == pytest.approx(begins_s, abs=1.5)
        assert times[-1] == pytest.approx(piece.lasts_s, abs=1.0), "to its end"
        assert max(each["loud"] for each in run) > 0.02, "the voice is heard, before the seam and after it"


def _runs(seen: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """One for each time that a file was shown."""
    run: list[dict[str, Any]] = []
    for each in seen:
        if run and each["file"] != run[0]["file"]:
            yield run
            run = []
        run.append(each)
    if run:
        yield run
