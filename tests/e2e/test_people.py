"""A guest's way in: invited, joined, signed in with a second factor; and the audit log tells all of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import open_page, sign_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SECRET_WORDS = "seven purple ladders sing"
WAIT_MS = 60_000


def invited(page: Page, url: str) -> str:
    """The link that is handed over."""
    page.goto(f"{url}/people")
    page.get_by_role("button", name="Invite").click()
    page.get_by_label("Name", exact=True).last.fill("Grace Hopper")
    page.get_by_label("Role", exact=True).select_option("auditor")
    page.get_by_label("Everywhere").check()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("dialog").locator("code").inner_text()
    page.get_by_role("button", name="I have handed it over").click()
    return link


@contextmanager
def another_browser(page: Page) -> Iterator[Page]:
    """As on another machine: nothing is shared with the first."""
    assert page.context.browser is not None
    context = page.context.browser.new_context(viewport={"width": 1024, "height": 768})
    try:
        yield context.new_page()
    finally:
        context.close()


def join(guest: Page, link: str) -> None:
    guest.goto(link)
    expect(guest.get_by_role("heading", name="Welcome, Grace Hopper")).to_be_visible(timeout=WAIT_MS)
    expect(guest.get_by_text("proctor-in-chief invites you")).to_be_visible()
    token = link.partition("#")[2]
    assert token not in guest.url, "who looks at the address bar learns nothing"
    guest.get_by_label("User name").fill("grace")
    guest.get_by_label("Password", exact=True).fill("password12345")
    expect(guest.get_by_text("This is close to a password that many people use")).to_be_visible(timeout=WAIT_MS)
    guest.get_by_label("Password", exact=True).fill(SECRET_WORDS)
    expect(guest.get_by_text("Very good")).to_be_visible(timeout=WAIT_MS)
    guest.get_by_role("button", name="Join").click()
    expect(guest.get_by_role("button", name="Account of Grace Hopper")).to_be_visible(timeout=WAIT_MS)


def enrolled(guest: Page, url: str) -> pyotp.TOTP:
    """What her authenticator holds now."""
    guest.goto(f"{url}/account")
    guest.get_by_role("button", name="Set up").click()
    guest.get_by_alt_text("QR code").wait_for()
    assert guest.get_by_alt_text("QR code").evaluate("image => image.naturalWidth") > 0, "the picture is one"
    authenticator = pyotp.TOTP(guest.locator("ol code").inner_text().replace(" ", ""))
    guest.get_by_label("Code").fill(authenticator.now())
    guest.get_by_role("button", name="Confirm").click()
    expect(guest.get_by_test_id("recovery-codes").get_by_role("listitem")).to_have_count(10, timeout=WAIT_MS)
    guest.get_by_label("I keep them in a safe place").check()
    guest.get_by_role("button", name="Done").click()
    expect(guest.get_by_text("10 recovery codes left")).to_be_visible(timeout=WAIT_MS)
    return authenticator


def test_a_guest_joins_signs_in_with_a_second_factor_and_the_log_tells(centre: Stack) -> None:
    with open_page() as page:
        sign_in(page, centre.url)
        page.get_by_role("navigation").first.wait_for()
        link = invited(page, centre.url)
        with another_browser(page) as guest:
            join(guest, link)
            authenticator = enrolled(guest, centre.url)
            guest.get_by_role("button", name="Account of Grace Hopper").click()
            guest.get_by_role("menuitem", name="Sign out").click()
            guest.get_by_label("User name").fill("grace")
            guest.get_by_label("Password", exact=True).fill(SECRET_WORDS)
            guest.get_by_role("button", name="Sign in", exact=True).click()
            guest.get_by_label("Code").fill("000000")
            guest.get_by_role("button", name="Sign in", exact=True).click()
            expect(guest.get_by_text("That code is not right")).to_be_visible(timeout=WAIT_MS)
            # Each code counts once, and a clock may be half a minute ahead: the next one.
            guest.get_by_label("Code").fill(authenticator.at(int(time.time()), counter_offset=1))
            guest.get_by_role("button", name="Sign in", exact=True).click()
            expect(guest.get_by_role("button", name="Account of Grace Hopper")).to_be_visible(timeout=WAIT_MS)
            guest.goto(link)
            expect(guest.get_by_role("heading", name="This link is not good any more")).to_be_visible(timeout=WAIT_MS)
        page.goto(f"{centre.url}/audit?user=grace")
        log = page.get_by_role("table", name="Audit log")
        for act in ("Accepted an invitation", "Set up a second factor", "Signed out"):
            expect(log.get_by_role("row").filter(has_text=act)).to_have_count(1, timeout=WAIT_MS)
        page.get_by_role("button", name="Details of entry").first.click()
        expect(log.get_by_text("totp")).to_be_visible()
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_text("each as it was written")).to_be_visible(timeout=WAIT_MS)
