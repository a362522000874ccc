"""The wall in a real browser before a real hub: who sits where, who is shown, where a tile leads, who looks."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import open_page
from tests.support.hall import hall

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PRESENCE = """async () => (await (await fetch("/api/v1/presence")).json()).items"""


def people(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(PRESENCE)
    return found


def test_a_tile_says_who_sits_there_and_leads_to_the_exam_session_which_then_is_looked_at(tmp_path: Path) -> None:
    with hall(tmp_path, 4) as here, open_page() as page:
        here.sign_in(page)
        page.mouse.move(1, 1)
        tiles = page.get_by_test_id("booth-tile")
        expect(tiles).to_have_count(4)
        first = page.get_by_role("listitem", name="Booth-01")
        expect(first).to_contain_text("Ada Byron")
        expect(first).to_contain_text("In progress")
        expect(first).to_contain_text("Time left:")
        expect(page.get_by_role("listitem", name="Booth-04")).to_contain_text("Waiting to be let in")

        page.keyboard.press("/")
        page.keyboard.type("ada")
        expect(tiles).to_have_count(1)
        expect(page).to_have_url(f"{here.url}/?q=ada")
        assert people(page) == []

        page.keyboard.press("Tab")
        first.get_by_role("link").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Ada Byron", level=1)).to_be_visible()
        assert "/exam-sessions/" in page.url
        page.wait_for_function(f"async () => ((await ({PRESENCE})()).length > 0)")
        (there,) = people(page)
        assert (there["booth_id"], there["people"][0]["username"]) == ("booth-01", "ada")
