"""Events from a booth to the database: exactly once, acknowledged only when committed, bad ones kept aside."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select, text

from contract.messages import MonitoringGap, ViolationUpdated
from contract.topics import MAX_PAYLOAD_BYTES
from hub.parts import Hub
from hub.store import violations
from hub.tables import chain_gaps, chains, checkpoints, events, monitoring_gaps, rejected_messages
from tests.support.hub import Chain, Device, Uplink, a_hub, a_violation, an_uplink, closed, until

pytestmark = pytest.mark.anyio


async def rows(hub: Hub, statement: Any) -> list[Any]:
    async with hub.database.reading() as connection:
        return list((await connection.execute(statement)).all())


async def seqs(hub: Hub) -> list[int]:
    return [row.seq for row in await rows(hub, select(events.c.seq).order_by(events.c.seq))]


async def test_an_event_is_stored_with_its_bytes_and_then_acknowledged(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain, violation = Chain("booth-1"), a_violation()
        payload = chain.opened(violation)
        uplink.send(payload)
        (ack,) = await uplink.acked(1)
        assert [(span.first, span.last) for span in ack.committed] == [(1, 1)]
        assert ack.chain_id == chain.chain_id
        (stored,) = await rows(hub, select(events))
        assert stored.payload == payload
        assert stored.link_ok is True
        async with hub.database.reading() as connection:
            (view,) = await violations.views(connection, [violation.violation_id])
        assert view.booth_name == "Booth-1"
        assert view.ended_at is None


async def test_repeats_change_nothing_and_are_acknowledged_again(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        payload = Chain("booth-1").opened()
        for _ in range(3):
            uplink.send(payload)
            await uplink.acked(1)
        assert await seqs(hub) == [1]
        assert (await rows(hub, select(chains.c.events)))[0].events == 1
        assert hub.metrics.events_repeated._value.get() == 2


async def test_a_missing_number_is_a_visible_gap_that_is_asked_for_until_it_comes(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        payloads = [chain.opened() for _ in range(6)]
        uplink.send(payloads[0])
        uplink.send(payloads[4])
        acks = await uplink.acked(2)
        assert [(span.first, span.last) for span in acks[-1].missing] == [(2, 4)]
        assert [(row.first, row.last) for row in await rows(hub, select(chain_gaps))] == [(2, 4)]
        uplink.send(payloads[2])
        (ack,) = await uplink.acked(1)
        assert [(span.first, span.last) for span in ack.missing] == [(2, 2), (4, 4)]
        for index in (3, 1, 5):
            uplink.send(payloads[index])
        await uplink.acked(3)
        assert await seqs(hub) == [1, 2, 3, 4, 5, 6]
        assert not await rows(hub, select(chain_gaps))
        assert {row.link_ok for row in await rows(hub, select(events.c.link_ok))} == {True}


async def test_a_later_state_of_a_violation_is_never_overwritten_by_an_earlier_one(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain, violation = Chain("booth-1"), a_violation()
        opened, over = chain.opened(violation), chain.closed(closed(violation))
        uplink.send(over)
        await uplink.acked(1)
        uplink.send(opened)
        await uplink.acked(1)
        async with hub.database.reading() as connection:
            (view,) = await violations.views(connection, [violation.violation_id])
        assert view.ended_at is not None


async def test_a_violation_that_goes_on_after_its_end_is_open_again_in_whatever_order_it_comes(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain, violation = Chain("booth-1"), a_violation()
        opened, over = chain.opened(violation), chain.closed(closed(violation))
        again = chain.event(ViolationUpdated(violation=violation))
        for payload in (opened, again, over):
            uplink.send(payload)
            await uplink.acked(1)
        async with hub.database.reading() as connection:
            (view,) = await violations.views(connection, [violation.violation_id])
        assert view.ended_at is None


async def test_a_broken_link_is_stored_and_flagged(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        uplink.send(chain.opened())
        chain.head = "f" * 64
        uplink.send(chain.opened())
        await uplink.acked(2)
        found = await rows(hub, select(events.c.link_ok).order_by(events.c.seq))
        assert [row.link_ok for row in found] == [True, False]
        assert hub.metrics.links_broken._value.get() == 1


async def test_a_link_is_judged_when_the_event_before_comes_late(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        before = chain.opened()
        right, chain.head = chain.opened(), "f" * 64
        wrong = chain.opened()
        for payload, flags in ((wrong, [None]), (right, [None, False]), (before, [True, True, False])):
            uplink.send(payload)
            await uplink.acked(1)
            found = await rows(hub, select(events.c.link_ok).order_by(events.c.seq))
            assert [row.link_ok for row in found] == flags
        assert hub.metrics.links_broken._value.get() == 1


async def test_other_bytes_under_a_stored_number_are_kept_aside(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        first = chain.opened()
        uplink.send(first)
        await uplink.acked(1)
        forged = Chain("booth-1", chain.chain_id).opened(a_violation(60))
        uplink.send(forged)
        (ack,) = await uplink.acked(rejected=1)
        assert ack.rejected[0].seq == 1
        (stored,) = await rows(hub, select(events.c.payload))
        assert stored.payload == first
        (aside,) = await rows(hub, select(rejected_messages))
        assert aside.payload == forged


ENDLESS = {
    "type": "segment_recorded",
    "evidence": {
        "sha256": "0" * 64,
        "role": "segment",
        "media_type": "video/mp4",
        "size_bytes": 2**70,
        "taken_at": "2026-05-04T09:00:00Z",
    },
    "started_at": "2026-05-04T09:00:00Z",
    "ended_at": "2026-05-04T09:01:00Z",
}
"""A piece of a recording of more bytes than a database can count."""


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda data: data | {"body": {"type": "violation_opened"}}, "malformed"),
        (lambda data: data | {"body": {"type": "from the future"}}, "malformed"),
        (lambda data: data | {"wall_time": "yesterday"}, "malformed"),
        (lambda data: data | {"wall_time": "0001-01-01T00:00:00+14:00"}, "malformed"),
        (lambda data: data | {"body": ENDLESS}, "unstorable"),
        (lambda data: data | {"booth": "booth-2"}, "foreign"),
        (lambda data: data | {"padding": "x" * MAX_PAYLOAD_BYTES}, "oversized"),
    ],
)
async def test_what_can_never_be_stored_is_counted_kept_aside_and_answered(
    tmp_path: Path, spoil: Any, refusal: str
) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        bad = json.dumps(spoil(json.loads(chain.opened()))).encode()
        uplink.send(bad)
        uplink.send(chain.opened())
        acks = await uplink.acked(committed=1, rejected=1)
        assert [each.seq for ack in acks for each in ack.rejected] == [1]
        assert await seqs(hub) == [2]
        assert hub.metrics.messages_rejected.labels(refusal)._value.get() == 1
        assert not await rows(hub, select(chain_gaps)), "a refused number is not missing"
        (aside,) = await rows(hub, select(rejected_messages))
        assert aside.size_bytes == len(bad)
        assert len(aside.payload) <= 8192


@pytest.mark.parametrize("garbage", [b"", b"\x00\xff", b"[" * 5000, b'{"chain_id":1,"seq":true}', b"null"])
async def test_garbage_stops_nothing(tmp_path: Path, garbage: bytes) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        uplink.send(garbage)
        uplink.send(garbage)
        uplink.send(Chain("booth-1").opened())
        await uplink.acked(1)
        await until("both counted", lambda: hub.metrics.messages_rejected.labels("malformed")._value.get() == 2)
        (count,) = (await rows(hub, select(func.count()).select_from(rejected_messages)))[0]
        assert count == 1, "the same bytes are kept once"


async def test_a_booth_cannot_write_into_anothers_chain_or_violation(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path, "booth-1") as one,
        an_uplink(hub, tmp_path, "booth-2") as two,
    ):
        chain, violation = Chain("booth-1"), a_violation()
        one.send(chain.opened(violation))
        await one.acked(1)
        intruder = Chain("booth-2", chain.chain_id, seq=1)
        two.send(intruder.opened())
        two.send(Chain("booth-2").closed(closed(violation)))
        await two.acked(rejected=2)
        assert hub.metrics.messages_rejected.labels("foreign")._value.get() == 2
        async with hub.database.reading() as connection:
            (view,) = await violations.views(connection, [violation.violation_id])
        assert (view.booth_id, view.ended_at) == ("booth-1", None)
        assert await seqs(hub) == [1]


async def test_checkpoints_are_verified_with_the_devices_key(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        uplink.send(chain.opened())
        uplink.send(chain.checkpoint(uplink.device.key))
        uplink.send(chain.checkpoint(ec.generate_private_key(ec.SECP256R1())))
        await uplink.acked(3)
        found = await rows(hub, select(checkpoints).order_by(checkpoints.c.seq))
        assert [(row.seq, row.signature_ok, row.head_ok) for row in found] == [(2, True, True), (3, False, True)]
        assert hub.metrics.checkpoints_refused._value.get() == 1


async def test_a_monitoring_gap_is_stored_when_it_begins_and_when_it_ends(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain, began = Chain("booth-1"), a_violation().started_at
        gap = MonitoringGap(gap_id=uuid4(), reason="camera_lost", detail="unplugged", started_at=began)
        uplink.send(chain.event(gap))
        uplink.send(chain.event(gap.model_copy(update={"ended_at": a_violation(60).started_at})))
        await uplink.acked(2)
        (stored,) = await rows(hub, select(monitoring_gaps))
        assert (stored.started_at, stored.ended_at) == (began, a_violation(60).started_at)


async def test_nothing_is_acknowledged_while_the_database_is_full(tmp_path: Path) -> None:
    """Of SQLite, which can be told to be full; see `test_postgres.py` for one that is away."""
    async with a_hub(tmp_path, database=None) as hub, an_uplink(hub, tmp_path) as uplink:
        async with hub.database.writing() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        chain = Chain("booth-1")
        payloads = [chain.opened() for _ in range(400)]
        for payload in payloads:
            uplink.send(payload)
        await until("the database to be full", lambda: hub.metrics.ingest_retries._value.get() > 0)
        acknowledged = sum(
            json.loads(payload)["committed"][0]["last"] - json.loads(payload)["committed"][0]["first"] + 1
            for topic, payload in _drain(uplink)
            if topic.endswith("/acks")
        )
        assert acknowledged == len(await seqs(hub)) < 400, "acknowledged is what is committed, nothing else"
        async with hub.database.reading() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1

        # Other writers wait their turn behind the retried batch, so this connection is a moment's away.
        async with hub.database.writing() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        await until_stored(hub, 400)
        await uplink.acked(400 - acknowledged)
        assert await seqs(hub) == list(range(1, 401))


async def until_stored(hub: Hub, count: int) -> None:
    await until(f"{count} events", lambda: hub.metrics.events_committed._value.get() == count)


def _drain(uplink: Uplink) -> list[tuple[str, bytes]]:
    found = []
    while not uplink.inbox.empty():
        found.append(uplink.inbox.get_nowait())
    return found


async def test_events_wait_in_the_booth_while_the_broker_is_away_and_arrive_once(tmp_path: Path) -> None:
    """What a booth sends again after a broken connection is not stored twice."""
    async with a_hub(tmp_path) as hub:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        chain = Chain("booth-1")
        payloads = [chain.opened() for _ in range(50)]
        for _ in range(3):
            with Uplink(device, hub.mqtt.port) as uplink:
                await uplink.ready()
                for payload in payloads:
                    uplink.send(payload)
                await uplink.acked(50)
        assert await seqs(hub) == list(range(1, 51))
