"""A browser and a booth brought together: who may, in which order, what goes wrong, and what is written down."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection

from contract.live import (
    AnswerReply,
    CandidateCommand,
    HangUpCommand,
    IceCandidate,
    OfferCommand,
    RenditionCommand,
    StreamStats,
    TalkCommand,
    ViewerStats,
)
from contract.messages import AnyCommand, AnyReply, ErrorReply
from hub.errors import StoreError
from hub.parts import Hub
from hub.store import sign_ins, watches
from hub.streaming import peer as peer_module
from hub.streaming import signaling as signaling_module
from hub.streaming.signals import SignalAnswer
from hub.views import WatchView
from tests.hub.test_api import a_health
from tests.hub.test_assignments import assign
from tests.support.answering_booth import ANSWER_SDP, OFFER_SDP, AnsweringBooth, an_answering_booth, willing
from tests.support.hub import a_hub, add_booth, add_user, until
from tests.support.served import Served, close_code, served

pytestmark = pytest.mark.anyio
VIEW, TALK = "booths/booth-1/view", "booths/booth-1/talk"
TURN = {"urls": ["stun:turn.test:3478", "turn:turn.test:3478?transport=udp"], "turn_secret_file": "turn.secret"}


@dataclass
class Centre:
    hub: Hub
    booth: AnsweringBooth
    server: Served

    async def watches(self) -> list[WatchView]:
        async with self.hub.database.reading() as connection:
            return await watches.newest(connection, None, None, 50)

    async def ended(self, count: int = 1) -> list[WatchView]:
        """The watches, once so many are ended."""
        while True:
            found = await self.watches()
            if sum(watch.ended_at is not None for watch in found) >= count:
                return found

    def counted(self, what: str, reason: str) -> float:
        metric = getattr(self.hub.metrics, f"signaling_{what}")
        return float(metric.labels(reason)._value.get())


@asynccontextmanager
async def a_centre(folder: Path, **settings: Any) -> AsyncIterator[Centre]:
    """A hub that listens, with its administrator Ada and a booth that answers."""
    async with (
        a_hub(folder, **settings) as hub,
        an_answering_booth(hub, folder) as booth,
        served(hub) as server,
    ):
        yield Centre(hub, booth, server)


async def say(socket: ClientConnection, kind: str, **fields: Any) -> None:
    await socket.send(json.dumps({"type": kind, **fields}))


async def candidate(socket: ClientConnection, line: str) -> None:
    await say(socket, "candidate", candidate={"candidate": line, "sdp_mid": "0", "sdp_mline_index": 0})


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message, which must be of this kind."""
    async with asyncio.timeout(60):
        message = json.loads(await socket.recv())
    assert message["type"] == kind, message
    return dict(message)


async def answered(socket: ClientConnection) -> dict[str, Any]:
    welcome = await hear(socket, "welcome")
    await say(socket, "offer", sdp=OFFER_SDP)
    assert (await hear(socket, "answer"))["sdp"] == ANSWER_SDP
    return welcome


def lines(booth: AnsweringBooth) -> list[str]:
    return [command.candidate.candidate for command in booth.all_of(CandidateCommand)]


