"""The pages of an exam session in a real Chromium: readable in each language at every size, by touch and by keys."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from agent.frame import Frame
from agent.health import Trouble
from agent.screen.files import FOLDER
from agent.sitting.photos import small_jpeg
from agent.sitting.step import Act, Step
from tests.support.kiosk import KIOSK, LARGE, SMALL, Booth, booth, browser, message, scene, screen_server
from tests.support.legibility import must_be_legible
from tests.support.portrait import scene as portrait_scene
from tests.support.processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SMALLEST = (800, 480)
NOTICE = "\n\n".join(["A camera in this booth looks at you, and only a person decides what it means."] * 20)
TASKS = ("code", "notice", "photo", "document", "calibration")
CHECK_IN: dict[str, Any] = {"exam": "Mathematics I", "tasks": TASKS}
LET_IN: dict[str, Any] = {"exam": "Mathematics I", "candidate": "Ada Lovelace"}
PAGES: dict[str, dict[str, Any]] = {
    "code": {"page": "code", **CHECK_IN},
    "wrong code": {"page": "code", "wrong_codes": 2, "tries_left": 3, **CHECK_IN},
    "no code taken": {"page": "code", "wrong_codes": 5, "tries_left": 0, "locked_s": 43, **CHECK_IN},
    "notice": {"page": "notice", "notice": NOTICE, **CHECK_IN},
    "photo": {"page": "photo", "camera": True, "hint": "no_face", **CHECK_IN},
    "photo taken": {"page": "photo", "camera": True, "taken": True, **CHECK_IN},
    "photo not kept": {"page": "photo", "camera": True, "problem": "not_kept", "may_take": True, **CHECK_IN},
    "document": {"page": "document", "camera": True, "hint": "good", "may_take": True, **CHECK_IN},
    "dots to come": {"page": "calibration", **CHECK_IN},
    "dots failed": {"page": "calibration", "problem": "askew", **CHECK_IN},
    "dots failed twice": {"page": "calibration", "problem": "unseen", "may_skip": True, **CHECK_IN},
    "waiting without dots": {"page": "waiting", "calibrated": False, **CHECK_IN},
    "waiting": {"page": "waiting", "calibrated": True, **CHECK_IN},
    "admitted": {"page": "admitted", **LET_IN},
    "in progress": {"page": "in_progress", "left_s": 5400, "running": True, **LET_IN},
    "break asked": {"page": "in_progress", "left_s": 125, "running": True, "break_asked": True, **LET_IN},
    "finish asked": {"page": "in_progress", "left_s": 900, "running": True, "finish_asked": True, **LET_IN},
    "time up": {"page": "in_progress", "left_s": 0, "running": True, **LET_IN},
    "paused": {"page": "paused", "left_s": 3000, **LET_IN},
    "on break": {"page": "on_break", "left_s": 3000, **LET_IN},
    "returning": {"page": "returning", "camera": True, "hint": "several", "left_s": 3000, **LET_IN},
    "finished": {"page": "finished", "uploads": 3, **LET_IN},
    "turned away": {"page": "turned_away", **LET_IN},
    "closed": {"page": "closed", **LET_IN},
}


class Screen:
    """A server without a desk behind it: the test says the steps and hears the acts."""

    def __init__(self, here: Booth, size: tuple[int, int] = SMALL) -> None:
        self.here, self.server = here, here.server
        self.acts: list[Act] = []
        self.server.on_act = self.acts.append
        frame = Frame(portrait_scene(1), 0.0, datetime.now(UTC), 0)
        self.jpeg = small_jpeg(frame)
        self.taken = b"T" + self.jpeg
        self.server.pictures = lambda: self.taken if self.now.taken else b"L" + self.jpeg
        self.now = Step(page="code", exam="")
        self.page = here.page(size)

    def show(self, name: str, **more: Any) -> None:
        self.now = Step(**{**PAGES[name], **more})
        self.server.step(self.now)
        expect(self.page.locator("body")).to_have_attribute("data-page", self.now.page)
        if self.now.camera:
            expect(self.page.locator("#camera")).to_have_attribute("data-drawn", "yes")

    def does(self, act: str, **fields: Any) -> None:
        """That the candidate's last touch, tried until it counts, says this."""
        wait_for(f"{act}, not {self.acts}", lambda: any(each.act == act for each in self.acts))
        assert all(getattr(self.acts[-1], name) == value for name, value in fields.items()), self.acts[-1]
        self.acts.clear()

    def press(self, key: str, act: str, **fields: Any) -> None:
        self.until(f"{act} by {key}", lambda: self.page.keyboard.press(key), lambda: bool(self.acts))
        self.does(act, **fields)

    def tap(self, selector: str, act: str, **fields: Any) -> None:
        self.until(f"{act} by touch", lambda: self.page.locator(selector).tap(), lambda: bool(self.acts))
        self.does(act, **fields)

    @staticmethod
    def until(what: str, do: Callable[[], None], done: Callable[[], bool]) -> None:
        """As a person does: again where a touch came too soon to count."""

        def did() -> bool:
            do()
            return done()

        wait_for(what, did)


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("size", [SMALLEST, SMALL, (1280, 800), LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_page_can_be_read_at_every_size_and_says_what_is_recorded(size: tuple[int, int], lang: str) -> None:
    trouble = Trouble()
    with screen_server(trouble, lang=lang) as server, browser(*KIOSK) as running:
        here = Booth(server, trouble, running)
        screen = Screen(here, size)
        server.watched_by(("A. Proctor",))
        for name, fields in PAGES.items():
            counts = fields["page"] in {"admitted", "in_progress"}
            server.recording(counts)
            screen.show(name)
            expect(screen.page.locator("#recording")).to_be_visible()
            expect(screen.page.locator("#recording")).to_have_attribute("data-recording", "yes" if counts else "no")
            expect(screen.page.locator("#watchers")).to_be_visible()
            expect(screen.page.locator("#hand")).to_be_visible()
            expect(screen.page.locator("#step-title")).not_to_be_empty()
            must_be_legible(screen.page, button_px=44 if size == SMALLEST else 56)
        screen.show("dots to come", dot="bottom", dot_share=0.6)
        for element in ("#dot", "#recording", "#watchers", "#hand"):
            expect(screen.page.locator(element)).to_be_visible()
        assert here.complaints == []


@pytest.fixture
def screen() -> Iterator[Screen]:
    with booth() as here:
        yield Screen(here)


def test_a_code_is_typed_by_keys_or_touched_and_an_h_raises_no_hand(screen: Screen) -> None:
    screen.show("code")
    page = screen.page
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator("#first")).to_be_disabled()
    page.keyboard.type("h7 k-2q")
    expect(page.locator("#code")).to_have_value("H7K2Q")
    for key in ("9", "9", "←"):
        page.locator("#keys").get_by_role("button", name="Erase" if key == "←" else key, exact=True).tap()
    expect(page.locator("#code")).to_have_value("H7K2Q9")
    assert screen.server.hand_raised_at is None
    screen.press("Enter", "code", code="H7K2Q9")
    expect(page.locator("#code")).to_have_value("")
    screen.show("wrong code")
    expect(page.get_by_text("That is not the code. 3 tries left.")).to_be_visible()
    page.keyboard.type("a")
    expect(page.get_by_text("That is not the code.")).to_be_hidden()
    screen.show("no code taken")
    expect(page.get_by_text("Please wait 43 seconds")).to_be_visible()
    page.keyboard.type("ABC")
    expect(page.locator("#first")).to_be_disabled()


def test_a_notice_is_read_to_its_end_before_it_is_acknowledged(screen: Screen) -> None:
    screen.show("notice", notice_version=4)
    button = screen.page.locator("#first")
    expect(button).to_contain_text("Read on")

    def at_the_end() -> bool:
        screen.page.keyboard.press("Enter")
        return "I understand" in button.inner_text()

    wait_for("the end of the notice", at_the_end)
    screen.press("Enter", "acknowledge", notice_version=4)
    screen.show("notice", notice="Short.", page="notice", notice_version=5)
    expect(button).to_contain_text("I understand")


def test_a_photo_is_taken_again_or_used(screen: Screen) -> None:
    page = screen.page
    screen.show("photo")
    expect(page.get_by_text("We cannot see your face.")).to_be_visible()
    expect(page.locator("#first")).to_be_disabled()
    expect(page.locator("#camera .guide")).to_be_visible()
    screen.show("photo", hint="good", may_take=True)
    screen.tap("#first", "take")
    screen.show("photo taken")
    expect(page.locator("#camera")).to_have_attribute("data-taken", "yes")
    expect(page.locator("#camera .guide")).to_be_hidden()
    screen.tap("#second", "again")
    screen.press("Enter", "use")
    drawn = page.evaluate(
        """() => {
             const canvas = document.querySelector("#camera canvas");
             const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
             return new Set(pixels).size;
           }"""
    )
    assert drawn > 100, "the picture is there"


def test_pictures_come_only_while_the_page_shows_them(screen: Screen) -> None:
    asked: list[int] = []
    pictures = screen.server.pictures

    def counted() -> bytes | None:
        asked.append(1)
        return pictures()

    screen.server.pictures = counted
    again = screen.here.page()  # a new link asks the new function
    screen.page = again
    screen.show("waiting")
    screen.page.wait_for_function("() => document.querySelector('#step-title').textContent.length > 0")
    assert asked == []
    screen.show("photo")
    wait_for("pictures", lambda: len(asked) > 3)


def test_an_exam_is_finished_only_by_who_says_so_twice(screen: Screen) -> None:
    page = screen.page
    screen.show("admitted")
    screen.press("Enter", "begin")
    screen.show("in progress")
    expect(page.get_by_text("1 h 30 min left")).to_be_visible()
    expect(page.locator("#second")).to_be_visible()

    def ask() -> None:
        screen.until("the question", page.locator("#first").tap, page.get_by_text("Are you finished?").is_visible)

    ask()
    assert screen.acts == []
    screen.until("no", page.locator("#second").tap, page.get_by_text("Exam in progress").is_visible)
    screen.tap("#second", "break")
    ask()
    page.keyboard.press("Enter")
    page.keyboard.press("h")
    wait_for("the hand, which came after the key", lambda: screen.server.hand_raised_at)
    assert screen.acts == [], "no key that slipped ends an exam"
    screen.tap("#first", "finish")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "first":
            break
    screen.until(
        "by keys alone", lambda: page.keyboard.press("Enter"), page.get_by_text("Are you finished?").is_visible
    )
    screen.press("Enter", "finish")


def test_the_last_minutes_run_in_seconds_until_the_time_is_up(screen: Screen) -> None:
    screen.show("in progress", left_s=1)
    # Looked at in every frame: with each beat, every 2 s, this server tells the same time again: the page counts anew.
    for seen in ("left === '0:01 left'", "title === 'The time is up' && left === '' && first.hidden"):
        screen.page.wait_for_function(
            f"""() => {{
              const [title, left] = ["#step-title", "#step-left"].map((id) => document.querySelector(id).textContent);
              const first = document.querySelector("#first");
              return {seen};
            }}"""
        )
    screen.show("paused", left_s=60)
    expect(screen.page.get_by_text("1:00 left")).to_be_visible()


def test_a_touch_that_was_meant_for_the_page_before_does_nothing(screen: Screen) -> None:
    screen.show("photo", may_take=True)
    screen.page.evaluate(
        """() => new MutationObserver(() => {
             if (document.body.dataset.page === "document") document.querySelector("#first").click();
           }).observe(document.body, { attributes: true })"""
    )
    screen.show("document")
    screen.tap("#first", "take")


def test_messages_and_the_hand_are_there_on_every_page(screen: Screen) -> None:
    screen.show("in progress")
    screen.page.keyboard.press("h")
    wait_for("the hand", lambda: screen.server.hand_raised_at)
    screen.server.say(message("Please put the telephone away."))
    expect(screen.page.get_by_text("Please put the telephone away.")).to_be_visible()
    assert scene(screen.page) == "message"

    def read() -> bool:
        screen.page.keyboard.press("Enter")
        return screen.server.screen().unread == 0

    wait_for("it to be read", read)
    expect(screen.page.get_by_text("Exam in progress")).to_be_visible()
    assert screen.acts == [], "the key belonged to the message"
    screen.server.trouble("camera_lost")
    expect(screen.page.locator("#banner")).to_contain_text("The camera is not working at the moment.")
    expect(screen.page.get_by_text("Exam in progress")).to_be_visible()


def test_the_languages_say_the_same_things() -> None:
    keys = """async (lang) => {
      const { text } = await import(`/text/${lang}.js`);
      const walk = (value, path) => value !== null && typeof value === "object"
        ? Object.entries(value).flatMap(([key, inner]) => walk(inner, `${path}.${key}`))
        : [`${path}: ${typeof value}${typeof value === "function" ? value.length : ""}`];
      return walk(text, "");
    }"""
    languages = sorted(path.stem for path in (FOLDER / "text").iterdir())
    assert languages == ["de", "en"]
    with booth() as here:
        page = here.page()
        said = {lang: page.evaluate(keys, lang) for lang in languages}
    assert json.dumps(sorted(said["de"]), indent=1) == json.dumps(sorted(said["en"]), indent=1)
