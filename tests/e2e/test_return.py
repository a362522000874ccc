"""A browser that was cut off misses nothing: on its return every list is what it would be if it were loaded anew.

`INVIGIL_CUT_S` makes the cut last so long, and lets the page return by itself (`make faults`: 30). Without, the page's
clock is set forward, and the browser says that the network is back.
"""

import os
import re
import time
from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import open_page, sign_in
from tests.support.full_centre import FullCentre, fill, violate
from tests.support.processes import wait_for
from tests.support.stack import Stack
from tests.support.tcp_relay import tcp_relay

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

CUT_S = float(os.environ.get("INVIGIL_CUT_S", "0"))
LISTS = ("/", "/exam-sessions", "/exam-sessions/{running}", "/violations", "/review", "/reports", "/reports/{ended}")
PASSES = re.compile(r"\b\d+([.,]\d+)?\s(d|h|min|s)\b|just now|( ago)")
"""Ages, and time that is left: both pages say them as of when they were drawn."""


def change_everything(centre: Stack, full: FullCentre) -> None:
    """What others do meanwhile: violations, decisions, a message, a flag, an end, a new exam session, a hold lifted."""
    known = centre.violations()
    running, ended = full.ids["examSessionId"], full.ids["ended"]

    def speak() -> None:
        full.post(f"/exam-sessions/{running}/messages", text="Please stay in the picture.", kind="warning")

    violate(centre, "booth-2", len(known) + 3, speak)
    open_ones = [each["violation_id"] for each in known if each["review"] == "unreviewed"]
    full.post(f"/violations/{open_ones[0]}/reviews", decision="confirmed", note="while nobody heard")
    full.post("/reviews", decision="dismissed", violation_ids=open_ones[1:2])
    full.post(f"/exam-sessions/{running}/flags", note="Somebody at the door")
    full.post(f"/exam-sessions/{running}/complete")
    full.exam_session(full.ids["candidateId"], "booth-1", timedelta(hours=6))
    hold = full.client.delete(f"/api/v1/exam-sessions/{ended}/legal-hold", params={"reason": "withdrawn"})
    assert hold.is_success, hold.text


def shown(page: Page) -> str:
    return PASSES.sub("·", page.locator("main").inner_text())


def open_lists(context: BrowserContext, url: str, full: FullCentre) -> dict[str, Page]:
    pages: dict[str, Page] = {}
    for path in LISTS:
        address = url + path.format(running=full.ids["examSessionId"], ended=full.ids["ended"])
        pages[address] = context.new_page()
        pages[address].clock.install()
        pages[address].goto(address)
    for page in pages.values():
        expect(page.get_by_test_id("connection")).to_have_text("Live")
        expect(page.locator("h1")).to_be_visible()
    return pages


def test_a_browser_that_was_cut_off_shows_everything_on_its_return(centre: Stack) -> None:
    with centre.client() as client, tcp_relay(centre.http_port) as relay, open_page() as first:
        full = fill(centre, client)
        assert first.context.browser is not None
        context = first.context.browser.new_context()  # with several pages
        door = context.new_page()
        sign_in(door, relay.url)
        door.get_by_test_id("booth-tile").first.wait_for()
        pages = open_lists(context, relay.url, full)
        before = {address: shown(page) for address, page in pages.items()}
        relay.cut()
        cut_at = time.monotonic()
        change_everything(centre, full)
        if CUT_S:
            time.sleep(max(0.0, CUT_S - (time.monotonic() - cut_at)))
        for page in pages.values():
            if not CUT_S:
                page.clock.fast_forward("00:13")
            expect(page.get_by_test_id("connection")).to_contain_text("Stale since")
        relay.mend()
        for address, page in pages.items():
            if not CUT_S:
                page.evaluate("window.dispatchEvent(new Event('online'))")
            expect(page.get_by_test_id("connection")).to_have_text("Live", timeout=60_000)
            fresh = context.new_page()
            fresh.goto(address)
            expect(fresh.get_by_test_id("connection")).to_have_text("Live")
            wait_for(f"{address} to show what a fresh load shows", partial(same, page, fresh))
            assert shown(page) != before[address], f"{address} shows nothing of what changed"
            fresh.close()


def same(page: Page, fresh: Page) -> bool:
    one, other = shown(page), shown(fresh)
    if one != other:
        print(f"--- on return\n{one}\n--- fresh\n{other}")
    return one == other