async def test_an_offer_reaches_the_booth_and_its_answer_the_browser(tmp_path: Path) -> None:
    (tmp_path / "turn.secret").write_text("0123456789abcdef")
    (tmp_path / "turn.secret").chmod(0o600)
    async with a_centre(tmp_path, ice=TURN) as centre, centre.server.listen(VIEW) as socket:
        welcome = await answered(socket)
        offer = await centre.booth.hears(OfferCommand)
        assert (str(offer.peer_id), offer.sdp, offer.rendition) == (welcome["peer_id"], OFFER_SDP, "auto")
        assert offer.watcher.name == "Ada"
        stun, turn = welcome["ice_servers"]
        assert (stun["urls"], stun["username"]) == (["stun:turn.test:3478"], "")
        assert turn["username"].endswith(":ada")
        assert turn["credential"]
        assert offer.ice_servers[1].username.endswith(":booth-booth-1"), "the booth gets credentials of its own"
        assert (welcome["relay_only"], offer.relay_only) == (False, False)
        await say(socket, "rendition", rendition="low")
        assert (await centre.booth.hears(RenditionCommand)).rendition == "low"
        await say(socket, "offer", sdp="v=0\r\ns=again\r\n", rendition="low")
        await hear(socket, "answer")
        again = await centre.booth.hears(OfferCommand, 2)
        assert (again.peer_id, again.rendition) == (offer.peer_id, "low"), "a second offer replaces the first"
        (watch,) = await centre.watches()
        assert (watch.username, watch.booth_id, watch.kind, watch.ended_at) == ("ada", "booth-1", "view", None)
        assert watch.watch_id == offer.peer_id


