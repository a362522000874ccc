"""No statement behind the pages of exams, or on the way of a candidate's step, reads a whole table of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from contract.sitting import ExamSessionStep
from hub.db import Database
from hub.exams.machine import ALIVE, WATCHED
from hub.intake import batch
from hub.intake.incoming import read
from hub.intake.message import Delivery, Message
from hub.store import booths, candidates, erasure, exam_sessions, exams, following, gaps, retention, sittings
from hub.store.cursor import parse_cursor, parse_time_cursor
from hub.tables import exams as exam_table
from hub.tables import rooms, sites
from tests.support.exams import TimedChain
from tests.support.statements import statements, whole_reads

pytestmark = pytest.mark.anyio
LARGE = (
    "events",
    "violations",
    "monitoring_gaps",
    "exam_sessions",
    "exam_session_steps",
    "exam_session_photos",
    "candidates",
    "candidate_words",
)
MANY = 600
NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Database]:
    """Whose plans these are."""
    database = Database(folder / "hub.sqlite")
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()


async def fill(database: Database) -> tuple[UUID, list[UUID]]:
    """A week of exam sessions in three booths of two rooms."""
    exam_id = uuid4()
    exam = {"exam_id": exam_id, "name": "Algebra", "profile": "strict", "duration_s": 3600, "notice": ""}
    exam |= {"notice_version": 1, "created_at": NINE}
    exam |= dict.fromkeys(("photo_wanted", "document_wanted", "calibration_wanted"), False)
    exam |= dict.fromkeys(("recording", "recorded_sound", "second_review"), False)
    people = [
        {
            "candidate_id": uuid4(),
            "number": f"N-{number}",
            "name": f"Candidate {number}",
            "email": None,
            "extra_time_percent": 0,
            "rules_off": (),
            "accommodation_note": "",
            "created_at": NINE,
        }
        for number in range(MANY)
    ]
    sat = [
        {
            "exam_session_id": uuid4(),
            "exam_id": exam_id,
            "candidate_id": person["candidate_id"],
            "booth_id": f"booth-{number % 3}",
            "state": "completed" if number < MANY - 9 else "in_progress" if number < MANY - 3 else "scheduled",
            "scheduled_start": NINE + timedelta(minutes=20 * number),
            "scheduled_end": NINE + timedelta(minutes=20 * number + 60),
            "practice": False,
            "check_in_code": "ABCDEFGH",
            "extra_time_s": 0,
            "stopped_s": 0,
            "legal_hold": False,
            "created_at": NINE,
        }
        for number, person in enumerate(people)
    ]
    async with database.writing() as connection:
        await connection.execute(insert(exam_table).values(exam))
        await connection.execute(insert(sites).values(site_id="north", name="North", created_at=NINE))
        for number in range(3):
            await booths.add(connection, f"booth-{number}", "Booth", "standard", NINE)
            values = {"room_id": f"room-{number}", "site_id": "north", "name": "Room", "created_at": NINE}
            await connection.execute(insert(rooms).values(values))
        await candidates.add(connection, people)
        await exam_sessions.add(connection, sat)
        await sittings.add_first_steps(connection, sat, "ada", "Ada")
    return exam_id, [row["exam_session_id"] for row in sat]  # type: ignore[misc]


async def test_nothing_of_exams_is_read_from_end_to_end(tmp_path: Path) -> None:
    async with sqlite(tmp_path) as database:
        exam_id, keys = await fill(database)
        Wanted = exam_sessions.Wanted  # noqa: N806
        async with database.reading() as connection:
            with statements(connection) as seen:
                for wanted in (
                    Wanted(),
                    Wanted(state=ALIVE),
                    Wanted(booth_id="booth-1"),
                    Wanted(exam_id=exam_id),
                    Wanted(since=NINE, until=NINE + timedelta(days=1)),
                    Wanted(q="candidate 5"),
                    Wanted(booths=["booth-1", "booth-2"], state=["completed"]),
                    Wanted(room_id="room-1"),
                    Wanted(site_id="north", practice=False),
                ):
                    page = await exam_sessions.page(connection, wanted, None, 3)
                    if page.next is not None:
                        before = parse_time_cursor(page.next)
                        assert (await exam_sessions.page(connection, wanted, before, 3)).items
                named = (await exam_sessions.page(connection, Wanted(q="n 599"), None, 3)).items
                assert [each.candidate_number for each in named] == ["N-599"]
                await exam_sessions.page(connection, Wanted(candidate_id=named[0].candidate_id), None, 3)
                await exam_sessions.views(connection, keys[:3])
                await exam_sessions.find(connection, keys[0])
                await exam_sessions.in_state(connection, WATCHED)
                await exam_sessions.followable(connection, NINE, timedelta(hours=1), timedelta(minutes=5))
                await exam_sessions.followable(connection, NINE, timedelta(hours=1), timedelta(minutes=5), "booth-1")
                slot = NINE, NINE + timedelta(hours=1), ["booth-1"], [named[0].candidate_id]
                assert await exam_sessions.overlapping(connection, *slot) == []
                await exam_sessions.shown(connection, ["booth-1"])
                await exams.page(connection, False, "alg", None, 5)
                people = await candidates.page(connection, "cand n 59", None, 5)
                assert people.next is not None
                await candidates.page(connection, "cand", parse_cursor(people.next), 5)
                await candidates.page(connection, "", parse_cursor(people.next), 5)
                await candidates.numbered(connection, ["N-1", "N-2"])
                await sittings.steps(connection, keys[0])
                await sittings.photos(connection, keys[0])
                await sittings.last_change(connection, keys[0])
                await following.rows(connection)
                await following.rows(connection, ["booth-1"])
                await gaps.open_with_reason(connection, "booth_silent")
                await retention.held_times(connection)
                await erasure.first_of_held(connection)
            assert len(seen) > 40
            assert await whole_reads(connection, seen, LARGE, paged=True) == []


async def test_a_step_on_its_way_reads_little(tmp_path: Path) -> None:
    async with sqlite(tmp_path) as database:
        _, keys = await fill(database)
        chain, key = TimedChain("booth-2"), keys[-1]
        payloads = [
            chain.said(ExamSessionStep(exam_session=key, step=step))
            for step in ("code_accepted", "photo_taken", "ready", "started", "break_asked")
        ]
        arrived = [
            read("booth-2", Message("topic", payload, False, NINE, Delivery(1, 1, 1), len(payload)))
            for payload in payloads
        ]
        async with database.writing() as connection:
            with statements(connection) as seen:
                outcome = await batch.store(connection, arrived)
                await exam_sessions.of_booth(connection, keys[:2], "booth-1")
                await sittings.take_photos(connection, keys[0])
                await exam_sessions.change(connection, keys[0], ["completed"], {"state": "completed"})
                await following.revise(connection, [key])
                await following.show(connection, "booth-2", key)
            assert len(outcome.stored) == 5
            assert outcome.steps_unused["late"] == 2, "nobody admitted"
            assert await whole_reads(connection, seen, LARGE, paged=True) == []
