"""Every page of the dashboard in a real Chromium, in both themes: loads whole, throws nothing; axe-core finds nothing.

INVIGIL_SCREENSHOTS=FOLDER keeps a picture of each at two sizes.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.support.axe import complaints
from tests.support.browser import open_page, sign_in
from tests.support.full_centre import FullCentre, fill
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

ROUTER = Path(__file__).resolve().parents[2] / "hub" / "dashboard" / "src" / "router.tsx"
SCREENSHOTS = os.environ.get("INVIGIL_SCREENSHOTS")
SIZES: tuple[ViewportSize, ...] = ({"width": 1440, "height": 900}, {"width": 1024, "height": 768})
OUTSIDE = {"/sign-in", "/join", "/reset-password"}
ALSO = ("/?violation=$violation", "/exam-sessions/$ended", "/reports/$ended")
"""What an address shows beside its page, and a page in another state."""


def routes() -> set[str]:
    """Every address there is, as the router names it, with `$` before what is filled in."""
    found = set(re.findall(r'path: "(/[^"]*)"', ROUTER.read_text(encoding="utf-8")))
    assert len(found) > 5
    return found


def settle(page: Page) -> None:
    """Until everything asked for has come, and no transition moves any more."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        """() => {
             const ends = (each) => each.effect.getComputedTiming().iterations !== Infinity;
             const moving = document.getAnimations().some((each) => each.playState === "running" && ends(each));
             const coming = document.querySelector(".animate-skeleton, [aria-busy=true]");
             return document.querySelector("h1") && !coming && !moving;
           }"""
    )


def looks_right(page: Page, url: str, name: str) -> list[str]:
    """What axe-core says of it in both themes."""
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.goto(url)
        settle(page)
        found += [f"{name} ({theme}): {complaint}" for complaint in complaints(page)]
        if SCREENSHOTS:
            for size in SIZES:
                page.set_viewport_size(size)
                picture = f"{name.strip('/').replace('/', '-') or 'wall'}-{theme}-{size['width']}.png"
                page.screenshot(path=Path(SCREENSHOTS) / picture)
            page.set_viewport_size(SIZES[0])
    return found


def filled(address: str, full: FullCentre) -> str:
    """KeyError for a page whose name nobody has filled in yet: make it in `tests.support.full_centre`."""
    return re.sub(r"\$(\w+)", lambda match: full.ids[match.group(1)], address)


def test_every_page_is_whole_and_accessible_in_both_themes(centre: Stack) -> None:
    with centre.client() as client:
        full = fill(centre, client)
        with open_page() as page:
            found = [each for path in sorted(OUTSIDE & routes()) for each in looks_right(page, centre.url + path, path)]
            sign_in(page, centre.url)
            page.get_by_role("navigation").first.wait_for()
            for address in [*sorted(routes() - OUTSIDE), *ALSO]:
                found += looks_right(page, centre.url + filled(address, full), address)
    assert not found, "\n".join(found)
