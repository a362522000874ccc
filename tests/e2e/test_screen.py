"""The candidate's page in a real Chromium: what is seen in each state, what touches and keys do, who can read it."""

import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from agent.screen.files import FOLDER
from agent.screen.server import ScreenServer
from contract.live import DoneReply
from tests.support.kiosk import LARGE, SMALL, Booth, booth, message, scene, screen_server
from tests.support.legibility import must_be_legible
from tests.support.processes import free_port, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LONGEST = ("Please keep your eyes on the exam and your hands on the table. " * 8)[:500]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["1024x600", "1920x1080"])
def test_each_state_is_said_in_large_plain_words(size: tuple[int, int]) -> None:
    with booth() as here:
        page, server = here.page(size), here.server
        shows = partial(must_show, page)
        shows("calm", "Welcome", "Please take a seat")
        expect(page.get_by_text("Recording")).to_be_hidden()
        server.recording(True)
        shows("calm", "Recording", "Everything is in order")
        server.watched_by(("A. Proctor",))
        shows("calm", "A. Proctor is watching")
        server.watched_by(("A. Proctor", "Bartholomew Smith-Henderson"))
        shows("calm", "A. Proctor and Bartholomew… are watching")
        server.watched_by(("A. Proctor", "B. Smith", "C. Jones", "D. Jones"))
        shows("calm", "A. Proctor, B. Smith, and 2 more are watching")
        server.watched_by(("W" * 120, "M" * 120))
        shows("calm", "2 people are watching")
        page.keyboard.press("h")
        shows("calm", "Your hand is raised", "Lower hand")
        server.trouble("camera_lost")
        shows("trouble", "Something is wrong with this booth", "The camera is not working", "not your fault")
        server.trouble("The lamp is broken.")
        shows("trouble", "The lamp is broken.")
        server.say(message("Please move a little to the left."))
        server.say(message(LONGEST))
        shows("message", "Message from A. Proctor", "Please move a little to the left.", "One more message after this")
        confirm(page, server, left=1)
        shows("message", LONGEST[-40:].strip())
        confirm(page, server, left=0)
        server.trouble(None)
        server.lower_hand()
        server.watched_by(())
        shows("calm", "Recording", "Everything is in order", "Raise hand")
        expect(page.get_by_text("watching")).to_be_hidden()


def must_show(page: Page, where: str, *words: str) -> None:
    for each in words:
        expect(page.locator("body")).to_contain_text(each)
        expect(page.get_by_text(each).locator("visible=true").first).to_be_visible()
    assert scene(page) == where
    must_be_legible(page)


def confirm(page: Page, server: ScreenServer, *, left: int) -> None:
    """Press Enter as a person would: again if it was too soon after the message came to count."""

    def pressed() -> bool:
        if server.screen().unread > left:
            page.keyboard.press("Enter")
        return server.screen().unread == left

    wait_for("the message to be confirmed", pressed)


def test_a_message_is_confirmed_by_touch_or_enter_and_the_hub_can_tell() -> None:
    with booth() as here:
        page, server = here.page(), here.server
        for each in ("first", "second"):
            assert server.say(message(each)) == DoneReply()
        expect(page.get_by_text("first")).to_be_visible()
        assert server.screen().unread == 2

        def touched() -> bool:
            page.locator("#read").tap()
            return server.screen().unread < 2

        wait_for("the touch to count", touched)
        expect(page.get_by_text("second")).to_be_visible()
        assert server.screen().unread == 1
        page.locator("#hand").tap()
        wait_for("the hand", lambda: server.hand_raised_at)  # the key belongs to the message all the same
        confirm(page, server, left=0)
        expect(page.locator("#message")).to_be_hidden()
        assert server.hand_raised_at


def test_a_key_that_was_meant_for_something_else_confirms_nothing() -> None:
    with booth() as here:
        page = here.page()
        page.evaluate(
            """() => new MutationObserver(() => {
                 if (document.body.dataset.scene === "message") document.querySelector("#read").click();
               }).observe(document.body, { attributes: true })"""
        )
        here.server.say(message())
        expect(page.locator("#message")).to_be_visible()
        page.keyboard.press("h")
        wait_for("what the page said after that", lambda: here.server.hand_raised_at)
        assert here.server.screen().unread == 1


