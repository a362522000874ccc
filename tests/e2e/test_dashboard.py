"""From a camera frame to a proctor's browser: a video plays in a booth, and Chromium shows what was found in it."""

from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from provisioning.reel import write_reel
from tests.support.browser import open_page, sign_in
from tests.support.processes import wait_for
from tests.support.stack import Stack

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "media" / "dev_session_1.mp4"
IN_REEL = {"no_face", "multiple_faces", "camera_blocked"}
"""What the drawn video has too, which plays where the labelled footage is not."""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]


def test_what_happens_in_the_booth_appears_in_the_browser(centre: Stack, tmp_path: Path) -> None:
    if LABELLED.exists():
        video, expected = LABELLED, IN_REEL | {"looking_away", "camera_frozen"}
    else:
        video, expected = write_reel(tmp_path / "reel.mp4"), IN_REEL
    booth = centre.add_booth("booth-1", video)
    with open_page() as page:
        sign_in(page, centre.url)
        tile = page.get_by_role("listitem", name="Booth-1")
        tile.get_by_text("Idle").wait_for()
        feed = page.get_by_role("complementary", name="Feed")
        for kind in sorted(expected):
            item = feed.locator(f"[data-kind={kind}]").first
            item.wait_for(timeout=400_000)
            wait_for("the snapshot to be drawn", partial(drawn, item.locator("img")))
        assert still_plays(centre), "the video had ended before the browser showed what was in it"
        booth.must_run()
    assert {violation["kind"] for violation in centre.violations()} >= expected


def drawn(image: Locator) -> bool:
    return bool(image.count() and image.evaluate("image => image.naturalWidth > 0"))


def still_plays(centre: Stack) -> bool:
    with centre.client() as client:
        health = client.get("/api/v1/booths/booth-1").json()["health"]
    return bool(health["camera"] == "ok" and health["capture_fps"] > 1)
