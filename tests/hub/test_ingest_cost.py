"""What storing a batch costs is a few statements, however many events, booths and exam sessions it is of."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from hub.db import Database
from hub.intake import batch
from hub.intake.incoming import Incoming, read
from hub.intake.message import Delivery, Message
from hub.store import booths
from hub.webhooks import announce_events
from tests.support.hub import Chain, a_database, a_violation, closed
from tests.support.postgres import ON_POSTGRESQL

pytestmark = pytest.mark.anyio


async def test_a_larger_batch_takes_no_more_statements_than_a_small_one(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        names = [f"booth-{number}" for number in range(12)]
        async with database.writing() as connection:
            for name in names:
                await booths.add(connection, name, name.title(), "standard", datetime.now(UTC))
        chains = [Chain(name) for name in names]
        await _statements(database, _events(chains, 1))  # the first of each chain
        small = await _statements(database, _events(chains[:2], 1))
        large = await _statements(database, _events(chains, 15))
        assert len(large) == len(small)
        if ON_POSTGRESQL:
            assert large == small, "a new text is parsed and planned again"


def _events(chains: list[Chain], violations: int) -> list[Incoming]:
    found = []
    for number in range(violations):
        for chain in chains:
            violation = a_violation(float(number))
            for payload in (chain.opened(violation), chain.closed(closed(violation))):
                now = datetime.now(UTC)
                message = Message("", payload, False, now, Delivery(1, 1, 1), len(payload))
                arrived = read(chain.booth, message)
                assert isinstance(arrived, Incoming)
                found.append(arrived)
    return found


async def _statements(database: Database, arrived: list[Incoming]) -> list[str]:
    """What the database was told to store these."""
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    async with database.writing(beside=True) as connection:
        engine = connection.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            outcome = await batch.store(connection, arrived)
            await announce_events(connection, [each.event for each in outcome.stored])
        finally:
            event.remove(engine, "before_cursor_execute", note)
    assert len(outcome.stored) == len(arrived)
    return told