async def test_leaving_hangs_up_and_ends_the_watch(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        async with centre.server.listen(VIEW) as socket:
            welcome = await answered(socket)
        hung_up = await centre.booth.hears(HangUpCommand)
        assert str(hung_up.peer_id) == welcome["peer_id"]
        (watch,) = await centre.ended()
        assert watch.ended_why == "left"
        assert watch.answered_at is not None
        async with centre.server.listen(VIEW) as socket:
            await answered(socket)
            await say(socket, "hang_up")
            assert await close_code(socket) == 1000
        assert (await centre.ended(2))[0].ended_why == "hung_up"
        async with centre.server.listen(VIEW) as socket:
            await hear(socket, "welcome")
        assert len(await centre.watches()) == 2, "who never offered saw nothing"
        await centre.booth.hears(HangUpCommand, 2)
        assert len(centre.booth.all_of(HangUpCommand)) == 2


@pytest.mark.parametrize("how", ["cut", "silent"])
async def test_a_browser_that_vanishes_hangs_up_too(tmp_path: Path, how: str) -> None:
    """Its machine crashed and the network says so, or nobody says anything and pings go unanswered."""
    async with (
        a_hub(tmp_path) as hub,
        an_answering_booth(hub, tmp_path) as booth,
        served(hub, ws_ping_interval=0.2, ws_ping_timeout=0.5) as server,
        server.listen(VIEW) as socket,
    ):
        await answered(socket)
        if how == "cut":
            socket.transport.abort()
        else:
            socket.transport.pause_reading()
        await booth.hears(HangUpCommand)
        assert (await Centre(hub, booth, server).ended())[0].ended_why == "left"
        socket.transport.abort()


async def test_candidates_follow_the_offer_in_order_while_the_booth_has_not_answered(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        centre.booth.answer = lambda command: None if isinstance(command, OfferCommand) else willing(command)
        await hear(socket, "welcome")
        await say(socket, "offer", sdp=OFFER_SDP)
        sent = [f"candidate:{number} 1 udp 1 192.0.2.1 50000 typ host" for number in range(60)] + [""]
        for line in sent:
            await candidate(socket, line)
        await until("all candidates", lambda: len(lines(centre.booth)) == len(sent))
        assert lines(centre.booth) == sent
        assert isinstance(centre.booth.heard[0], OfferCommand)


async def test_only_those_who_may_see_the_booth_see_it(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        hub, server = centre.hub, centre.server
        await add_user(hub, "pat", "proctor")
        await add_booth(hub, "booth-2")
        await assign(hub, "pat", "booth-2")
        pats = await server.cookie_of("pat")

        async def refused(path: str, **headers: str) -> tuple[int | None, str]:
            async with server.listen(path, **headers) as socket:
                trouble = await hear(socket, "trouble")
                assert trouble["retry"] is False
                return await close_code(socket), trouble["detail"]

        for path in (VIEW, TALK):
            assert (await refused(path, Cookie=""))[0] == 4401
            assert (await refused(path, Cookie=f"{hub.auth.cookie_name}=forged"))[0] == 4401
            assert (await refused(path, Origin="http://evil.test"))[0] == 4403
            code, detail = await refused(path, Cookie=pats)
            assert code == 4406
            assert "Booth-1" in detail
            assert "ask an administrator (Ada)" in detail
            assert (await refused(path.replace("booth-1", "booth-9"), Cookie=pats))[0] == 4404
        assert centre.booth.heard == []
        assert await centre.watches() == []
        assert centre.counted("refused", "not_allowed") == 2
        await assign(hub, "pat", "booth-1")
        async with server.listen(VIEW, Cookie=pats) as socket:
            await answered(socket)
        assert (await centre.ended())[0].username == "pat"


@pytest.mark.parametrize("how", ["unassigned", "signed out"])
async def test_who_may_not_any_more_is_cut_off_while_watching(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(peer_module, "ALLOWED_INTERVAL_S", 0.05)
    async with a_centre(tmp_path) as centre:
        await add_user(centre.hub, "pat", "proctor")
        await assign(centre.hub, "pat", "booth-1")
        cookie = await centre.server.cookie_of("pat")
        async with centre.server.listen(VIEW, Cookie=cookie) as socket, centre.server.listen(VIEW) as adas:
            await answered(socket)
            await answered(adas)
            if how == "unassigned":
                await assign(centre.hub, "pat")
                assert "administrator" in (await hear(socket, "trouble"))["detail"]
                assert await close_code(socket) == 4406
            else:
                async with httpx.AsyncClient(
                    base_url=centre.server.url, headers={"Cookie": cookie}, timeout=60
                ) as client:
                    await client.post("/api/v1/sign-out", headers={"X-Invigil-Request": "1"})
                assert await close_code(socket) == 4401
            await centre.booth.hears(HangUpCommand)
            pats = next(watch for watch in await centre.ended() if watch.username == "pat")
            assert pats.ended_why == ("not_allowed" if how == "unassigned" else "signed_out")
            await say(adas, "offer", sdp=OFFER_SDP)
            await hear(adas, "answer")


async def test_a_booth_that_is_away_or_silent_or_cannot_is_said_and_may_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_module, "ANSWER_S", 0.3)
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        await hear(socket, "welcome")

        async def trouble(answer: AnyReply | None) -> str:
            centre.booth.answer = lambda command: answer if isinstance(command, OfferCommand) else willing(command)
            await say(socket, "offer", sdp=OFFER_SDP)
            said = await hear(socket, "trouble")
            assert said["retry"] is True
            return f"{said['title']}: {said['detail']}"

        await centre.booth.say("stopped", centre.hub)
        assert "booth-1 is stopped" in await trouble(None)
        assert await centre.watches() == [], "nothing was asked of the booth"
        await centre.booth.say("online", centre.hub)
        assert "did not answer" in await trouble(None)
        assert "16 watch already" in await trouble(ErrorReply(reason="16 watch already"))
        assert "booth-1 has no ICE candidate" in await trouble(AnswerReply(sdp="v=0\r\ns=none\r\n"))
        for reason in ("offline", "unanswered", "booth_error", "no_candidates_booth"):
            assert centre.counted("trouble", reason) == 1, reason
        centre.booth.answer = willing
        await say(socket, "offer", sdp=OFFER_SDP)
        await hear(socket, "answer")
        assert len(await centre.watches()) == 1, "one watch for all tries on one socket"


async def test_an_answer_to_an_offer_that_was_replaced_is_not_passed_on(tmp_path: Path) -> None:
    held: list[AnyCommand] = []

    def second_only(command: AnyCommand) -> AnyReply | None:
        if isinstance(command, OfferCommand):
            held.append(command)
            return AnswerReply(sdp=ANSWER_SDP + command.sdp) if len(held) == 2 else None
        return willing(command)

    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        centre.booth.answer = second_only
        await hear(socket, "welcome")
        await say(socket, "offer", sdp="first")
        await say(socket, "offer", sdp="second")
        assert (await hear(socket, "answer"))["sdp"].endswith("second")


async def test_a_browser_without_any_candidate_is_told_so(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        async with centre.server.listen(VIEW) as socket:
            await answered(socket)
            await candidate(socket, "")
            said = await hear(socket, "trouble")
            assert "this browser has no ICE candidate" in said["detail"]
            assert said["retry"] is True
        async with centre.server.listen(VIEW) as socket:
            await hear(socket, "welcome")
            await say(socket, "offer", sdp=OFFER_SDP + "a=candidate:1 1 udp 1 192.0.2.1 50000 typ host\r\n")
            await hear(socket, "answer")
            await candidate(socket, "")
            await until("the end", lambda: lines(centre.booth) == ["", ""])
        assert centre.counted("trouble", "no_candidates_browser") == 1


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        "[]",
        '{"type": "nonsense"}',
        '{"type": "offer"}',
        '{"type": "offer", "sdp": ""}',
        json.dumps({"type": "offer", "sdp": "x" * 40_001}),
        json.dumps({"type": "offer", "sdp": "€" * 21_820}, ensure_ascii=False),
        '{"type": "candidate", "candidate": {"candidate": "192.0.2.1"}}',
        '{"type": "candidate", "candidate": {"candidate": ""}}',
        '{"type": "rendition", "rendition": "low"}',
        b"bytes",
    ],
)
async def test_a_message_that_makes_no_sense_is_answered_and_counted_and_stops_nothing(
    tmp_path: Path, message: str | bytes
) -> None:
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        await hear(socket, "welcome")
        await socket.send(message)
        said = await hear(socket, "trouble")
        assert (said["title"], said["retry"]) == ("Message not understood", False)
        assert said["detail"]
        assert centre.counted("trouble", "malformed") == 1
        await say(socket, "offer", sdp=OFFER_SDP)
        await hear(socket, "answer")


async def test_an_enormous_message_ends_only_its_own_socket(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as other:
        await hear(other, "welcome")
        async with centre.server.listen(VIEW) as socket:
            await hear(socket, "welcome")
            await socket.send("x" * 70_000)
            assert await close_code(socket) == 1009
        await say(other, "offer", sdp=OFFER_SDP)
        await hear(other, "answer")


async def test_haste_is_slowed_down_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_module, "MESSAGES_AT_ONCE", 30)
    monkeypatch.setattr(peer_module, "MESSAGES_PER_S", 0.01)
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        await hear(socket, "welcome")
        for _ in range(peer_module.OFFERS_AT_ONCE):
            await say(socket, "offer", sdp=OFFER_SDP)
            await hear(socket, "answer")
        await say(socket, "offer", sdp=OFFER_SDP)
        assert (await hear(socket, "trouble"))["title"] == "Too many offers"
        for number in range(40):
            await candidate(socket, f"candidate:{number} 1 udp 1 192.0.2.1 50000 typ host")
        assert (await hear(socket, "trouble"))["title"] == "Too many messages"
        await until("counted", lambda: centre.counted("trouble", "too_fast") >= 17)
        assert len(lines(centre.booth)) <= 24


async def test_a_booth_that_takes_nothing_does_not_fill_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_module, "MESSAGES_AT_ONCE", 10_000)
    monkeypatch.setattr(peer_module, "QUEUE", 20)
    monkeypatch.setattr(peer_module, "COMMAND_S", 60.0)
    monkeypatch.setattr(peer_module, "ANSWER_S", 60.0)
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        centre.booth.answer = lambda command: None
        await hear(socket, "welcome")
        await say(socket, "offer", sdp=OFFER_SDP)
        for number in range(60):
            await candidate(socket, f"candidate:{number} 1 udp 1 192.0.2.1 50000 typ host")
        assert (await hear(socket, "trouble"))["title"] == "Too many messages wait"
        await until("the window", lambda: len(lines(centre.booth)) == peer_module.WINDOW - 1)
        assert centre.counted("trouble", "queue_full") >= 60 - 20 - peer_module.WINDOW


async def test_a_browser_that_does_not_read_is_dropped_and_others_are_not(tmp_path: Path) -> None:
    large = SignalAnswer(sdp="x" * 1_000_000)
    async with (
        a_centre(tmp_path) as centre,
        centre.server.listen(VIEW) as fast,
        centre.server.listen(VIEW) as slow,
    ):
        await answered(fast)
        peer = centre.hub.signaling._peers[UUID((await answered(slow))["peer_id"])]
        slow.transport.pause_reading()  # its window fills, and then the hub's buffer for it
        while not peer._closing.done():
            peer._say(large)
            await asyncio.sleep(0)
        assert peer._closing.result()[2] == "too_slow"
        await until("gone", lambda: peer.peer_id not in centre.hub.signaling._peers)
        await say(fast, "rendition", rendition="low")
        await centre.booth.hears(RenditionCommand)


async def test_only_so_many_for_a_person_and_a_booth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signaling_module, "PER_PERSON", 3)
    monkeypatch.setattr(signaling_module, "PER_BOOTH", 4)
    async with a_centre(tmp_path) as centre, AsyncExitStack() as stack:
        await add_user(centre.hub, "pat", "admin")
        pats = await centre.server.cookie_of("pat")

        async def enter(**headers: str) -> ClientConnection:
            return await stack.enter_async_context(centre.server.listen(VIEW, **headers))

        first = await enter()
        await hear(first, "welcome")
        for _ in range(2):
            await hear(await enter(), "welcome")
        crowded = await enter()
        assert "you have 3 open" in (await hear(crowded, "trouble"))["detail"]
        assert await close_code(crowded) == 4429
        await hear(await enter(Cookie=pats), "welcome")
        crowded = await enter(Cookie=pats)
        assert "4 people watch" in (await hear(crowded, "trouble"))["detail"]
        assert await close_code(crowded) == 4429
        assert "invigil_signaling_sockets" in centre.hub.metrics.render().decode()
        await first.close()
        await until("room", lambda: len(centre.hub.signaling._peers) == 3)
        await hear(await enter(Cookie=pats), "welcome")


