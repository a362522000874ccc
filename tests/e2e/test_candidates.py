"""Candidates come from a table that is looked at first, and one of them is given a place and a time by a form."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import FilePayload, expect

from tests.support.browser import open_page, sign_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PATIENCE_MS = 60_000
"""What is waited for on a busy machine; on an idle one each comes within a second."""
TABLE = "Student ID;Full name;E-mail\nA-1;Ada Müller;ada@example.org\nA-2;Grace Hopper;nowhere\nA-3;Emmy Noether;\n"


def test_a_table_is_previewed_taken_without_its_bad_row_and_a_candidate_scheduled(centre: Stack) -> None:
    start = (datetime.now() + timedelta(days=1)).replace(hour=10, minute=30)
    with centre.client() as client, open_page() as page:
        client.post("/api/v1/booths", json={"booth_id": "booth-1", "name": "Booth 1"}).raise_for_status()
        exam = {"name": "Algebra", "duration_s": 3600, "notice": "You are filmed."}
        client.post("/api/v1/exams", json=exam).raise_for_status()

        def there() -> list[str]:
            return [each["name"] for each in client.get("/api/v1/candidates").json()["items"]]

        sign_in(page, centre.url)
        page.get_by_role("navigation").first.wait_for()
        page.goto(f"{centre.url}/candidates/import")
        file = FilePayload(name="list.csv", mimeType="text/csv", buffer=TABLE.encode("cp1252"))
        page.get_by_label("Choose a file").set_input_files(file)
        preview = page.get_by_role("table", name="What the file would do")
        expect(preview).to_contain_text("E-mail: not an e-mail address", timeout=PATIENCE_MS)
        expect(page.get_by_text("was read as Windows-1252")).to_be_visible(timeout=PATIENCE_MS)
        assert there() == [], "nothing is written before it is confirmed"

        with page.expect_download() as saved:
            page.get_by_role("button", name="Save the refused row").click()
        refused = saved.value.path().read_text(encoding="utf-8-sig")
        assert "A-2,Grace Hopper,nowhere,email: not an e-mail address" in refused
        page.get_by_role("button", name="Import 2 rows").click()
        page.get_by_role("heading", name="Imported 2 rows").wait_for()
        assert there() == ["Ada Müller", "Emmy Noether"]

        page.goto(f"{centre.url}/schedule?day={start:%Y-%m-%d}")
        page.get_by_role("button", name="Schedule an exam").click()
        page.get_by_label("Candidate", exact=True).fill("mull")
        page.get_by_role("option", name="Ada Müller").wait_for()
        page.keyboard.press("Enter")
        page.get_by_label("Booth", exact=True).select_option(label="Booth 1")
        page.get_by_label("Start", exact=True).fill(f"{start:%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Schedule", exact=True).click()
        block = page.get_by_role("button", name=re.compile("Ada Müller.*10:30–11:30"))
        expect(block).to_be_visible(timeout=PATIENCE_MS)
        (session,) = client.get("/api/v1/exam-sessions").json()["items"]
        assert (session["candidate_number"], session["state"]) == ("A-1", "scheduled")

        # Another at the same time is refused, and what is in the way is named.
        page.get_by_role("button", name="Schedule an exam").click()
        page.get_by_label("Candidate", exact=True).fill("A-3")
        page.get_by_role("option", name="Emmy Noether").wait_for()
        page.keyboard.press("Enter")
        page.get_by_label("Booth", exact=True).select_option(label="Booth 1")
        page.get_by_label("Start", exact=True).fill(f"{start:%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Schedule", exact=True).click()
        refusal = page.get_by_role("dialog").get_by_role("alert")
        expect(refusal).to_contain_text("'Algebra' of A-1", timeout=PATIENCE_MS)
