"""The live WebSocket: who may listen, what is seen after a commit, and who is dropped."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from contract.chain import sha256_hex
from contract.messages import MonitoringGap
from contract.topics import HUB_FEED
from hub.errors import StoreError
from hub.feed import Changes
from hub.intake import batch
from hub.intake.incoming import read
from hub.intake.message import Delivery, Message
from hub.live import CLIENT_QUEUE, MAX_PENDING
from hub.streaming.closing import FAILED, TOO_SLOW
from hub.views import LiveBeat, LiveHello
from tests.support.chains import NOON
from tests.support.hub import (
    Chain,
    a_hub,
    a_violation,
    an_uplink,
    closed,
    comes_online,
    snapshot_ref,
)
from tests.support.served import close_code, next_of, served

pytestmark = pytest.mark.anyio
PICTURE = b"\xff\xd8\xff a picture"


async def test_only_who_is_signed_in_and_on_our_page_may_listen(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, served(hub) as server:
        async with server.listen(Cookie="") as socket:
            assert await close_code(socket) == 4401
        async with server.listen(Cookie=f"{hub.auth.cookie_name}=forged") as socket:
            assert await close_code(socket) == 4401
        async with server.listen(Origin="http://evil.test") as socket:
            assert await close_code(socket) == 4403
        async with server.listen(Origin=server.url) as socket:
            assert (await next_of(socket, "hello"))["instance"] == hub.instance


async def test_while_nobody_can_be_known_sockets_are_closed_and_not_taken_for_signed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreError("the database is away", hint="the hub tries again")

    async with a_hub(tmp_path) as hub, served(hub) as server:
        monkeypatch.setattr(type(hub.auth), "who", away)
        for path in ("live", "booths/booth-1/view"):
            async with server.listen(path) as socket:
                assert await close_code(socket) == FAILED


async def test_what_somebody_committed_and_died_of_is_seen_when_it_comes_again(tmp_path: Path) -> None:
    """Between the commit and the feed a process may be killed: the booth hears no acknowledgement and repeats it."""
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        served(hub) as server,
        server.listen() as socket,
    ):
        await next_of(socket, "hello")
        chain, violation = Chain("booth-1"), a_violation()
        gap = MonitoringGap(gap_id=uuid4(), reason="camera_lost", started_at=violation.opened_at)
        said = [chain.opened(violation), chain.event(gap)]
        async with hub.database.writing() as connection:
            arrived = [read("booth-1", Message("t", each, False, NOON, Delivery(1, 1, 1), len(each))) for each in said]
            await batch.store(connection, arrived)
        for each in said:
            uplink.send(each)
        await next_of(socket, "violation", violation_id=str(violation.violation_id))
        await next_of(socket, "gap", gap_id=str(gap.gap_id))


async def test_changes_are_seen_as_the_database_holds_them(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        served(hub) as server,
        server.listen() as socket,
        httpx.AsyncClient(base_url=server.url, headers={"Cookie": server.cookie}, timeout=60) as client,
    ):
        await next_of(socket, "hello")
        await comes_online(client, uplink)
        await next_of(socket, "booth", availability="online")
        chain, violation = Chain("booth-1"), a_violation(evidence=(snapshot_ref(PICTURE),))
        uplink.send(chain.opened(violation))
        seen = await next_of(socket, "violation", violation_id=str(violation.violation_id))
        assert seen == (await client.get(f"/api/v1/violations/{violation.violation_id}")).json()
        assert seen["evidence"][0]["available"] is False
        await next_of(socket, "booth", open_violations=1)
        name = sha256_hex(PICTURE)
        put = await client.put(
            f"/api/v1/evidence/{name}",
            content=PICTURE,
            headers=uplink.device.upload_headers(PICTURE) | {"X-Invigil-Request": "1"},
        )
        assert put.status_code == 201, put.text
        assert (await next_of(socket, "evidence"))["sha256"] == name
        booth = await next_of(socket, "booth")
        assert booth["picture"]["sha256"] == name
        uplink.send(chain.closed(closed(violation)))
        await next_of(socket, "violation", ended_at="2026-05-04T09:00:05Z")
        await next_of(socket, "booth", open_violations=0)
        gap = MonitoringGap(gap_id=violation.violation_id, reason="camera_lost", started_at=violation.started_at)
        uplink.send(chain.event(gap))
        assert (await next_of(socket, "gap"))["reason"] == "camera_lost"
        await next_of(socket, "booth", gaps_open=1)
        await next_of(socket, "beat")


async def test_signing_out_ends_it(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, served(hub) as server, server.listen() as socket:
        async with httpx.AsyncClient(base_url=server.url, headers={"Cookie": server.cookie}, timeout=60) as client:
            await client.post("/api/v1/sign-out", headers={"X-Invigil-Request": "1"})
        assert await close_code(socket) == 4401


async def test_a_slow_browser_is_dropped_and_others_are_not(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, served(hub) as server, server.listen() as fast, server.listen() as slow:
        await next_of(fast, "hello")
        await next_of(slow, "hello")
        slow.transport.pause_reading()  # its window fills, and then the hub's buffer for it
        large = LiveHello(instance="x" * 10_000, at=a_violation().opened_at)
        counted = 0
        while not hub.metrics.live_dropped._value.get():
            for _ in range(CLIENT_QUEUE // 2):
                hub.live._send(large)
                counted += 1
            for _ in range(CLIENT_QUEUE // 2):
                await fast.recv()
        assert counted > CLIENT_QUEUE
        slow.transport.resume_reading()
        assert await close_code(slow) in (TOO_SLOW, None), "None where its buffers were too full to be told"
        hub.live._send(LiveBeat(at=large.at))
        await next_of(fast, "beat")
        assert hub.metrics.live_dropped._value.get() == 1


async def test_more_changes_than_can_be_shown_make_browsers_fetch_again(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, served(hub) as server, server.listen() as socket:
        await next_of(socket, "hello")
        ids = tuple(a_violation().violation_id for _ in range(MAX_PENDING + 1))
        hub.live._add(Changes(violations=ids))
        await next_of(socket, "hello")


async def test_a_message_of_the_feed_that_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        served(hub) as server,
        server.listen() as socket,
    ):
        await next_of(socket, "hello")
        hub.mqtt.publish(HUB_FEED, b"not json")
        uplink.send(Chain("booth-1").opened())
        await next_of(socket, "violation")


async def test_a_hub_that_stops_says_so(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, served(hub) as server, server.listen() as socket:
        await next_of(socket, "hello")
        hub.live.close_all()
        assert await close_code(socket) == 1001