async def test_the_newest_talk_goes_on_and_the_older_is_told_who_speaks(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await add_user(centre.hub, "pat", "admin")
        pats = await centre.server.cookie_of("pat")
        async with centre.server.listen(TALK) as older, centre.server.listen(VIEW) as view:
            await answered(older)
            await answered(view)
            assert (await centre.booth.hears(TalkCommand)).watcher.name == "Ada"
            async with centre.server.listen(TALK, Cookie=pats) as newer:
                await answered(newer)
                assert await close_code(older) == 4409
                (talk,) = [watch for watch in await centre.ended() if watch.ended_at]
                assert (talk.username, talk.kind, talk.ended_why) == ("ada", "talk", "taken_over")
                await say(view, "rendition", rendition="high")
                await centre.booth.hears(RenditionCommand)


async def test_a_hub_that_stops_tells_booths_and_lets_browsers_come_back(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        await answered(socket)
        centre.hub.signaling.close_all()
        assert await close_code(socket) == 1001
        await centre.booth.hears(HangUpCommand)
        assert (await centre.ended())[0].ended_why == "hub_stopped"
        async with centre.server.listen(VIEW) as late:
            assert await close_code(late) == 1001


async def test_while_nobody_can_tell_who_may_nobody_is_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And who watches goes on: the reads fail as they would with a broken disk; only the statement is made to."""

    async def broken(*_: object) -> None:
        raise StoreError("database: disk I/O error", hint="make room")

    monkeypatch.setattr(peer_module, "ALLOWED_INTERVAL_S", 0.02)
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        await answered(socket)
        with monkeypatch.context() as patched:
            patched.setattr(sign_ins, "who", broken)
            async with centre.server.listen(VIEW) as late:
                assert (await hear(late, "trouble"))["retry"] is True
                assert await close_code(late) == 1011
            await say(socket, "offer", sdp=OFFER_SDP)
            await hear(socket, "answer")


async def test_what_cannot_be_recorded_does_not_happen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writes fail as they would with a full disk; only the statement is made to."""

    async def full(*_: object) -> None:
        raise StoreError("database: disk is full", hint="make room")

    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        await hear(socket, "welcome")
        with monkeypatch.context() as patched:
            patched.setattr(watches, "begin", full)
            await say(socket, "offer", sdp=OFFER_SDP)
            assert (await hear(socket, "trouble"))["detail"] == "make room"
        assert centre.booth.heard == []
        await say(socket, "offer", sdp=OFFER_SDP)
        await hear(socket, "answer")


def a_viewer(peer_id: UUID, **changes: Any) -> ViewerStats:
    values: dict[str, Any] = {
        "peer_id": peer_id,
        "name": "Ada",
        "since": datetime.now(UTC),
        "state": "connected",
        "rendition": "high",
        "fps": 29.5,
        "bitrate_bps": 900_000,
        "loss": 0.01,
        "round_trip_ms": 20.0,
    }
    return ViewerStats(**values | changes)


async def test_a_viewer_that_the_hub_does_not_know_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signaling_module, "STRANGERS_AFTER_S", 0.0)
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        known, stranger = UUID((await answered(socket))["peer_id"]), uuid4()
        centre.booth.beat(a_health(viewers=(a_viewer(known), a_viewer(stranger))))
        assert (await centre.booth.hears(HangUpCommand)).peer_id == stranger
        assert len(centre.booth.all_of(HangUpCommand)) == 1


async def test_streams_are_measured_by_booth_and_forgotten_when_it_goes(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:

        def shown(name: str, **labels: str) -> float | None:
            return centre.hub.metrics.registry.get_sample_value(f"invigil_booth_{name}", {"booth": "booth-1"} | labels)

        assert shown("viewers") is None
        good = a_viewer(uuid4())
        poor = a_viewer(uuid4(), fps=9.0, bitrate_bps=100_000, loss=0.2, round_trip_ms=300.0)
        coming = a_viewer(uuid4(), state="connecting", fps=0.0, bitrate_bps=0, loss=None, round_trip_ms=None)
        high = StreamStats(stream="high", encoder="libx264", fps=30, bitrate_bps=1_000_000)
        centre.booth.beat(a_health(viewers=(good, poor, coming), streams=(high,)))
        await until("measured", lambda: shown("viewers") == 3)
        assert shown("viewers_bits_per_second") == 1_000_000
        assert shown("viewers_loss_ratio") == 0.2
        assert shown("viewers_round_trip_seconds") == 0.3
        assert shown("viewers_frames_per_second") == 9
        assert shown("stream_bits_per_second", stream="high") == 1_000_000
        assert shown("stream_bits_per_second", stream="low") == 0
        centre.booth.beat(a_health())
        await until("nobody", lambda: shown("viewers") == 0)
        await centre.booth.say("offline", centre.hub)
        await until("forgotten", lambda: shown("viewers") is None)
        assert shown("stream_bits_per_second", stream="high") is None


async def test_candidates_keep_both_forms(tmp_path: Path) -> None:
    """Trickled with where they belong, and inside the offer; both reach the booth as they are."""
    inside = OFFER_SDP + "a=candidate:1 1 udp 1 192.0.2.1 50000 typ host\r\n"
    async with a_centre(tmp_path) as centre, centre.server.listen(VIEW) as socket:
        await hear(socket, "welcome")
        await say(socket, "offer", sdp=inside)
        await candidate(socket, "candidate:2 1 udp 1 192.0.2.1 50001 typ host")
        assert (await centre.booth.hears(OfferCommand)).sdp == inside
        assert (await centre.booth.hears(CandidateCommand)).candidate == IceCandidate(
            candidate="candidate:2 1 udp 1 192.0.2.1 50001 typ host", sdp_mid="0", sdp_mline_index=0
        )
