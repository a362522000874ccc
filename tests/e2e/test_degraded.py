"""What a proctor sees of a booth that is not whole: detectors without weights, and a device whose power was cut."""

from pathlib import Path

import pytest

from provisioning.reel import write_reel
from tests.support.browser import open_page, sign_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_booth_without_weights_says_so_and_watches_its_camera_all_the_same(centre: Stack, tmp_path: Path) -> None:
    (tmp_path / "no-weights").mkdir()
    booth = centre.add_booth("booth-1", write_reel(tmp_path / "reel.mp4"), weights_dir=tmp_path / "no-weights")
    with open_page() as page:
        sign_in(page, centre.url)
        tile = page.get_by_role("listitem", name="Booth-1")
        tile.get_by_text("Idle").wait_for()
        page.get_by_role("complementary", name="Feed").locator("[data-kind=camera_blocked]").first.wait_for(
            timeout=200_000
        )
        page.goto(f"{centre.url}/booths/booth-1")
        page.get_by_text("run: invigil models fetch face_landmarker.task").first.wait_for()
        page.get_by_text("run: invigil models fetch yolox_nano_416_float16.tflite").first.wait_for()

        booth.kill()
        page.get_by_text("Offline").first.wait_for(timeout=120_000)
        booth.start()
        page.get_by_text("Online").first.wait_for(timeout=120_000)
    assert {violation["kind"] for violation in centre.violations()} == {"camera_blocked"}
