"""The booth's screen, seen from its port: who may ask, what is told, what is kept, and what nonsense does to it."""

import http.client
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import InvalidStatus

from agent.health import Trouble
from agent.screen.files import FOLDER, HEADERS, Files
from agent.screen.link import REPLACED
from agent.screen.server import MESSAGE_MAX_BYTES, ScreenServer
from agent.screen.words import MESSAGES_MAX
from agent.sitting.step import Act, Step
from contract.device import ScreenConfig
from contract.live import DoneReply, SayCommand
from contract.messages import ErrorReply
from contract.wire import InvalidError
from tests.support.kiosk import message, screen_server
from tests.support.page_stand_in import page
from tests.support.processes import wait_for


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def server(trouble: Trouble) -> Iterator[ScreenServer]:
    with screen_server(trouble) as running:
        yield running


def get(port: int, path: str, host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def test_its_page_and_what_the_page_needs_are_served_with_a_strict_policy(server: ScreenServer) -> None:
    for path in ("/", "/screen.css", "/main.js", "/link.js", "/talk.js", "/view.js", "/text/en.js", "/icon.svg"):
        response = get(server.port, path)
        assert response.status == 200, path
        assert {name: response.headers[name] for name in HEADERS} == HEADERS
    for path in ("/nothing", "/../server.py", "/text/../../server.py", "/text/", "//etc/passwd", "/main.js/.."):
        assert get(server.port, path).status == 404, path


def test_nothing_in_the_page_needs_a_weaker_policy() -> None:
    index = (FOLDER / "index.html").read_text()
    assert "style=" not in index
    assert "<style" not in index
    assert index.count("<script") == index.count('<script type="module" src="/') == 1
    assert " on" not in index.replace(" one", "")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "[::1]:{port}", "127.0.0.1"])
def test_a_name_that_was_pointed_here_is_refused(server: ScreenServer, trouble: Trouble, host: str) -> None:
    assert get(server.port, "/", host.format(port=server.port)).status == 421
    assert trouble.of("screen") == 1


