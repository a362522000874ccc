"""A device whose key may be in other hands: refused with a reason, counted, and nothing of it is stored."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from hub.audit import Actor
from hub.devices import cutting
from hub.devices.revocation import refusal, revoke
from hub.errors import HubError
from hub.parts import Hub
from hub.store.devices import Service
from hub.tables import audit_log, chain_gaps, chains, devices, events, evidence_files, rejected_messages
from tests.hub.test_bundle import a_centre, said, sat
from tests.hub.test_evidence import files
from tests.hub.test_uploads import CHUNK, CLIP
from tests.support.bundles import CLIP as FILMED
from tests.support.bundles import SEGMENT, SNAPSHOT
from tests.support.hub import Chain, Device, Uplink, a_hub, a_violation, an_uplink, browser
from tests.support.uploads import ask_headers, patch, url

pytestmark = pytest.mark.anyio
CLERK = Actor("ada", "Ada")


@pytest.fixture(autouse=True)
def never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing of a revoked device counts even while its connection stands; `test_cutting.py` ends it."""
    monkeypatch.setattr(cutting, "LOOK_S", 10_000.0)


async def count(hub: Hub, table: Any) -> int:
    async with hub.database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def test_a_revoked_devices_uploads_are_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        assert (await patch(client, device, CLIP, 0, CLIP[:CHUNK])).status_code == 204
        begun = files(hub)
        await revoke(hub.database, "booth-1", "stolen on Monday", CLERK)
        before = hub.metrics.evidence_refused.labels("401")._value.get()
        small = CLIP[:100]
        answers = [
            await client.put(url(small), content=small, headers=device.upload_headers(small)),
            await patch(client, device, CLIP, CHUNK, CLIP[CHUNK : 2 * CHUNK]),
            await client.head(url(CLIP), headers=ask_headers(device, CLIP)),
        ]
        assert [answer.status_code for answer in answers] == [401, 401, 401]
        assert "stolen on Monday" in answers[0].json()["detail"]
        assert "booth claim booth-1" in answers[0].json()["detail"]
        assert hub.metrics.evidence_refused.labels("401")._value.get() == before + 3
        assert files(hub) == begun
        assert await count(hub, evidence_files) == 0
        new = await Device.enrol(hub, "booth-1", tmp_path / "new", known=True)
        assert (await client.put(url(small), content=small, headers=new.upload_headers(small))).status_code == 201
        assert (await patch(client, device, CLIP, CHUNK, CLIP[CHUNK : 2 * CHUNK])).status_code == 401


