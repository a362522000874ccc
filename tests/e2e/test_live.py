"""Live pictures from a booth's agent to a proctor's Chromium, through the hub, with everything real but the camera."""

from contextlib import closing

import pytest

from tests.support.browser import open_page
from tests.support.processes import run, wait_for
from tests.support.proctor import Network, health, kill_browsers, proctor
from tests.support.stack import PASSWORD, Stack

BOOTH = "booth-1"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def watched(centre: Stack) -> Stack:
    """A centre whose booth shows the moment of capture."""
    centre.add_barcode_booth(BOOTH)
    return centre


def test_what_is_watched_is_now_and_is_encoded_only_while_somebody_watches(watched: Stack) -> None:
    with proctor(watched, BOOTH) as person:
        person.watch()
        first = person.until("a picture", person.moment)
        person.until("a later picture", lambda: (person.moment() or 0) > first)
        person.page.locator("[data-quality]", has_text="kbit/s").wait_for()
        person.page.get_by_role("heading", name="Watching now").wait_for()
        assert person.page.get_by_test_id("sights").count() == 0, "nothing is drawn over a picture unasked"
        person.page.keyboard.press("o")
        person.page.locator("[data-testid=sights][data-seen=now]").wait_for()
        person.page.keyboard.press("i")
        person.page.get_by_test_id("stats").get_by_text("kbit/s").wait_for()
        for key, layer in (("o", "sights"), ("i", "stats")):
            person.page.keyboard.press(key)
            person.page.get_by_test_id(layer).wait_for(state="detached")
        (viewer,) = health(watched, BOOTH)["viewers"]
        assert viewer["state"] == "connected"
        person.stop()
        person.page.get_by_role("heading", name="Watching now").wait_for(state="detached")
        wait_for("nobody to be said to watch", lambda: not health(watched, BOOTH)["viewers"])
        wait_for("the encoder to stop", lambda: not health(watched, BOOTH)["streams"])


def test_a_cut_heals_without_a_click_and_a_killed_browser_leaves_nothing_behind(watched: Stack) -> None:
    with closing(Network()) as network, proctor(watched, BOOTH, network) as person:
        person.watch()
        network.cut = True
        person.until("the page to notice", lambda: person.phase == "rebuilding")
        person.until("the booth to let go", lambda: not health(watched, BOOTH)["viewers"])
        last = person.moment() or 0
        network.cut = False
        person.until("a new picture", lambda: (person.moment() or 0) > last)
        person.until("the page to say so", lambda: person.phase == "live")
        kill_browsers()
        wait_for("the booth to let go", lambda: not health(watched, BOOTH)["viewers"])
        wait_for("the encoder to stop", lambda: not health(watched, BOOTH)["streams"])


def test_who_is_not_assigned_to_the_booth_sees_nothing_of_it(watched: Stack) -> None:
    run(
        *("invigil-hub", "user", "add", "elsewhere", "--role", "proctor", "--data", watched.data, "--password-stdin"),
        stdin=PASSWORD,
    )
    with open_page() as page:
        page.goto(watched.url)
        page.get_by_label("User name").fill("elsewhere")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("No booths yet").wait_for()
        page.goto(f"{watched.url}/booths/{BOOTH}")
        page.get_by_text("ask an administrator").wait_for()
        assert page.get_by_role("button", name="Watch live").count() == 0
        assert not health(watched, BOOTH)["viewers"]


def test_the_interviewer_is_seen_and_heard_on_the_booths_screen(watched: Stack) -> None:
    with proctor(watched, BOOTH) as person:
        screen = person.screen(watched)
        person.until(
            "the hub to hear of the screen", lambda: (health(watched, BOOTH) or {}).get("screen", {}).get("connected")
        )
        person.page.get_by_role("button", name="Talk to the candidate").click()
        person.page.locator("[data-talk=live]").wait_for()
        picture = screen.locator("video")
        person.until("the interviewer's picture", lambda: picture.evaluate("video => video.videoWidth > 0"))
        person.page.keyboard.down(" ")
        person.page.get_by_text("The candidate hears you.").wait_for()
        person.page.keyboard.up(" ")
        person.page.get_by_role("button", name="End talk").click()
        wait_for("nobody to speak", lambda: health(watched, BOOTH)["screen"]["speaker"] is None)
