"""An exam from its making to the auditor's check: people at the dashboard, a candidate at the booth's screen, in real
Chromium; the real hub, broker and booth with its detectors between them."""

import json
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.support.booth_footage import sits_still, then_leaves
from tests.support.browser import sign_in
from tests.support.check_in import open_screen, press, shows, take_photo, type_code
from tests.support.kiosk import KIOSK, browser
from tests.support.processes import BIN, wait_for
from tests.support.stack import Stack
from tests.support.weights import real_weights

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

BOOTH = "booth-1"
CANDIDATES = "number,name\nA-1,Ada Lovelace\nA-2,\n"
"""One row can be taken, one has no name."""
SLOW_MS = 60_000


class Proctor:
    """At the dashboard, by what is written on it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        page.set_default_timeout(SLOW_MS)
        sign_in(page, url)
        page.get_by_role("navigation").first.wait_for()

    def make_exam(self) -> None:
        self.page.goto(f"{self.url}/exams/new")
        self.page.get_by_label("Name", exact=True).fill("Mathematics I")
        self.page.get_by_label("Duration (minutes)").fill("90")
        self.page.get_by_label("Rule profile").select_option("strict")
        self.page.get_by_label("Notice", exact=True).fill("You are filmed.")
        self.page.get_by_role("button", name="Create exam").click()
        self.page.get_by_text("Mathematics I is there.").first.wait_for()

    def import_candidates(self) -> None:
        self.page.goto(f"{self.url}/candidates/import")
        table: FilePayload = {"name": "candidates.csv", "mimeType": "text/csv", "buffer": CANDIDATES.encode()}
        self.page.locator("input[type=file]").set_input_files(table)
        expect(self.page.get_by_text("1 row is refused and would be left out.")).to_be_visible()
        self.page.get_by_role("button", name="Import 1 row").click()
        self.page.get_by_text("Imported 1 rows").wait_for()

    def schedule(self, start: datetime) -> None:
        self.page.goto(f"{self.url}/schedule")
        self.page.get_by_role("button", name="Schedule an exam").click()
        form = self.page.get_by_role("dialog")
        form.get_by_role("combobox", name="Candidate").fill("Ada")
        form.get_by_role("option", name="Ada Lovelace").click()
        form.get_by_label("Exam", exact=True).select_option("Mathematics I")
        form.get_by_label("Booth", exact=True).select_option(BOOTH)
        form.get_by_label("Start", exact=True).fill(start.strftime("%Y-%m-%dT%H:%M"))
        form.get_by_role("button", name="Schedule", exact=True).click()
        self.page.get_by_text("Ada Lovelace: scheduled").first.wait_for()

    def open_exam_session(self) -> str:
        """The candidate's code."""
        self.page.goto(f"{self.url}/exam-sessions")
        self.page.get_by_role("link", name="Ada Lovelace").click()
        code = self.page.locator("code").filter(has_text=re.compile(r"^[A-Z0-9]{8}$")).inner_text()
        self.id = self.page.url.rsplit("/", 1)[-1]
        return code

    def act(self, name: str, *, sure: bool = False) -> None:
        self.page.get_by_role("group", name="What to do").get_by_role("button", name=name, exact=True).click()
        if sure:
            self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def watch(self) -> None:
        self.page.get_by_role("button", name="Watch live").click()
        plays = (
            "() => [...document.querySelectorAll('video')].some((each) => each.videoWidth && each.currentTime > 0.5)"
        )
        wait_for("a picture that moves", lambda: self.page.evaluate(plays))

    def warn(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Message to the candidate").last.fill(text)
        self.page.get_by_role("button", name="Warn", exact=True).click()

    def confirm_all(self) -> None:
        self.page.goto(f"{self.url}/review")
        self.page.get_by_test_id("before-me").wait_for()
        done = self.page.get_by_text(re.compile("Everything (is reviewed|here is decided)"))
        while not done.first.is_visible():
            self.page.keyboard.press("c")
            self.page.wait_for_timeout(300)  # a hand's pace; the loop ends by what is shown

    def take_bundle(self, folder: Path) -> Path:
        self.page.goto(f"{self.url}/reports/{self.id}")
        self.page.get_by_role("heading", level=1, name=re.compile("Ada Lovelace")).wait_for()
        with self.page.expect_download() as taking:
            self.page.get_by_role("link", name="Bundle", exact=True).click()
        bundle = folder / "exam-session.zip"
        taking.value.save_as(bundle)
        return bundle


def verify(bundle: Path, authority: Path) -> dict[str, Any]:
    command = [str(BIN / "invigil"), "verify", str(bundle), "--ca", str(authority), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_exam_is_made_sat_watched_reviewed_reported_and_verified(centre: Stack, tmp_path: Path) -> None:
    _, weights = real_weights()
    video = sits_still(tmp_path / "camera.mp4")
    agent = centre.add_booth(BOOTH, video, weights_dir=weights)
    with centre.client() as client, browser(*KIOSK) as chromium:
        proctor = Proctor(chromium.new_page(viewport={"width": 1440, "height": 900}), centre.url)
        booth = chromium.new_context(viewport={"width": 1280, "height": 800}, has_touch=True).new_page()
        proctor.make_exam()
        proctor.import_candidates()
        proctor.schedule(datetime.now())
        code = proctor.open_exam_session()

        open_screen(booth, centre.screens[BOOTH])
        shows(booth, "code")
        type_code(booth, code)
        press(booth, "Continue", "notice")
        press(booth, "I understand", "photo")
        take_photo(booth, "calibration")
        press(booth, "Start", "waiting")

        proctor.page.get_by_role("img", name="Photo of the candidate").wait_for()
        proctor.act("Admit")
        shows(booth, "admitted")
        press(booth, "Begin the exam", "in_progress")
        expect(proctor.page.get_by_text(re.compile("1 h (29|30) min left")).first).to_be_visible()
        expect(booth.locator("#recording")).to_have_text("Recording")

        proctor.watch()
        expect(booth.locator("#watchers")).to_contain_text("Proctor-In-Chief", ignore_case=True)
        proctor.page.get_by_role("button", name="Talk to the candidate").click()
        expect(booth.get_by_role("heading", name=re.compile("is speaking to you"))).to_be_visible(timeout=SLOW_MS)
        proctor.page.get_by_role("button", name="End talk").click()
        shows(booth, "in_progress")

        proctor.act("Break")
        shows(booth, "on_break")
        then_leaves(video)
        press(booth, "I am back", "returning")
        take_photo(booth, "in_progress")
        proctor.page.get_by_role("article", name=re.compile("^No face")).first.wait_for(timeout=120_000)
        proctor.warn("Please stay in the picture.")
        expect(booth.get_by_text("Please stay in the picture.")).to_be_visible()
        press(booth, "I have read this", "in_progress")

        proctor.act("Complete", sure=True)
        shows(booth, "finished")
        steps = client.get(f"/api/v1/exam-sessions/{proctor.id}/steps").raise_for_status().json()["items"]
        order = ("ready", "admit", "started", "break", "returned", "complete")
        assert [step["action"] for step in steps if step["action"] in order] == list(order)

        proctor.confirm_all()

        def decisions() -> set[str]:
            answer = client.get("/api/v1/violations", params={"exam_session": proctor.id}).raise_for_status()
            return {violation["review"] for violation in answer.json()["items"]}

        wait_for("every decision at the hub", lambda: decisions() == {"confirmed"})
        assert agent.stop() == 0
        told = verify(proctor.take_bundle(tmp_path), centre.data / "ca" / "ca.pem")
        assert told["verdict"] in {"whole", "incomplete"}, told
        assert {finding["check"] for finding in told["findings"] if finding["level"] != "note"} <= {"evidence"}
