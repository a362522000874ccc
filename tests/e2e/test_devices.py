"""A technician lets new hardware in, sees it come, and takes its trust away: real Chromium, hub, broker and device."""

import re
import sys

import pytest

from tests.support.browser import open_page, sign_in
from tests.support.processes import Program, run, wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_device_is_let_in_with_a_code_seen_to_come_and_cut_off_when_it_is_revoked(centre: Stack) -> None:
    folder = centre.folder / "aula-2"
    with open_page() as page:
        page.set_default_timeout(60_000)
        sign_in(page, centre.url)
        page.get_by_role("navigation").first.wait_for()
        page.goto(f"{centre.url}/devices")
        page.get_by_role("button", name="Enrol a device").click()
        page.get_by_label("Booth", exact=True).select_option(label="A new booth…")
        page.get_by_label("Name", exact=True).fill("Aula 2")
        page.get_by_role("button", name="Make a claim code").click()
        code = page.get_by_test_id("claim-code").inner_text()
        page.get_by_text("Waiting for the device to enrol").wait_for()
        run(
            *("invigil", "device", "enrol", "--hub", centre.url, "--dir", folder, "--json"),
            env={"INVIGIL_CLAIM_CODE": code},
        )
        page.get_by_text("Enrolled, from 127.0.0.1").wait_for()
        booth = Program(
            [
                *(sys.executable, "-m", "tests.support.camera_less_booth"),
                *(folder / "device.toml", folder / "journal", "2"),
            ],
            centre.folder / "aula-2.log",
        )
        centre.booths["aula-2"] = booth
        booth.start()
        page.get_by_role("dialog").get_by_text("Online").wait_for()
        page.get_by_role("button", name="Done").click()

        page.get_by_role("link", name="Aula 2").click()
        page.get_by_role("heading", name="Device of Aula 2").wait_for()
        page.get_by_role("button", name="Identify").click()
        page.get_by_text("no camera").wait_for()  # what this one answers to everything
        page.get_by_role("button", name="Revoke…").click()
        page.get_by_label("What happened?").fill("stolen on Monday")
        page.get_by_label(re.compile("^Type .*aula-2")).fill("aula-2")
        page.get_by_role("button", name="Revoke", exact=True).click()
        page.get_by_text("Revoked by proctor-in-chief: stolen on Monday").wait_for()

        wait_for("the device to be refused", lambda: "certificate" in booth.tail(50))
        with centre.client() as client:
            wait_for(
                "the booth to be offline",
                lambda: client.get("/api/v1/booths/aula-2").json()["availability"] == "offline",
            )
