"""Any order, any repeats: the arithmetic of gaps, and the batches that use it, end with exactly the set."""

from pathlib import Path

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.db import Database
from hub.intake import batch
from hub.intake.incoming import Incoming, read
from hub.intake.message import Delivery, Message
from hub.intake.progress import MAX_GAPS, ChainProgress, ranges
from hub.store import booths
from hub.tables import chain_gaps, chains, events, violations
from tests.support.hub import Chain, a_database, a_violation, closed

NUMBERS = st.lists(st.integers(1, 60), max_size=80)


@given(NUMBERS)
def test_missing_is_what_is_below_the_highest_and_has_not_come(numbers: list[int]) -> None:
    progress = ChainProgress()
    for number in numbers:
        assert progress.take(number)
    top = max(numbers, default=0)
    missing = {number for first, last in progress.gaps for number in range(first, last + 1)}
    assert missing == set(range(1, top + 1)) - set(numbers)
    assert progress.max_seq == top
    assert progress.gaps == tuple(ranges(missing)), "as few ranges as possible, lowest first"


@given(NUMBERS, NUMBERS)
def test_written_changes_lead_from_one_state_to_the_next(before: list[int], after: list[int]) -> None:
    earlier = ChainProgress()
    for number in before:
        earlier.take(number)
    later = ChainProgress(earlier.max_seq, earlier.gaps)
    for number in after:
        later.take(number)
    assert (set(earlier.gaps) - later.closed()) | later.opened() == set(later.gaps)


def test_a_chain_with_too_many_holes_takes_no_number_that_opens_another() -> None:
    progress = ChainProgress()
    taken = [number for number in range(2, 4 * MAX_GAPS, 2) if progress.take(number)]
    assert len(progress.gaps) == MAX_GAPS
    assert taken[-1] == 2 * MAX_GAPS
    assert progress.take(1), "what is missing is always welcome"
    assert progress.take(2 * MAX_GAPS + 2)


ORDER = st.lists(st.integers(0, 11), min_size=0, max_size=30)


@settings(max_examples=40, deadline=None)
@given(order=ORDER, cuts=st.lists(st.integers(1, 12), max_size=10))
def test_any_interleaving_with_repeats_stores_exactly_the_set(
    order: list[int], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two booths' chains, delivered in any order, repeated, cut into batches anywhere, and at last all of them."""
    anyio.run(_deliver, order, cuts, tmp_path_factory.mktemp("order"))


async def _deliver(order: list[int], cuts: list[int], folder: Path) -> None:
    chains_of = [Chain("booth-1"), Chain("booth-2")]
    payloads: list[tuple[str, bytes]] = []
    for chain in chains_of:
        for number in range(3):
            violation = a_violation(number)
            payloads += [(chain.booth, chain.opened(violation)), (chain.booth, chain.closed(closed(violation)))]
    async with a_database(folder) as database:
        async with database.writing() as connection:
            for chain in chains_of:
                await booths.add(connection, chain.booth, chain.booth, "standard", a_violation().opened_at)
        waiting = [payloads[index] for index in order]
        for cut in [*cuts, len(waiting)]:
            await _store(database, waiting[:cut])
            waiting = waiting[cut:]
        await _store(database, payloads)
        async with database.reading() as connection:
            stored = (await connection.execute(select(events.c.payload, events.c.link_ok))).all()
            assert sorted(row.payload for row in stored) == sorted(payload for _, payload in payloads)
            assert {row.link_ok for row in stored} == {True}
            assert not (await connection.execute(select(chain_gaps))).all()
            assert [row.events for row in (await connection.execute(select(chains.c.events))).all()] == [6, 6]
            ends = (await connection.execute(select(violations.c.ended_at))).scalars().all()
            assert len(ends) == 6
            assert None not in ends


async def _store(database: Database, messages: list[tuple[str, bytes]]) -> None:
    if not messages:
        return
    arrived = [
        read(booth, Message("topic", payload, False, a_violation().opened_at, Delivery(1, 1, 1), len(payload)))
        for booth, payload in messages
    ]
    assert all(isinstance(each, Incoming) for each in arrived)
    async with database.writing() as connection:
        await batch.store(connection, arrived)