async def test_a_revoked_devices_events_are_kept_aside_and_change_nothing(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        booth, other = Chain("booth-1"), Chain("booth-1")
        first = booth.opened()
        uplink.send(first)
        await uplink.acked(1)
        await revoke(hub.database, "booth-1", "stolen on Monday", CLERK)
        for _ in range(5):
            booth.opened()  # numbers that never come: they must not become a gap
        refused = (booth.opened(), other.opened(), other.checkpoint(uplink.device.key))
        for payload in refused:
            uplink.send(payload)
        acks = await uplink.acked(rejected=3)
        reasons = {one.reason for ack in acks for one in ack.rejected}
        assert len(reasons) == 1
        assert "revoked" in reasons.copy().pop()
        assert "stolen on Monday" in reasons.pop()
        uplink.send(first)  # what counts, counts: the device may forget it
        await uplink.acked(1)
        assert (await count(hub, events), await count(hub, chains), await count(hub, chain_gaps)) == (1, 1, 0)
        async with hub.database.reading() as connection:
            aside = (await connection.execute(select(rejected_messages.c.payload))).scalars().all()
        assert set(aside) == set(refused)
        assert hub.metrics.messages_rejected.labels("revoked")._value.get() == 3


async def test_after_a_new_enrolment_the_old_chain_stays_closed(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        old, new = Chain("booth-1"), Chain("booth-1")
        uplink.send(old.opened())
        await uplink.acked(1)
        await revoke(hub.database, "booth-1", "stolen", CLERK)
        device = await Device.enrol(hub, "booth-1", tmp_path / "new", known=True)
        with Uplink(device, hub.mqtt.port) as its:
            await its.ready()
            its.send(new.opened())
            await its.acked(1)
            its.send(old.opened())
            (ack,) = await its.acked(rejected=1)
            assert "revoked" in ack.rejected[0].reason
            its.send(new.closed(a_violation()))
            await its.acked(1)


async def test_it_is_the_first_time_that_stands_and_the_audit_log_tells_of_it(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await Device.enrol(hub, "booth-1", tmp_path / "device")
        async with hub.database.reading() as connection:
            serial = (await connection.execute(select(devices.c.serial))).scalar_one()
        assert (await revoke(hub.database, serial, "lost", CLERK)).booth_id == "booth-1"
        for name in (serial, "booth-1"):
            with pytest.raises(HubError, match="lost"):
                await revoke(hub.database, name, "again", CLERK)
        for name in ("booth-9", "0" * 40):
            with pytest.raises(HubError, match=name):
                await revoke(hub.database, name, "x", CLERK)
        async with hub.database.reading() as connection:
            (entry,) = (await connection.execute(select(audit_log).where(audit_log.c.action == "device.revoked"))).all()
        assert (entry.username, entry.object_id) == ("ada", serial)
        assert "lost" in entry.detail


async def test_one_that_was_replaced_long_ago_can_be_revoked_without_harm_to_its_successor(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        async with hub.database.reading() as connection:
            old = (await connection.execute(select(devices.c.serial))).scalar_one()
        device = await Device.enrol(hub, "booth-1", tmp_path / "new", known=True)
        await revoke(hub.database, old, "found at a flea market", CLERK)
        with Uplink(device, hub.mqtt.port) as its:
            await its.ready()
            its.send(Chain("booth-1").opened())
            await its.acked(1)
        del uplink


async def test_a_bundle_states_it_and_what_came_before_still_counts(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        await centre.upload(SNAPSHOT, FILMED, SEGMENT)
        await revoke(centre.hub.database, "booth-1", "stolen on Monday", CLERK)
        report = await centre.checked()
        assert report.verdict == "whole", report.findings
        assert "revoked at" in said(report, "note")
        assert "stolen on Monday" in said(report, "note")
        # Somebody who has the key and the hub's database puts the theft later, or the signature: the hub's clock tells.
        async with centre.hub.database.writing() as connection:
            earliest = (await connection.execute(select(func.min(events.c.received_at)))).scalar_one()
            await connection.execute(update(devices).values(revoked_at=earliest))
        report = await centre.checked()
        assert report.verdict == "broken"
        assert "signed by a device that was revoked at" in said(report, "wrong")


NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
HOURS = st.integers(0, 40)


def services(hours: Iterable[tuple[int, bool]]) -> list[Service]:
    """One device after the other, each in the place of the one before; `True` for those that were revoked half an hour
    before that."""
    begins = [NINE + timedelta(hours=hour) for hour, _ in hours]
    ends = [*begins[1:], None]
    return [
        Service(begin, end, (end or begin + timedelta(hours=1)) - timedelta(minutes=30) if gone else None, "lost")
        for begin, end, (_, gone) in zip(begins, ends, hours, strict=True)
    ]


@given(
    st.lists(st.tuples(HOURS, st.booleans()), unique_by=lambda each: each[0], min_size=1, max_size=5).map(sorted),
    HOURS,
    HOURS,
)
def test_an_event_counts_unless_its_chains_device_was_revoked_before_it_came(
    hours: list[tuple[int, bool]], began: int, waited: int
) -> None:
    found = services(hours)
    began_at = NINE + timedelta(hours=began, minutes=10)
    received_at = began_at + timedelta(hours=waited, minutes=5)
    reason = refusal(found, began_at, received_at)
    last = found[-1]
    if last.revoked_at is not None:
        assert (reason is None) == (received_at <= last.revoked_at), (
            "nobody is in force: whoever speaks is the revoked one"
        )
        return
    its = [service for service in found if service.enrolled_at <= began_at]
    gone_at = its[-1].revoked_at if its else None
    assert (reason is None) == (gone_at is None or received_at <= gone_at)
    assert refusal(found, None, received_at) is None, "a chain that begins now is that of the device in force"


def test_without_revoked_devices_everything_counts() -> None:
    assert refusal([], None, NINE) is None
    assert refusal(services([(0, False), (3, False)]), NINE, NINE) is None
