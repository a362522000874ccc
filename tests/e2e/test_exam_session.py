"""An exam session from the schedule to its end: the real hub, a real booth with its detectors, and the candidate."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.booth_footage import sits_still, then_leaves
from tests.support.check_in import open_screen, press, shows, take_photo, type_code
from tests.support.kiosk import KIOSK, browser
from tests.support.processes import wait_for
from tests.support.stack import Stack
from tests.support.weights import real_weights

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

BOOTH = "booth-1"


def schedule(client: httpx.Client) -> str:
    exam = post(client, "/exams", name="Mathematics I", duration_s=5400, notice="You are filmed.", profile="strict")
    candidate = post(client, "/candidates", number="A-1", name="Ada Lovelace")
    session = post(
        client,
        "/exam-sessions",
        exam_id=exam["exam_id"],
        candidate_id=candidate["candidate_id"],
        booth_id=BOOTH,
        scheduled_start=datetime.now(UTC).isoformat(),
    )
    return str(session["exam_session_id"])


def post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_candidate_is_scheduled_checks_in_is_let_in_is_watched_and_is_done(centre: Stack, tmp_path: Path) -> None:
    _, weights = real_weights()
    video = sits_still(tmp_path / "camera.mp4")
    centre.add_booth(BOOTH, video, weights_dir=weights)
    with centre.client() as client, browser(*KIOSK) as chromium:
        session = schedule(client)

        def now() -> dict[str, Any]:
            found = client.get(f"/api/v1/exam-sessions/{session}").raise_for_status().json()
            return {**found, **found["exam_session"]}

        def violations() -> list[dict[str, Any]]:
            answer = client.get("/api/v1/violations", params={"exam_session": session}).raise_for_status()
            items: list[dict[str, Any]] = answer.json()["items"]
            return items

        page = chromium.new_context(viewport={"width": 1280, "height": 800}, has_touch=True).new_page()
        open_screen(page, centre.screens[BOOTH])
        shows(page, "code")
        type_code(page, now()["check_in_code"])
        press(page, "Continue", "notice")
        press(page, "I understand", "photo")
        take_photo(page, "calibration")
        press(page, "Start", "waiting")
        wait_for("the hub to know", lambda: now()["state"] == "checked_in")
        wait_for("the photo", lambda: [each["of"] for each in now()["photos"] if each["available"]] == ["face"])
        assert now()["calibrated"]
        post(client, f"/exam-sessions/{session}/admit")
        shows(page, "admitted")
        press(page, "Begin the exam", "in_progress")
        wait_for("the clock to run", lambda: now()["state"] == "in_progress" and now()["ends_at"])
        expect(page.get_by_text("1 h 29 min left")).to_be_visible()
        expect(page.locator("#recording")).to_have_text("Recording")
        post(client, f"/exam-sessions/{session}/break")
        shows(page, "on_break")
        then_leaves(video)
        press(page, "I am back", "returning")
        take_photo(page, "in_progress")
        wait_for("the hub to hear of the return", lambda: now()["state"] == "in_progress")
        wait_for("a violation of this exam session", lambda: violations() or None)
        post(client, f"/exam-sessions/{session}/complete")
        shows(page, "finished")
        steps = client.get(f"/api/v1/exam-sessions/{session}/steps").raise_for_status().json()["items"]
        told = [step["action"] for step in steps]
        assert [each for each in told if each in {"ready", "admit", "started", "break", "returned", "complete"}] == [
            *("ready", "admit", "started", "break", "returned", "complete")
        ]
