"""The model-based checker itself: each fault that it is there for, planted in a hub that was right, is found."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, Executable, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.config import load_device_key
from agent.recovery import close_what_was_left_open
from agent.uplink.outbox import Outbox
from contract.chain import sha256_hex
from contract.messages import (
    Event,
    EventBody,
    EvidenceAdded,
    MonitoringGap,
    SegmentRecorded,
    ViolationClosed,
    ViolationOpened,
    ViolationUpdated,
)
from hub.db import Database
from hub.intake import batch
from hub.intake.incoming import read
from hub.intake.message import Delivery, Message
from hub.store import booths
from hub.tables import (
    chain_gaps,
    chains,
    checkpoints,
    device_certificates,
    devices,
    events,
    evidence_refs,
    monitoring_gaps,
    segments,
    violations,
)
from tests.support.broker import Authority
from tests.support.chains import NOON
from tests.support.held import Held
from tests.support.hub import a_database, a_violation, closed, snapshot_ref
from tests.support.journal import JournalledOutbox, read_journals
from tests.support.reckoning import Reckoning, Word, reckon

pytestmark = pytest.mark.anyio

BOOTHS = ("booth-1", "booth-2")


class World:
    """Two booths with journals, one of which was killed once, and a hub that has all of what they said."""

    def __init__(self, folder: Path) -> None:
        self.journals = folder / "journals"
        self.journals.mkdir()
        JournalledOutbox.folder = self.journals
        self.authority = Authority(folder / "authority")
        self.folder = folder
        self.certificates: dict[str, str] = {}
        self.payloads = {booth: self._live(booth) for booth in BOOTHS}
        """What the outboxes hold at the end, as it would be sent."""

    def _live(self, booth: str) -> list[bytes]:
        tls = self.authority.issue(booth)
        path, key = self.folder / f"{booth}.db", load_device_key(tls.key)
        self.certificates[booth] = tls.certificate.read_text()
        outbox = JournalledOutbox(path, booth)
        for body in bodies():
            outbox.append(body)
        outbox.append_checkpoint(key)
        if booth == BOOTHS[0]:
            outbox.append(ViolationOpened(violation=a_violation(500)))
            outbox.close()  # without a word, as `kill -9` does
            outbox = JournalledOutbox(path, booth)
            close_what_was_left_open(outbox, datetime.now(UTC))
            for body in bodies():
                outbox.append(body)
        outbox.mark_stopped()
        sent = [pending.payload for pending in outbox.pending(1000)]
        outbox.close()
        return sent

    def chain_id(self, booth: str) -> UUID:
        return Event.parse(self.payloads[booth][0]).chain_id

    def unjournalled(self, booth: str, *said: EventBody) -> list[bytes]:
        """What comes into the outbox past the rules."""
        outbox = Outbox(self.folder / f"{booth}.db", booth)
        before = len(outbox.pending(1000))
        for body in said:
            outbox.append(body)
        sent = [pending.payload for pending in outbox.pending(1000)]
        outbox.close()
        return sent[before:]


def bodies() -> list[EventBody]:
    """Everything that the checker follows to its last state."""
    one, two, began = a_violation(0), a_violation(60), datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    risen = two.model_copy(update={"severity": "high", "evidence": (snapshot_ref(b"picture"),)})
    gap = MonitoringGap(gap_id=uuid4(), reason="camera_lost", started_at=began + timedelta(seconds=90))
    clip = snapshot_ref(two.violation_id.bytes).model_copy(update={"role": "clip", "media_type": "video/mp4"})
    piece = SegmentRecorded(
        evidence=snapshot_ref(one.violation_id.bytes).model_copy(update={"role": "segment"}),
        started_at=began,
        ended_at=began + timedelta(seconds=30),
    )
    return [
        ViolationOpened(violation=one),
        ViolationClosed(violation=closed(one)),
        piece,
        ViolationOpened(violation=two),
        gap,
        ViolationUpdated(violation=risen),
        EvidenceAdded(violation_id=two.violation_id, evidence=clip),
        gap.model_copy(update={"ended_at": began + timedelta(seconds=95)}),
        ViolationClosed(violation=closed(risen, 40)),
    ]


@asynccontextmanager
async def a_hub_of(world: World) -> AsyncIterator[Database]:
    async with a_database(world.folder / "hub") as database:
        async with database.writing() as connection:
            for booth in BOOTHS:
                await enrolled(connection, booth, world.certificates[booth])
                await tell(connection, booth, world.payloads[booth])
        yield database


async def enrolled(connection: AsyncConnection, booth: str, certificate_pem: str) -> None:
    now = datetime.now(UTC)
    await booths.add(connection, booth, booth, "standard", now)
    of_both = {
        "device_id": uuid4(),
        "serial": uuid4().hex,
        "fingerprint": sha256_hex(booth.encode()),
        "certificate_pem": certificate_pem,
        "not_after": now,
    }
    await connection.execute(insert(devices).values(of_both | {"booth_id": booth, "enrolled_at": now}))
    await connection.execute(insert(device_certificates).values(of_both | {"issued_at": now, "how": "enrolled"}))


async def tell(connection: AsyncConnection, booth: str, payloads: Sequence[bytes]) -> None:
    """As the hub takes it: its own code, a few at a time."""
    now = datetime.now(UTC)
    for start in range(0, len(payloads), 7):
        some = payloads[start : start + 7]
        arrived = [read(booth, Message("topic", each, False, now, Delivery(1, 1, 1), len(each))) for each in some]
        await batch.store(connection, arrived)


async def reckoned(world: World, database: Database) -> Reckoning:
    async with database.reading() as connection:
        return reckon(read_journals(world.journals), await Held.read(connection))


# --- what is planted ---

Plant = Callable[[AsyncConnection, World], Awaitable[object]]
FIRST, SECOND = BOOTHS
GAP = MonitoringGap(gap_id=uuid4(), reason="agent_down", started_at=NOON, ended_at=NOON)


def event(world: World, seq: int) -> ColumnElement[bool]:
    """Of the second booth."""
    return and_(events.c.chain_id == world.chain_id(SECOND), events.c.seq == seq)


def doing(*statements: Callable[[World], Executable]) -> Plant:
    async def plant(connection: AsyncConnection, world: World) -> None:
        for statement in statements:
            assert (await connection.execute(statement(world))).rowcount > 0, "nothing was planted"

    return plant


def telling(*said: EventBody) -> Plant:
    """What the hub hears and no rule said."""

    async def plant(connection: AsyncConnection, world: World) -> None:
        await tell(connection, SECOND, world.unjournalled(SECOND, *said))

    return plant


async def told_twice(connection: AsyncConnection, world: World) -> None:
    """An outbox that takes what it has for new: the hub cannot know, and shows what has ended as going on."""
    first = Event.parse(world.payloads[SECOND][0])
    await tell(connection, SECOND, world.unjournalled(SECOND, first.body))


async def reads_otherwise(connection: AsyncConnection, world: World) -> None:
    payload = (await connection.execute(select(events.c.payload).where(event(world, 4)))).scalar_one()
    changed = payload.replace(b"no_face", b"speech")
    assert changed != payload
    await connection.execute(update(events).where(event(world, 4)).values(payload=changed))


async def last_state_was_missed(connection: AsyncConnection, world: World) -> None:
    """As a hub would have it that takes an older event for the newer one."""
    opened = Event.parse((await connection.execute(select(events.c.payload).where(event(world, 4)))).scalar_one())
    assert isinstance(opened.body, ViolationOpened)
    violation = opened.body.violation
    older = {"document": violation.to_json().decode(), "severity": violation.severity, "ended_at": None}
    of_it = violations.c.violation_id == violation.violation_id
    assert (await connection.execute(update(violations).where(of_it).values(older))).rowcount == 1


async def kept_aside(connection: AsyncConnection, world: World) -> None:
    await tell(connection, SECOND, [b"{}"])


OF_THE_CHAIN: Callable[[World], ColumnElement[bool]] = lambda world: chains.c.chain_id == world.chain_id(SECOND)  # noqa: E731

PLANTS: dict[str, tuple[set[Word], Plant]] = {
    "an event is gone, and nobody says so": (
        {"lost", "gap hidden", "changed"},
        doing(lambda world: delete(events).where(event(world, 5))),
    ),
    "an event reads otherwise": ({"changed"}, reads_otherwise),
    "a link is said to be broken": (
        {"changed"},
        doing(lambda world: update(events).where(event(world, 5)).values(link_ok=False)),
    ),
    "a signature is said to be bad": (
        {"changed"},
        doing(lambda _: update(checkpoints).values(signature_ok=False)),
    ),
    "an event is counted twice": (
        {"changed"},
        doing(lambda world: update(chains).where(OF_THE_CHAIN(world)).values(events=chains.c.events + 1)),
    ),
    "a violation twice": ({"doubled", "state"}, told_twice),
    "a violation of nobody": ({"invented"}, telling(ViolationOpened(violation=a_violation(700)))),
    "a violation that is not shown": (
        {"lost"},
        doing(
            lambda world: delete(evidence_refs),
            lambda world: delete(violations).where(violations.c.booth_id == SECOND),
        ),
    ),
    "a violation in a state that has passed": ({"state"}, last_state_was_missed),
    "a file that a violation was told to have": (
        {"lost"},
        doing(lambda _: delete(evidence_refs).where(evidence_refs.c.booth_id == SECOND)),
    ),
    "a piece of the recording": (
        {"lost"},
        doing(lambda _: delete(segments).where(segments.c.booth_id == SECOND)),
    ),
    "the hole of a recording is filled": (
        {"lost", "invented"},
        doing(lambda _: update(segments).values(ended_at=a_violation(600).opened_at)),
    ),
    "a gap in monitoring": (
        {"gap hidden"},
        doing(lambda _: delete(monitoring_gaps).where(monitoring_gaps.c.booth_id == SECOND)),
    ),
    "a gap in monitoring that does not end": (
        {"state"},
        doing(lambda _: update(monitoring_gaps).where(monitoring_gaps.c.booth_id == SECOND).values(ended_at=None)),
    ),
    "that a booth was cut off": (
        {"gap hidden"},
        doing(lambda _: delete(monitoring_gaps).where(monitoring_gaps.c.reason == "agent_down")),
    ),
    "a gap in monitoring of nobody": (
        {"gap invented"},
        doing(
            lambda world: insert(monitoring_gaps).values(
                GAP.model_dump(exclude={"type"}) | {"booth_id": SECOND, "chain_id": world.chain_id(SECOND), "seq": 1}
            )
        ),
    ),
    "numbers that are there and told missing": (
        {"gap invented"},
        doing(lambda world: insert(chain_gaps).values(chain_id=world.chain_id(SECOND), first=2, last=3)),
    ),
    "an honest event was refused": ({"aside"}, kept_aside),
}


async def test_what_agrees_balances_and_each_planted_fault_is_found(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with a_hub_of(world) as database:
        right = await reckoned(world, database)
        right.must_balance()
        assert right.booths == 2
        assert right.kept == right.events > 30
        assert right.gaps == {"camera_lost": 3, "agent_down": 1}
        for name, (words, plant) in PLANTS.items():
            async with database.writing() as connection:
                planting = await connection.begin_nested()
                await plant(connection, world)
                found = reckon(read_journals(world.journals), await Held.read(connection))
                await planting.rollback()
            assert set(found.counted()) == words, f"{name}: {found.findings}"
            with pytest.raises(AssertionError, match=words.pop()):
                found.must_balance()
        (await reckoned(world, database)).must_balance()


async def test_what_did_not_come_is_lost_and_where_the_hub_says_so_it_is_not_hidden(tmp_path: Path) -> None:
    world = World(tmp_path)
    del world.payloads[SECOND][8]  # number 9: the last state of a violation
    del world.payloads[FIRST][-1]
    async with a_hub_of(world) as database:
        found = await reckoned(world, database)
        assert set(found.counted()) == {"lost"}
        assert {finding.booth for finding in found.findings} == set(BOOTHS)
        assert found.missing == 1


async def test_what_the_journal_knows_better_is_found(tmp_path: Path) -> None:
    """The hub is right; the journals say that more happened than it was told."""
    world = World(tmp_path)
    async with a_hub_of(world) as database, database.reading() as connection:
        held = await Held.read(connection)

    def with_changed(booth: str, **changes: Any) -> Reckoning:
        journals = read_journals(world.journals)
        return reckon(journals | {booth: replace(journals[booth], **changes)}, held)

    mine = read_journals(world.journals)
    said, starts = mine[FIRST].said, mine[FIRST].starts
    swapped = [replace(one, number=number) for number, one in enumerate([said[1], said[0], *said[2:]])]
    assert set(with_changed(FIRST, said=swapped).counted()) >= {"misordered"}
    unclean = [replace(mine[SECOND].starts[0], cut_off=True)]
    assert set(with_changed(SECOND, starts=unclean).counted()) == {"gap hidden"}
    clean = [starts[0], replace(starts[1], cut_off=False)]
    assert set(with_changed(FIRST, starts=clean).counted()) == {"gap invented"}
    assert set(with_changed(SECOND, refused=[said[0]]).counted()) == {"gap hidden"}
    never = datetime(2020, 1, 1, tzinfo=UTC)
    assert set(reckon(mine, held, killed=[(FIRST, never)]).counted()) == {"gap hidden"}
    reckon(mine, held).must_balance()
    assert set(reckon({}, held).counted()) >= {"invented", "gap invented"}
