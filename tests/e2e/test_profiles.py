"""An administrator makes a rule profile and an exam that goes by it, in a real Chromium against a real hub."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import open_page, sign_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

WAIT_MS = 60_000
NAME = "Written exam"
NOTICE = "You are filmed while the exam lasts."


def copied(page: Page) -> None:
    """From `standard`, which itself cannot be changed."""
    page.get_by_role("link", name="Profiles", exact=True).click()
    page.get_by_role("link", name="standard", exact=True).click()
    expect(page.get_by_role("spinbutton", name="Hold")).to_be_disabled(timeout=WAIT_MS)
    page.get_by_role("button", name="Copy").click()
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_role("button", name="Make the copy").click()
    expect(page.get_by_role("heading", level=1, name=NAME)).to_be_visible(timeout=WAIT_MS)


def changed(page: Page) -> None:
    """By keyboard where it is quick; what cannot be saved is said, and leaving asks."""
    page.get_by_role("link", name="Looking away").click()
    side = page.get_by_role("spinbutton", name="To a side")
    side.fill("91")
    expect(page.get_by_role("button", name="Save as version 2")).to_be_disabled()
    side.fill("35")
    page.get_by_role("spinbutton", name="Hold").press("ArrowUp")
    expect(page.get_by_role("img", name=re.compile("Raised after 3.5 s"))).to_be_visible()
    page.get_by_role("link", name="Exams", exact=True).last.click()
    expect(page.get_by_role("dialog", name="Leave without saving?")).to_be_visible()
    page.get_by_role("button", name="Keep as it is").click()
    page.get_by_label("Why").fill("fewer interruptions")
    page.get_by_role("button", name="Save as version 2").click()
    expect(page.get_by_text(f"{NAME} is version 2 now", exact=True)).to_be_visible(timeout=WAIT_MS)


def examined(page: Page) -> None:
    """An exam with that profile; its notice stands on the booth's screen as it is written."""
    page.get_by_role("link", name="Exams", exact=True).last.click()
    page.get_by_role("button", name="New exam").first.click()
    page.get_by_label("Name", exact=True).fill("Algebra")
    page.get_by_label(re.compile("^Duration")).fill("90")
    page.get_by_label("Rule profile").select_option(NAME)
    page.get_by_label("Notice", exact=True).fill(NOTICE)
    expect(page.get_by_role("region", name="How the candidate sees the notice")).to_contain_text(NOTICE)
    page.get_by_role("button", name="Create exam").click()
    expect(page.get_by_role("heading", level=1, name="Algebra")).to_be_visible(timeout=WAIT_MS)
    page.get_by_label("Notice", exact=True).fill(NOTICE.replace("filmed", "filmed and recorded"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("insertion").filter(has_text="and recorded")).to_be_visible(timeout=WAIT_MS)


def test_an_administrator_makes_a_profile_and_an_exam_that_goes_by_it(centre: Stack) -> None:
    with open_page() as page:
        sign_in(page, centre.url)
        page.get_by_role("navigation").first.wait_for()
        page.goto(f"{centre.url}/exams")
        copied(page)
        changed(page)
        examined(page)
    with centre.client() as client:
        profile: dict[str, Any] = client.get(f"/api/v1/profiles/{NAME}").json()
        (exam,) = client.get("/api/v1/exams").json()["items"]
    away = profile["rules"]["looking_away"]
    assert (profile["version"], away["yaw_deg"], away["hold_s"]) == (2, 35, 3.5)
    assert (exam["profile"], exam["duration_s"], exam["notice_version"]) == (NAME, 5400, 2)
