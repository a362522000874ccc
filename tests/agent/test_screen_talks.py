"""Who may speak to the candidate, as the screen's server decides it; the page is played by the test."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any
from uuid import UUID, uuid4

import pytest

from agent.health import Trouble
from agent.screen.link import BEHIND
from agent.screen.server import ScreenServer
from agent.screen.talks import REMEMBERED
from contract.live import AnswerReply, CandidateCommand, DoneReply, HangUpCommand, IceCandidate, IceServer, TalkCommand
from contract.messages import AnyReply, ErrorReply
from tests.support.kiosk import screen_server, talk_command
from tests.support.page_stand_in import PageStandIn, page
from tests.support.processes import wait_for

SOON_S = 20.0


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def server(trouble: Trouble) -> Iterator[ScreenServer]:
    with screen_server(trouble) as running:
        yield running


def candidate(peer_id: UUID) -> CandidateCommand:
    line = "candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host"
    return CandidateCommand(peer_id=peer_id, candidate=IceCandidate(candidate=line, sdp_mid="0", sdp_mline_index=0))


def speak(server: ScreenServer, shown: PageStandIn, command: TalkCommand) -> dict[str, Any]:
    """Offer, answer, and what the page heard."""
    reply = server.talk(command)
    words = shown.hear("talk", peer_id=str(command.peer_id))
    shown.say({"type": "answer", "peer_id": words["peer_id"], "offer": words["offer"], "sdp": f"to {command.sdp}"})
    assert reply.result(SOON_S) == AnswerReply(sdp=f"to {command.sdp}")
    return words


def refused(reply: Future[AnyReply] | None) -> str:
    assert reply is not None
    answer = reply.result(SOON_S)
    assert isinstance(answer, ErrorReply)
    return answer.reason


def test_an_offer_reaches_the_page_whole_and_its_answer_comes_back(server: ScreenServer) -> None:
    turn = IceServer(urls=("turn:127.0.0.1:3478",), username="u", credential="c")
    command = talk_command("offer").model_copy(update={"ice_servers": (turn,), "relay_only": True})
    with page(server.port, hello={}) as shown:
        words = speak(server, shown, command)
        assert words["name"] == "A. Proctor"
        assert words["sdp"] == "offer"
        assert words["relay_only"] is True
        assert words["ice_servers"] == [{"urls": ["turn:127.0.0.1:3478"], "username": "u", "credential": "c"}]
        assert server.screen().speaker == "A. Proctor"
        trickled = server.candidate(candidate(command.peer_id))
        assert trickled is not None
        assert trickled.result(SOON_S) == DoneReply()
        assert shown.hear("candidate")["candidate"]["candidate"].startswith("candidate:1 ")
        hung_up = server.hang_up(HangUpCommand(peer_id=command.peer_id))
        assert hung_up is not None
        assert hung_up.result(SOON_S) == DoneReply()
        shown.hear("end", peer_id=str(command.peer_id))
    assert server.screen().speaker is None


def test_without_a_page_nobody_can_speak_and_the_reply_says_why(server: ScreenServer) -> None:
    assert "no browser shows this booth's screen" in refused(server.talk(talk_command("offer")))


def test_a_peer_of_somebody_else_is_not_this_screens(server: ScreenServer) -> None:
    assert server.candidate(candidate(uuid4())) is None
    assert server.hang_up(HangUpCommand(peer_id=uuid4())) is None


def test_the_newer_speaker_replaces_the_older_who_does_not_come_back_by_itself(server: ScreenServer) -> None:
    older, newer = talk_command("a"), talk_command("b", "B. Smith")
    with page(server.port, hello={}) as shown:
        speak(server, shown, older)
        speak(server, shown, newer)
        assert server.screen().speaker == "B. Smith"
        assert refused(server.talk(older)) == "B. Smith speaks to this candidate now"
        assert refused(server.candidate(candidate(older.peer_id))) == "B. Smith speaks to this candidate now"
        assert server.screen().speaker == "B. Smith"
        anew = talk_command("c")
        speak(server, shown, anew)
        assert server.screen().speaker == "A. Proctor"
        server.hang_up(HangUpCommand(peer_id=anew.peer_id))
        speak(server, shown, older)


def test_an_older_offer_that_waits_is_answered_when_a_newer_one_comes(server: ScreenServer) -> None:
    with page(server.port, hello={}) as shown:
        first, second = talk_command("a"), talk_command("b", "B. Smith")
        waiting = server.talk(first)
        late = shown.hear("talk")
        speak(server, shown, second)
        assert refused(waiting) == "B. Smith speaks to this candidate now"
        shown.say({"type": "answer", "peer_id": late["peer_id"], "offer": late["offer"], "sdp": "too late"})
        shown.say({"type": "ended", "peer_id": late["peer_id"], "offer": late["offer"], "reason": "too late"})
        again = server.talk(second)
        words = shown.hear("talk")
        old_offer = words["offer"] - 1
        shown.say({"type": "answer", "peer_id": words["peer_id"], "offer": old_offer, "sdp": "of the older offer"})
        shown.say({"type": "answer", "peer_id": words["peer_id"], "offer": words["offer"], "sdp": "mine"})
        assert again.result(SOON_S) == AnswerReply(sdp="mine")


def test_a_page_that_cannot_says_why(server: ScreenServer) -> None:
    with page(server.port, hello={}) as shown:
        command = talk_command("offer")
        reply = server.talk(command)
        words = shown.hear("talk")
        ended = {"type": "ended", "peer_id": words["peer_id"], "offer": words["offer"]}
        shown.say({**ended, "reason": "no ICE candidate"})
        assert refused(reply) == "no ICE candidate"
        assert server.screen().speaker is None
        speak(server, shown, command)
        shown.say({**ended, "offer": words["offer"] + 1, "reason": "the connection was lost"})
        wait_for("the end", lambda: server.screen().speaker is None)
        assert refused(server.candidate(candidate(command.peer_id))) == "this talk is over"


def test_an_answer_that_hides_the_booths_address_is_passed_on_and_counted(
    server: ScreenServer, trouble: Trouble
) -> None:
    with page(server.port, hello={}) as shown:
        reply = server.talk(talk_command("offer"))
        words = shown.hear("talk")
        hidden = "a=candidate:1 1 udp 2113937151 0ae1c8b4-33c1-4f0e-9f57-4c1d5c2c52a1.local 50000 typ host"
        shown.say({"type": "answer", "peer_id": words["peer_id"], "offer": words["offer"], "sdp": hidden})
        assert reply.result(SOON_S) == AnswerReply(sdp=hidden)
    assert trouble.snapshot() == {"screen": 1}


def test_a_page_that_never_answers_is_not_waited_for(server: ScreenServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.screen.server.ANSWER_S", 0.1)
    with page(server.port, hello={}) as shown:
        command = talk_command("offer")
        assert refused(server.talk(command)) == "the booth's screen did not answer in time"
        shown.hear("end", peer_id=str(command.peer_id))


def test_a_page_that_goes_ends_the_talk(server: ScreenServer) -> None:
    with page(server.port, hello={}) as shown:
        speak(server, shown, talk_command("a"))
        waiting = server.talk(talk_command("b"))
        shown.hear("talk", sdp="b")
    assert refused(waiting) == "the booth's screen was closed"
    assert not server.screen().connected
    with page(server.port, hello={}):
        waiting = server.talk(talk_command("c"))
        with page(server.port, hello={}):
            assert refused(waiting) == "the booth's screen was loaded again; offer again"


def test_hanging_up_before_the_answer_answers(server: ScreenServer) -> None:
    with page(server.port, hello={}):
        command = talk_command("a")
        waiting = server.talk(command)
        server.hang_up(HangUpCommand(peer_id=command.peer_id))
        assert refused(waiting) == "hung up before the screen answered"


def test_only_so_many_past_talks_are_remembered(server: ScreenServer) -> None:
    with page(server.port, hello={}):
        past = [talk_command("a") for _ in range(REMEMBERED + 2)]
        for command in past:
            server.talk(command)
        known = [server.hang_up(HangUpCommand(peer_id=command.peer_id)) is not None for command in past]
    assert known == [False] + [True] * (REMEMBERED + 1)


def test_a_page_that_does_not_read_is_let_go(server: ScreenServer, trouble: Trouble) -> None:
    """What its socket does not take any more is kept up to a bound."""
    with page(server.port, hello={}) as stuck:
        for _ in range(4000):
            server.talk(talk_command("x" * 39_000))
            if trouble.of("screen"):
                break
        wait_for("it to be let go", lambda: not server.screen().connected)
        assert stuck.hear_the_end() in {BEHIND, 0}
