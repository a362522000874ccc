"""Clips and recordings in real Chromium: uploaded as a device does, played from the hub, boxes drawn, holes shown."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page

from contract.boxes import Box, ClipBoxes, Look
from contract.chain import sha256_hex
from contract.messages import EvidenceAdded, SegmentRecorded
from contract.violation import EvidenceRef, EvidenceRole
from tests.support.browser import open_page
from tests.support.hub import PASSWORD, Chain, Uplink, a_hub, a_violation, an_uplink
from tests.support.processes import wait_for
from tests.support.served import Served, served
from tests.support.uploads import send_all
from tests.support.video import write_video

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
CHUNK = 20_000
SHOWN: dict[EvidenceRole, str] = {"clip": "video/mp4", "segment": "video/mp4", "boxes": "application/json"}


def film(folder: Path, seconds: int, seed: int) -> bytes:
    """Noise in grey, so that no two are alike and none is tiny."""
    noise = np.random.default_rng(seed)
    images = (noise.integers(0, 255, (120, 160, 3), dtype=np.uint8) for _ in range(seconds * 10))
    return write_video(folder / f"{seed}.mp4", images).read_bytes()


def ref(data: bytes, role: EvidenceRole, taken_at: datetime) -> EvidenceRef:
    return EvidenceRef(
        sha256=sha256_hex(data), role=role, media_type=SHOWN[role], size_bytes=len(data), taken_at=taken_at
    )


@asynccontextmanager
async def a_centre(folder: Path) -> AsyncIterator[tuple[Served, Uplink, httpx.AsyncClient]]:
    async with (
        a_hub(folder) as hub,
        an_uplink(hub, folder) as uplink,
        served(hub) as here,
        httpx.AsyncClient(base_url=here.url, timeout=60) as client,
    ):
        yield here, uplink, client


async def watching(here: Served, path: str, look: Callable[[Page], None]) -> None:
    """A browser of its own thread, signed in, at `path`."""

    def run() -> None:
        with open_page() as page:
            page.goto(here.url)
            page.get_by_label("User name").fill("ada")
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("navigation").first.wait_for()
            page.goto(f"{here.url}{path}")
            look(page)

    await asyncio.to_thread(run)


async def test_a_clip_plays_with_boxes_over_it(tmp_path: Path) -> None:
    clip = film(tmp_path, 3, seed=1)
    async with a_centre(tmp_path) as (here, uplink, client):
        violation = a_violation()
        began = violation.started_at - timedelta(seconds=1)
        seen = ClipBoxes(
            clip_sha256=sha256_hex(clip),
            started_at=began,
            duration_s=3,
            frame_wh=(160, 120),
            looks=tuple(
                Look(at_s=n / 10, boxes=(Box(label="face", score=0.9, xyxy=(0.25, 0.25, 0.75, 0.5)),))
                for n in range(30)
            ),
        ).to_json()
        chain = Chain("booth-1")
        uplink.send(chain.opened(violation))
        for data, role in ((clip, "clip"), (seen, "boxes")):
            added = EvidenceAdded(violation_id=violation.violation_id, evidence=ref(data, role, began))  # type: ignore[arg-type]
            uplink.send(chain.event(added))
        await uplink.acked(3)
        assert len(clip) > 3 * CHUNK
        assert (await send_all(client, uplink.device, clip, CHUNK)).status_code == 201
        headers = uplink.device.upload_headers(seen) | {"Content-Type": "application/json"}
        put = await client.put(f"/api/v1/evidence/{sha256_hex(seen)}", content=seen, headers=headers)
        assert put.status_code == 201, put.text

        def look(page: Page) -> None:
            drawer = page.get_by_test_id("violation-drawer")
            video = drawer.locator("video")
            video.wait_for()
            box = drawer.locator("[data-label=face]")
            box.wait_for()
            assert "face 90 %" in box.inner_text()
            # Both at one moment: the drawer slides in.
            frame, drawn = drawer.evaluate(
                "drawer => ['video', '[data-label=face]'].map("
                "name => drawer.querySelector(name).getBoundingClientRect().toJSON())"
            )
            assert drawn["x"] - frame["x"] == pytest.approx(frame["width"] / 4, abs=3)
            assert drawn["y"] - frame["y"] == pytest.approx(frame["height"] / 4, abs=3)
            assert drawn["width"] == pytest.approx(frame["width"] / 2, abs=3)
            assert video.evaluate("video => video.duration") == pytest.approx(3, abs=0.2)
            video.evaluate("video => { video.currentTime = 2.5 }")
            wait_for("the seek", lambda: video.evaluate("video => !video.seeking && video.readyState >= 2"))
            video.evaluate("video => { video.muted = true; return video.play() }")
            wait_for("the end", lambda: video.evaluate("video => video.ended"))

        await watching(here, f"/?violation={violation.violation_id}", look)


async def test_a_recording_plays_through_and_shows_its_holes(tmp_path: Path) -> None:
    pieces = [film(tmp_path, 2, seed) for seed in (1, 2, 3)]
    nine = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    async with a_centre(tmp_path) as (here, uplink, client):
        chain = Chain("booth-1")
        for data, first_s in zip(pieces, (0, 2, 30), strict=True):
            first = nine + timedelta(seconds=first_s)
            event = SegmentRecorded(
                evidence=ref(data, "segment", first), started_at=first, ended_at=first + timedelta(seconds=2)
            )
            uplink.send(chain.event(event))
        await uplink.acked(3)
        for data in pieces:
            assert (await send_all(client, uplink.device, data, CHUNK)).status_code == 201

        def look(page: Page) -> None:
            player = page.get_by_test_id("recording")
            player.wait_for()
            assert player.locator("[data-piece]").count() == 3
            (hole,) = player.locator("[data-hole]").all()
            assert hole.get_attribute("data-hole") == "not_recorded"
            strip, drawn = player.evaluate(
                "player => ['[role=slider]', '[data-hole]'].map("
                "name => player.querySelector(name).getBoundingClientRect().toJSON())"
            )
            assert drawn["width"] == pytest.approx(strip["width"] * 26 / 32, abs=3)
            sources: set[str] = set()
            page.on("request", lambda request: sources.add(request.url.rpartition("/")[2]))
            player.get_by_role("button", name="Play").click()
            player.get_by_text("Not recorded, 26 s").wait_for()
            player.get_by_text("The recording ends here.").wait_for(timeout=60_000)
            assert {sha256_hex(data) for data in pieces[1:]} <= sources

        await watching(here, "/booths/booth-1", look)