def test_a_text_that_does_not_fit_can_be_read_to_its_end_by_keys() -> None:
    with booth() as here:
        page = here.page()
        here.server.say(message("\n".join(f"line {number}" for number in range(40))))
        expect(page.get_by_text("line 39")).to_be_visible()
        must_be_legible(page)

        def at_the_end() -> bool:
            page.keyboard.press("PageDown")
            return bool(
                page.evaluate(
                    "t => t.scrollTop + t.clientHeight >= t.scrollHeight - 1", page.query_selector("#message-text")
                )
            )

        wait_for("the end of the text", at_the_end)
        confirm(page, here.server, left=0)


def test_the_hand_is_raised_by_key_and_touch_and_lowered_by_both_and_by_the_proctor() -> None:
    with booth() as here:
        page, server = here.page(), here.server
        told: list[bool] = []
        server.on_hand = lambda since: told.append(since is not None)
        button = page.get_by_role("button", name=re.compile("hand"))
        press = page.keyboard.press
        acts: list[Callable[[], None]] = [partial(press, "H"), button.tap, button.click, partial(press, "h")]
        for number, act in enumerate(acts):
            act()
            wait_for("the hand", partial(lambda count: len(told) > count, number))
            expect(button).to_have_attribute("aria-pressed", "true" if told[-1] else "false")
        page.keyboard.press("Control+h")
        button.tap()
        wait_for("the hand", lambda: server.hand_raised_at)
        server.lower_hand()
        expect(button).to_have_text(re.compile("Raise hand"))
        assert told == [True, False, True, False, True, False]


def test_an_agent_that_is_gone_is_nobodys_fault_and_what_was_shown_comes_back() -> None:
    port = free_port()
    with booth() as here:
        with screen_server(port=port) as before:
            there = Booth(before, here.trouble, here.browser, here.complaints)
            page = there.page()
            before.recording(True)
            before.say(message())
            page.keyboard.press("h")
            since = wait_for("the hand", lambda: before.hand_raised_at)
            expect(page.locator("#message")).to_be_visible()
        must_show(page, "lost", "Something is wrong with this booth", "It is not your fault")
        expect(page.get_by_text("Recording")).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
        with screen_server(port=port) as after:
            expect(page.locator("#message")).to_be_visible(timeout=30_000)
            assert after.hand_raised_at == since
            confirm(page, after, left=0)
            must_show(page, "calm", "Your hand is raised")


def test_an_agent_with_another_page_makes_it_load_again_in_the_language_of_the_booth(tmp_path: Path) -> None:
    folder = tmp_path / "static"
    shutil.copytree(FOLDER, folder)
    words = (folder / "text" / "en.js").read_text()
    (folder / "text" / "fr.js").write_text(words.replace('"Welcome"', '"Bienvenue"'))
    port = free_port()
    with booth() as here:
        with screen_server(port=port) as before:
            page = Booth(before, here.trouble, here.browser, here.complaints).page()
            expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        with screen_server(port=port, folder=folder, lang="fr"):
            expect(page.get_by_role("heading", name="Bienvenue")).to_be_visible(timeout=30_000)
            expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_a_second_window_takes_over_and_the_first_can_take_it_back() -> None:
    with booth() as here:
        first = here.page()
        second = here.page()
        must_show(first, "elsewhere", "This screen is open in another window", "Use this window")
        must_show(second, "calm", "Welcome")
        first.keyboard.press("h")
        first.get_by_role("button", name="Use this window").tap()
        must_show(first, "calm", "Welcome")
        must_show(second, "elsewhere", "This screen is open in another window")
        assert here.server.hand_raised_at is None
        second.keyboard.press("Enter")
        must_show(second, "calm", "Welcome")


def test_another_page_on_this_machine_hears_nothing() -> None:
    with booth() as here, screen_server() as other:
        here.page()
        foreign = here.browser.new_page()
        foreign.goto(f"http://127.0.0.1:{other.port}/icon.svg")
        heard = foreign.evaluate(
            """url => new Promise((resolve) => {
                 const socket = new WebSocket(url);
                 socket.onopen = () => resolve("open");
                 socket.onerror = () => resolve("refused");
               })""",
            f"ws://127.0.0.1:{here.server.port}/socket",
        )
        assert heard == "refused"
        assert here.server.screen().connected
