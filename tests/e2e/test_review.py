"""A reviewer's keys against a real hub: three violations decided, one of them taken back, without a pointer."""

import asyncio
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hub.db import Database
from tests.support.browser import open_page
from tests.support.postgres import database_at
from tests.support.processes import run, wait_for
from tests.support.reported import Sitting, face
from tests.support.stack import PASSWORD, Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

REVIEWER = "rae"


def an_ended_exam(centre: Stack) -> None:
    """With violations, pictures and a flag, and a reviewer who may see them."""
    run("invigil-hub", "booth", "add", "booth-1", "--name", "Booth 1", "--data", centre.data)
    new = ("invigil-hub", "user", "add", REVIEWER, "--role", "reviewer", "--data", centre.data, "--password-stdin")
    run(*new, stdin=PASSWORD)
    run("invigil-hub", "user", "assign", REVIEWER, "booth-1", "--data", centre.data)
    sitting = Sitting(candidate="Ada Byron")
    sitting.ordinary()
    sitting.photo(-300, "face", face())
    for turn in (-1.0, -0.8, 0.8, 1.0):
        picture = sitting.picture(600 + 60 * turn, face(turn))
        sitting.violation(600 + 60 * turn, 604 + 60 * turn, review="unreviewed", evidence=[picture])
    sitting.flag(610, "Looks below the desk")
    asyncio.run(write(centre, sitting))


async def write(centre: Stack, sitting: Sitting) -> None:
    database = Database(database_at(centre.data))
    try:
        async with database.writing() as connection:
            await sitting.write(connection, centre.data / "evidence")
    finally:
        await database.close()


def before_me(page: Page) -> str:
    shown = page.locator("[data-testid=queue-row]:has([aria-current=true])")
    return shown.get_attribute("data-violation-id") or ""


def decisions(centre: Stack, violation: str) -> list[tuple[Any, ...]]:
    with centre.client() as client:
        found = client.get(f"/api/v1/violations/{violation}/reviews").raise_for_status().json()["items"]
    return [(each["decision"], each["reason_code"], each["note"], each["username"]) for each in found]


def decided(centre: Stack, violation: str, *expected: tuple[Any, ...]) -> None:
    wait_for(f"{expected} at the hub", lambda: decisions(centre, violation) == list(expected))


def test_a_reviewer_never_touches_the_pointer(centre: Stack) -> None:
    an_ended_exam(centre)
    with open_page() as page:
        page.goto(f"{centre.url}/review")
        page.get_by_label("User name").fill(REVIEWER)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_test_id("before-me").wait_for()
        expect(page.get_by_test_id("context")).to_contain_text("Ada Byron")
        keys = page.keyboard
        first = before_me(page)

        page.get_by_test_id("marked").wait_for()
        keys.press("f")
        expect(page.get_by_test_id("marked")).to_contain_text("took note")

        keys.press("c")
        page.wait_for_function("first => !location.search.includes(first)", arg=first)
        decided(centre, first, ("confirmed", None, "", REVIEWER))

        second = before_me(page)
        keys.press("d")
        page.get_by_test_id("reasons").wait_for()
        keys.press("2")
        decided(centre, second, ("dismissed", "ordinary", "", REVIEWER))

        third = before_me(page)
        assert len({first, second, third}) == 3
        keys.press("d")
        page.get_by_test_id("reasons").wait_for()
        keys.press("6")
        keys.type("A cat on the desk")
        keys.press("Enter")
        dismissed = ("dismissed", "other", "A cat on the desk", REVIEWER)
        decided(centre, third, dismissed)

        assert before_me(page) != third
        keys.press("u")
        decided(centre, third, dismissed, ("unreviewed", None, "", REVIEWER))
        assert before_me(page) == third
        expect(page.get_by_test_id("progress")).to_contain_text("2 decided")