def test_localhost_is_its_name_too(server: ScreenServer) -> None:
    assert get(server.port, "/", f"localhost:{server.port}").status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "null", "file://", ""]
)
def test_another_page_of_this_machine_may_not_listen(server: ScreenServer, trouble: Trouble, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, page(server.port, origin=origin.format(port=server.port) or " "):
        pass
    assert refused.value.response.status_code == 403
    assert trouble.of("screen") == 1
    assert not server.screen().connected


def test_it_listens_on_loopback_and_no_setting_changes_that(server: ScreenServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address this machine would use
            outside = probe.getsockname()[0]
        except OSError:
            outside = "127.0.0.2"  # no network at all: another address of loopback is not ours either
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((outside, server.port), timeout=20)
    with pytest.raises(InvalidError, match="host: unknown key"):
        ScreenConfig.configure({"host": "0.0.0.0"})  # noqa: S104 - that it is refused is the point


def test_a_page_is_told_the_whole_state_whenever_it_comes(server: ScreenServer) -> None:
    server.recording(True)
    server.watched_by(("A. Proctor", "B. Smith", "A. Proctor"))
    server.trouble("camera_lost")
    with page(server.port, hello={}) as first:
        first.hear(recording=True, watchers=["A. Proctor", "B. Smith"], trouble="camera_lost")
        server.trouble(None)
        first.hear(trouble=None)
        said = message()
        assert server.say(said) == DoneReply()
        first.hear(messages=[{"message_id": str(said.message_id), "text": said.text, "sender": said.sender}])
        first.say({"type": "hand", "raised": True})
        since = wait_for("the hand", lambda: server.hand_raised_at)
    wait_for("the page to be missed", lambda: not server.screen().connected)
    with page(server.port, hello={}) as again:
        words = again.hear(recording=True)
        assert words["messages"][0]["text"] == said.text
        assert datetime.fromisoformat(words["hand_raised_at"]) == since
        assert server.screen().unread == 1
        again.say({"type": "read", "message_id": str(said.message_id)})
        again.hear(messages=[])
    assert server.screen().unread == 0


def test_a_silent_page_hears_from_the_agent_all_the_same(server: ScreenServer) -> None:
    with page(server.port, hello={}) as quiet:
        quiet.hear("show")
        quiet.hear("show")


def test_a_message_nobody_would_see_is_refused_and_not_kept(server: ScreenServer) -> None:
    reply = server.say(message())
    assert isinstance(reply, ErrorReply)
    assert "no browser" in reply.reason
    assert server.screen().unread == 0


def test_a_message_that_comes_twice_is_shown_once(server: ScreenServer) -> None:
    confirmed: list[UUID] = []
    server.on_read = confirmed.append
    with page(server.port, hello={}) as shown:
        said = message()
        assert server.say(said) == server.say(said) == DoneReply()
        assert server.screen().unread == 1
        shown.say({"type": "read", "message_id": str(said.message_id)})
        shown.say({"type": "read", "message_id": str(said.message_id)})
        wait_for("it to be read", lambda: server.screen().unread == 0)
        wait_for("it to be told", lambda: confirmed == [said.message_id])
        assert server.say(said) == DoneReply()
        assert server.screen().unread == 0


def test_more_messages_than_anybody_reads_are_refused(server: ScreenServer) -> None:
    with page(server.port, hello={}):
        replies = [server.say(message(f"message {number}")) for number in range(MESSAGES_MAX + 1)]
    assert replies[:-1] == [DoneReply()] * MESSAGES_MAX
    assert replies[-1] == ErrorReply(reason=f"the candidate has not read {MESSAGES_MAX} messages yet")


def test_the_hand_goes_up_and_down_and_each_change_is_told_once(server: ScreenServer) -> None:
    told: list[datetime | None] = []
    server.on_hand = told.append
    with page(server.port, hello={}) as shown:
        for raised in (True, True, False, False, True):
            shown.say({"type": "hand", "raised": raised})
        wait_for("three changes", lambda: len(told) == 3)
        up, down, again = told
        assert up is not None
        assert down is None
        assert again is not None
        assert up <= again <= datetime.now(UTC)
        assert server.lower_hand() == server.lower_hand() == DoneReply()
        shown.hear(hand_raised_at=None)
    assert told[3:] == [None]


def test_a_restart_of_the_agent_forgets_neither_messages_nor_the_hand() -> None:
    with screen_server() as before, page(before.port, hello={}) as shown:
        said = message()
        before.say(said)
        shown.say({"type": "hand", "raised": True})
        wait_for("the hand", lambda: before.hand_raised_at)
        last = shown.hear()
        while last["hand_raised_at"] is None:
            last = shown.hear()
    told: list[datetime | None] = []
    hello = {name: last[name] for name in ("instance", "messages", "hand_raised_at")}
    with screen_server() as after:
        after.on_hand = told.append
        with page(after.port, hello=hello) as shown:
            assert after.screen().unread == 1
            assert after.hand_raised_at == before.hand_raised_at
            wait_for("the hub to be told", lambda: told == [after.hand_raised_at])
            shown.say({"type": "read", "message_id": str(said.message_id)})
            mine = {**hello, "instance": shown.hear(messages=[])["instance"]}
        with page(after.port, hello=mine):
            assert after.screen().unread == 0, "the agent knows better what it has seen itself"


def test_a_page_is_told_where_the_candidate_is_and_says_what_they_do(server: ScreenServer) -> None:
    acts: list[Act] = []
    server.on_act = acts.append
    with page(server.port, hello={}) as shown:
        server.step(Step(page="code", exam="Mathematics I"))
        assert shown.hear()["step"]["exam"] == "Mathematics I"
        shown.say({"type": "act", "act": "code", "code": "H7K2Q9"})
        wait_for("the act", lambda: acts or None)
        assert (acts[0].act, acts[0].code) == ("code", "H7K2Q9")
        server.step(None)
        shown.hear(step=None)


def test_pictures_are_sent_while_the_page_shows_them_and_the_same_one_once(server: ScreenServer) -> None:
    asked: list[int] = []
    still = b"T\xff\xd8"

    def picture() -> bytes:
        asked.append(1)
        return still

    server.pictures = picture
    with page(server.port, hello={}) as shown:
        shown.hear()
        shown.hear()
        assert asked == [], "nobody looks at the camera's picture"
        server.step(Step(page="photo", exam="", camera=True, taken=True))
        heard = [shown.socket.recv(20) for _ in range(4)]
        assert heard.count(still) == 1
        wait_for("more looks", lambda: len(asked) > 3)
        server.step(None)
        shown.hear(step=None)


def test_the_newest_page_counts_and_the_older_is_told(server: ScreenServer, trouble: Trouble) -> None:
    with page(server.port, hello={}) as older, page(server.port, hello={}) as newer:
        assert older.hear_the_end() == REPLACED
        newer.say({"type": "hand", "raised": True})
        wait_for("the hand", lambda: server.hand_raised_at)
        assert server.screen().connected
    assert trouble.snapshot() == {}


def test_a_window_that_says_nothing_replaces_nobody(server: ScreenServer) -> None:
    with page(server.port, hello={}) as first, page(server.port):
        server.recording(True)
        first.hear(recording=True)


NONSENSE: list[str | bytes] = [
    "",
    "{",
    "null",
    "[]",
    '{"type":"show"}',
    '{"type":"hand"}',
    '{"type":"hand","raised":"perhaps"}',
    '{"type":"read","message_id":"1"}',
    '{"type":"act"}',
    '{"type":"act","act":"fly"}',
    '{"type":"act","act":"code","code":"' + 25 * "A" + '"}',
    '{"type":"act","act":"acknowledge","notice_version":"the first"}',
    '{"type":"answer","peer_id":"x","offer":0,"sdp":""}',
    b"\x00\xff\xfe",
    b'{"type":"hand","raised":\xff}',
    '{"type":"hello","messages":[' + ",".join(["{}"] * 30) + "]}",
    "[" * 5000,
]


def test_nonsense_is_counted_and_changes_nothing(server: ScreenServer, trouble: Trouble) -> None:
    with page(server.port, hello={}) as shown:
        for words in NONSENSE:
            shown.say(words)
        stray = {"peer_id": str(uuid4()), "offer": 1}
        shown.say({"type": "answer", "sdp": "v=0", **stray})
        shown.say({"type": "ended", "reason": "", **stray})
        shown.say({"type": "read", "message_id": str(uuid4())})
        shown.say({"type": "hello"})
        shown.say({"type": "hand", "raised": True})
        wait_for("the hand", lambda: server.hand_raised_at)
        assert trouble.snapshot() == {"message_malformed": len(NONSENSE)}
        shown.say("x" * (MESSAGE_MAX_BYTES + 1))
        wait_for("it to be counted", lambda: trouble.of("message_malformed") == len(NONSENSE) + 1)
    assert server.alive


@pytest.mark.parametrize("first", ['{"type":"hand","raised":true}', "nonsense"])
def test_who_does_not_say_hello_is_sent_away(server: ScreenServer, first: str) -> None:
    with page(server.port) as rude:
        rude.say(first)
        assert rude.hear_the_end() == 1002
    assert server.hand_raised_at is None


def test_what_is_no_http_is_no_trouble(server: ScreenServer) -> None:
    for noise in (b"\r\n\r\n", b"\x16\x03\x01\x00\x00", b"POST / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b""):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
    assert get(server.port, "/").status == 200


def test_a_port_that_another_program_has_is_tried_again(trouble: Trouble) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = ScreenServer(ScreenConfig(port=port), trouble)
        server.start()
        assert server.port == 0
        assert trouble.of("screen") >= 1
        assert server.alive
    try:
        wait_for("the port", lambda: server.port == port)
        with page(port, hello={}):
            assert server.screen().connected
    finally:
        server.stop()
    assert not server.alive


def test_it_stops_while_it_waits_for_its_port(trouble: Trouble) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = ScreenServer(ScreenConfig(port=other.getsockname()[1]), trouble)
        server.start()
        server.stop()
        assert not server.alive


def test_a_server_that_fails_begins_anew(trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[int] = []

    def serve_later(*words: Any, **more: Any) -> Any:
        began.append(1)
        if len(began) == 1:
            raise OSError("no more files")
        return serve(*words, **more)

    monkeypatch.setattr("agent.screen.server.serve", serve_later)
    with screen_server(trouble) as server:
        wait_for("the second try", lambda: len(began) == 2 and server.port > 0)
        with page(server.port, hello={}):
            assert server.screen().connected
    assert trouble.snapshot() == {"screen": 1}


def test_before_the_start_and_after_the_end_nothing_fails(trouble: Trouble) -> None:
    server = ScreenServer(ScreenConfig(port=0), trouble)
    server.stop()
    server.recording(True)
    with screen_server() as running:
        pass
    running.watched_by(("A. Proctor",))
    assert isinstance(running.say(SayCommand(message_id=uuid4(), text="?", sender="A")), ErrorReply)


def test_another_language_is_another_file(tmp_path: Path, trouble: Trouble) -> None:
    for path in FOLDER.rglob("*.*"):
        (tmp_path / path.relative_to(FOLDER)).parent.mkdir(exist_ok=True)
        (tmp_path / path.relative_to(FOLDER)).write_bytes(path.read_bytes())
    (tmp_path / "text" / "de-CH.js").write_text("export const text = {};\n")
    swiss, english = Files("de-CH", tmp_path), Files("en", tmp_path)
    assert swiss.lang == "de-CH"
    assert swiss.build != english.build != Files("en").build
    ScreenServer(ScreenConfig(lang="xx"), trouble)
    assert trouble.of("screen") == 1
    with pytest.raises(InvalidError):
        ScreenConfig.configure({"lang": "../en"})
