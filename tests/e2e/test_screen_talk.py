"""An interviewer speaks to the candidate: real Chromium on both sides, measured where the candidate sees and hears."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract.live import AnswerReply
from contract.messages import ErrorReply
from tests.support.interviewer import Interviewer
from tests.support.kiosk import KIOSK, Booth, booth, message, scene, talk_command
from tests.support.processes import wait_for
from tests.support.turn_server import TurnServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LOUDEST = """async () => {
  const sound = new AudioContext(), ear = new AnalyserNode(sound), samples = new Float32Array(ear.fftSize);
  sound.createMediaStreamSource(document.getElementById("picture").srcObject).connect(ear);
  let most = 0;
  for (let turn = 0; turn < 60 && most < 0.01; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ear.getFloatTimeDomainData(samples);
    most = samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), most);
  }
  await sound.close();
  return most;
}"""
"""The fake microphone beeps once a second; three seconds are listened to."""


@pytest.fixture
def here() -> Iterator[Booth]:
    with booth() as running:
        yield running


def video(page: Page) -> dict[str, Any]:
    """What the element plays, and whether the candidate is shown it."""
    return dict(
        page.evaluate(
            """() => {
                 const video = document.getElementById("picture");
                 return { width: video.videoWidth, at: video.currentTime, paused: video.paused, muted: video.muted,
                          frames: video.getVideoPlaybackQuality().totalVideoFrames, source: video.srcObject !== null,
                          shown: getComputedStyle(video).visibility === "visible" && video.checkVisibility() };
               }"""
        )
    )


def plays(page: Page) -> bool:
    """Frames come, and time goes on."""
    first = video(page)
    wait_for("the next frames", lambda: video(page)["frames"] >= first["frames"] + 5)
    now = video(page)
    return bool(now["shown"] and now["width"] > 0 and now["at"] > first["at"] and not now["paused"])


def heard(page: Page) -> bool:
    return float(page.evaluate(LOUDEST)) >= 0.01 and not video(page)["muted"]


def test_the_candidate_sees_and_hears_who_speaks_until_they_hang_up(here: Booth) -> None:
    page = here.page()
    caller = Interviewer(here.browser, here.server)
    assert caller.call().type == "answer"
    expect(page.get_by_role("heading", name="A. Proctor is speaking to you")).to_be_visible()
    wait_for("the picture", lambda: video(page)["shown"])
    assert plays(page)
    wait_for("sound", lambda: heard(page))
    assert here.server.screen().speaker == "A. Proctor"
    assert caller.hang_up().type == "done"
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert not video(page)["source"]
    assert here.server.screen().speaker is None
    wait_for("the other side to notice", lambda: caller.page.evaluate("channel.readyState") == "closed")
    assert caller.call().type == "answer"
    wait_for("the picture again", lambda: video(page)["shown"])
    assert here.trouble.snapshot() == {}


def test_an_offer_with_all_its_candidates_needs_no_more_of_them(here: Booth) -> None:
    here.page()
    caller = Interviewer(here.browser, here.server)
    reply = here.server.talk(caller.offer(gathered=True)).result(30)
    assert reply.type == "answer"
    caller.page.evaluate("sdp => pc.setRemoteDescription({ type: 'answer', sdp })", reply.sdp)
    wait_for("the connection", lambda: caller.state == "connected")


def test_who_speaks_without_a_camera_is_a_name_and_a_voice(here: Booth) -> None:
    page = here.page()
    caller = Interviewer(here.browser, here.server, "Ruth Keller", camera=False)
    caller.call()
    expect(page.get_by_role("heading", name="Ruth Keller is speaking to you")).to_be_visible()
    expect(page.get_by_text("RK", exact=True)).to_be_visible()
    wait_for("sound", lambda: heard(page))
    assert not video(page)["shown"]


@pytest.mark.parametrize(
    ("off", "on"),
    [
        ("stream.getVideoTracks()[0].enabled = false", "stream.getVideoTracks()[0].enabled = true"),
        (
            "(window.camera = pc.getSenders().find(s => s.track.kind === 'video')).replaceTrack(null)",
            "window.camera.replaceTrack(stream.getVideoTracks()[0])",
        ),
    ],
    ids=["disabled", "taken away"],
)
def test_a_camera_that_is_switched_off_leaves_no_black_or_frozen_picture(here: Booth, off: str, on: str) -> None:
    page = here.page()
    caller = Interviewer(here.browser, here.server)
    caller.call()
    wait_for("the picture", lambda: video(page)["shown"])
    caller.page.evaluate(f"() => {{ {off} }}")
    wait_for("it to be hidden", lambda: not video(page)["shown"])
    expect(page.get_by_text("AP", exact=True)).to_be_visible()
    wait_for("sound all the same", lambda: heard(page))
    caller.page.evaluate(f"() => {{ {on} }}")
    wait_for("the picture again", lambda: video(page)["shown"])


def test_the_newer_speaker_is_seen_and_the_older_is_told_by_whom_replaced(here: Booth) -> None:
    page = here.page()
    older = Interviewer(here.browser, here.server)
    newer = Interviewer(here.browser, here.server, "B. Smith")
    older.call()
    newer.call()
    expect(page.get_by_role("heading", name="B. Smith is speaking to you")).to_be_visible()
    wait_for("the older to be told", lambda: older.told)
    assert older.told == [{"type": "ended", "reason": "replaced", "by": "B. Smith"}]
    assert older.call() == ErrorReply(reason="B. Smith speaks to this candidate now")
    assert here.server.screen().speaker == "B. Smith"
    wait_for("the picture", lambda: video(page)["shown"])
    assert plays(page)


def test_a_page_that_is_loaded_again_is_noticed_at_once_and_a_new_offer_heals_it(here: Booth) -> None:
    page = here.page()
    caller = Interviewer(here.browser, here.server)
    caller.call()
    wait_for("the picture", lambda: video(page)["shown"])
    page.reload()
    wait_for("the interviewer's browser to notice", lambda: caller.page.evaluate("channel.readyState") == "closed")
    wait_for("the page to be back", lambda: scene(page) == "calm")
    assert here.server.screen().speaker is None
    assert caller.call().type == "answer"
    wait_for("the picture", lambda: video(page)["shown"])
    assert plays(page)
    wait_for("sound", lambda: heard(page))


def test_an_interviewer_whose_browser_is_closed_is_gone_from_the_screen(here: Booth) -> None:
    page = here.page()
    caller = Interviewer(here.browser, here.server)
    caller.call()
    expect(page.get_by_role("heading", name="A. Proctor is speaking to you")).to_be_visible()
    caller.page.context.close()
    wait_for("the screen to notice", lambda: here.server.screen().speaker is None)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()


def test_a_message_is_read_while_the_sound_goes_on(here: Booth) -> None:
    page = here.page()
    caller = Interviewer(here.browser, here.server)
    caller.call()
    wait_for("the picture", lambda: video(page)["shown"])
    here.server.say(message("Please show both hands."))
    expect(page.get_by_text("Please show both hands.")).to_be_visible()
    expect(page.get_by_role("heading", name="A. Proctor is speaking to you")).to_be_visible()
    assert plays(page)
    wait_for("sound", lambda: heard(page))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_where_booths_and_people_are_kept_apart_talk_goes_through_the_relay(
    here: Booth, tmp_path: Path, transport: str
) -> None:
    page = here.page()
    with TurnServer(tmp_path / "turn") as turn:
        servers = turn.ice_servers(urls=[url for url in turn.urls if transport in url][:1])
        caller = Interviewer(here.browser, here.server, ice_servers=servers.for_user("proctor"), relay_only=True)
        reply = caller.call()
        assert isinstance(reply, AnswerReply)
        kinds = {line.split()[7] for line in reply.sdp.splitlines() if line.startswith("a=candidate:")}
        assert kinds == {"relay"}
        wait_for("the picture", lambda: video(page)["shown"])
        assert plays(page)
        wait_for("sound", lambda: heard(page))
        late = servers.for_user("proctor", datetime.now(UTC) - timedelta(days=2))
        expired = Interviewer(here.browser, here.server, ice_servers=late, relay_only=True).call()
    assert isinstance(expired, ErrorReply)
    assert "found no ICE candidate" in expired.reason


def test_without_a_screen_the_interviewer_is_told_so(here: Booth) -> None:
    reply = Interviewer(here.browser, here.server).call()
    assert isinstance(reply, ErrorReply)
    assert "no browser shows this booth's screen" in reply.reason


def test_what_cannot_be_answered_says_why_and_leaves_the_screen_as_it_was(here: Booth) -> None:
    page = here.page()
    nonsense = here.server.talk(talk_command("v=0\r\nnonsense\r\n")).result(30)
    assert isinstance(nonsense, ErrorReply)
    assert nonsense.reason.startswith("the screen's browser cannot take this offer")
    no_relay = Interviewer(here.browser, here.server, relay_only=True).call()
    assert isinstance(no_relay, ErrorReply)
    assert "found no ICE candidate" in no_relay.reason
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert here.server.screen().speaker is None


def test_a_browser_that_wants_a_touch_before_it_plays_sound_gets_one() -> None:
    switches = [each for each in KIOSK if not each.startswith(("--autoplay-policy", "--disable-features"))]
    with booth(*switches, "--autoplay-policy=document-user-activation-required") as here:
        page = here.browser.new_context(has_touch=True).new_page()
        page.goto(here.url)  # and no script of ours runs in it before it has to play: Playwright's count as touches
        wait_for("the screen", lambda: here.server.screen().connected)
        caller = Interviewer(here.browser, here.server)
        caller.call()
        button = page.get_by_role("button", name="Touch here to hear A. Proctor")
        expect(button).to_be_visible()
        assert video(page)["muted"]
        wait_for("the picture all the same", lambda: video(page)["shown"])
        assert here.trouble.snapshot() == {"screen": 1}, "that the answer hides its address is counted too"
        button.tap()
        expect(button).to_be_hidden()
        assert not video(page)["muted"]
        assert plays(page)
