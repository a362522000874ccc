"""Lists of violations against plain Python over all rows, page by page; an index leads each. On both databases."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from contract.violation import SEVERITIES
from hub.db import Database
from hub.store import violation_lists
from hub.store.violation_lists import MAX_WALKS, QueueCursor, Sought, Wanted
from hub.tables import reviews
from tests.support.many_violations import BEGAN, booth_ids, exam_session_id, fill, room_of
from tests.support.postgres import server
from tests.support.statements import statements, whole_reads

pytestmark = pytest.mark.anyio
COUNT, BOOTHS, PAGE = 20_000, 40, 37
FEW, MANY = ("booth-3", "booth-7", "booth-8"), tuple(booth_ids(MAX_WALKS + 5))
LARGE = ("violations", "reviews")
WINDOW: dict[str, Any] = {"since": BEGAN + timedelta(hours=4), "until": BEGAN + timedelta(hours=5)}

SEVERAL = Sought(booths=("booth-3",), kinds=("camera_frozen",), exam_sessions=(exam_session_id(9), exam_session_id(3)))
TOO_MANY = Sought(exam_sessions=tuple(exam_session_id(number) for number in range(MAX_WALKS + 5)))

LISTS = {
    "all": Wanted(),
    "a window": Wanted(**WINDOW),
    "one booth": Wanted(booths=("booth-3",)),
    "few booths": Wanted(booths=FEW),
    "few booths, a rare kind": Wanted(booths=FEW, kinds=("camera_frozen",)),
    "many booths": Wanted(booths=MANY),
    "many booths, contested": Wanted(booths=MANY, review=("contested",)),
    "no booth": Wanted(booths=()),
    "a kind": Wanted(kinds=("no_face",)),
    "two kinds, many booths": Wanted(booths=MANY, kinds=("no_face", "camera_frozen")),
    "two kinds, to be decided": Wanted(kinds=("camera_frozen", "camera_dark"), review=("unreviewed", "contested")),
    "high": Wanted(severity="high"),
    "dismissed": Wanted(review=("dismissed",)),
    "contested and high": Wanted(review=("contested",), severity="high"),
    "decided, of a kind, in a window": Wanted(review=("confirmed", "dismissed"), kinds=("speech",), **WINDOW),
    "open": Wanted(is_open=True),
    "open, few booths": Wanted(is_open=True, booths=FEW),
    "ended": Wanted(is_open=False),
    "an exam session": Wanted(exam_session=exam_session_id(9)),
    "an exam session, high, few booths": Wanted(exam_session=exam_session_id(7), severity="medium", booths=FEW),
    "a word": Wanted(sought=(SEVERAL,)),
    "two words": Wanted(sought=(TOO_MANY, SEVERAL), severity="high"),
    "a word that means many": Wanted(sought=(TOO_MANY,), review=("dismissed",)),
    "a word that means nothing": Wanted(sought=(SEVERAL, Sought())),
    "an exam session, elsewhere": Wanted(exam_session=exam_session_id(9), booths=("booth-1",)),
}
QUEUES = {
    name: LISTS[name]
    for name in (
        "all",
        "a window",
        "one booth",
        "few booths",
        "few booths, a rare kind",
        "many booths",
        "many booths, contested",
        "no booth",
        "two kinds, many booths",
        "high",
        "contested and high",
        "dismissed",
        "open",
        "a word",
        "a word that means nothing",
        "an exam session",
        "an exam session, high, few booths",
    )
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Database, list[dict[str, Any]]]]:
    folder: Path = tmp_path_factory.mktemp("lists")
    database = Database(folder / "hub.sqlite" if request.param == "sqlite" else server().database("lists"))
    try:
        await database.migrate()
        async with database.writing() as connection:
            rows = await fill(connection, COUNT, BOOTHS)
        yield database, rows
    finally:
        await database.close()


def means(word: Sought, row: dict[str, Any]) -> bool:
    named = row["booth_id"] in word.booths or row["kind"] in word.kinds
    return named or row["exam_session_id"] in word.exam_sessions


def fits(wanted: Wanted) -> Callable[[dict[str, Any]], bool]:
    """What the database is asked, said again."""

    def check(row: dict[str, Any]) -> bool:
        return (
            (wanted.booths is None or row["booth_id"] in wanted.booths)
            and (wanted.exam_session is None or row["exam_session_id"] == wanted.exam_session)
            and (not wanted.review or row["review"] in wanted.review)
            and (not wanted.kinds or row["kind"] in wanted.kinds)
            and (wanted.severity is None or row["severity"] == wanted.severity)
            and (wanted.is_open is None or (row["ended_at"] is None) == wanted.is_open)
            and (wanted.since is None or row["opened_at"] >= wanted.since)
            and (wanted.until is None or row["opened_at"] < wanted.until)
            and all(means(word, row) for word in wanted.sought)
        )

    return check


def waits(row: dict[str, Any], wanted: Wanted) -> bool:
    pending = row["review"] in ("unreviewed", "contested")
    return pending or (row["grown_at"] is not None and not wanted.review)


@pytest.mark.parametrize("name", LISTS)
async def test_pages_hold_what_fits_newest_first(filled: tuple[Database, list[dict[str, Any]]], name: str) -> None:
    database, rows = filled
    wanted = LISTS[name]
    due = sorted(filter(fits(wanted), rows), key=lambda row: (row["opened_at"], row["violation_id"]), reverse=True)
    assert (len(due) > 0) == (name not in ("no booth", "a word that means nothing", "an exam session, elsewhere"))
    at = {row["violation_id"]: row["opened_at"] for row in rows}
    found: list[UUID] = []
    cursor = None
    async with database.reading() as connection:
        for _ in range(5):
            page = await violation_lists.newest(connection, wanted, cursor, PAGE)
            found += page
            if len(page) < PAGE:
                break
            cursor = violation_lists.parse_cursor(violation_lists.format_cursor(at[page[-1]], page[-1]))
    assert found == [row["violation_id"] for row in due[: 5 * PAGE]]


@pytest.mark.parametrize("name", ["all", "few booths", "a word"])
async def test_pages_can_begin_with_the_oldest(filled: tuple[Database, list[dict[str, Any]]], name: str) -> None:
    database, rows = filled
    due = sorted(filter(fits(LISTS[name]), rows), key=lambda row: (row["opened_at"], row["violation_id"]))
    async with database.reading() as connection:
        first = await violation_lists.newest(connection, LISTS[name], None, PAGE, oldest_first=True)
        cursor = due[PAGE - 1]["opened_at"], first[-1]
        with statements(connection) as seen:
            then = await violation_lists.newest(connection, LISTS[name], cursor, PAGE, oldest_first=True)
        assert await whole_reads(connection, seen, LARGE, paged=name == "all") == []
    assert [*first, *then] == [row["violation_id"] for row in due[: 2 * PAGE]]


@pytest.mark.parametrize("name", QUEUES)
async def test_queues_hold_what_waits_severe_first(filled: tuple[Database, list[dict[str, Any]]], name: str) -> None:
    database, rows = filled
    wanted = QUEUES[name]
    check = fits(wanted)
    keys = [
        (-row["severity_rank"], row["opened_at"], row["violation_id"])
        for row in rows
        if waits(row, wanted) and check(row)
    ]
    due = [violation_id for _, _, violation_id in sorted(keys)]
    found: list[UUID] = []
    cursor: QueueCursor | None = None
    async with database.reading() as connection:
        while len(found) < 30 * PAGE:
            page = await violation_lists.queue(connection, wanted, "rae", cursor, PAGE)
            found += [each.violation_id for each in page]
            if len(page) < PAGE:
                break
            cursor = violation_lists.parse_queue_cursor(violation_lists.format_queue_cursor(page[-1]))
    assert found == due[: 30 * PAGE]


async def test_what_one_has_decided_waits_for_others_only(filled: tuple[Database, list[dict[str, Any]]]) -> None:
    database, rows = filled
    first = next(row for row in rows if row["review"] == "contested")
    wanted = Wanted(exam_session=first["exam_session_id"], review=("contested",))
    times = (BEGAN, BEGAN + timedelta(seconds=1))

    async def waiting(whose: str) -> bool:
        async with database.reading() as connection:
            page = await violation_lists.queue(connection, wanted, whose, None, 200)
        return first["violation_id"] in {each.violation_id for each in page}

    assert await waiting("rob")
    for when, decision in zip(times, ("dismissed", "unreviewed"), strict=True):
        async with database.writing() as connection:
            await connection.execute(
                insert(reviews).values(
                    review_id=uuid4(),
                    violation_id=first["violation_id"],
                    decision=decision,
                    note="",
                    username="rob",
                    display_name="Rob",
                    decided_at=when,
                )
            )
        assert await waiting("rob") == (decision == "unreviewed")
        assert await waiting("rae")


async def test_places_narrow_a_scope(filled: tuple[Database, list[dict[str, Any]]]) -> None:
    database, _ = filled
    mine = ("booth-1", "booth-15")
    async with database.reading() as connection:
        at = violation_lists.booths_at
        assert await at(connection, None, None, None, None) is None
        assert await at(connection, mine, None, None, None) == mine
        assert await at(connection, mine, "booth-15", None, None) == ("booth-15",)
        assert await at(connection, mine, "booth-2", None, None) == ()
        assert await at(connection, None, None, room_of(15), None) == tuple(f"booth-{n}" for n in range(10, 20))
        assert await at(connection, mine, None, room_of(15), "site-0") == ("booth-15",)
        assert await at(connection, None, None, None, "site-9") == ()


async def test_an_index_leads_every_list(filled: tuple[Database, list[dict[str, Any]]]) -> None:
    """On SQLite no step reads a table from end to end; on PostgreSQL none is a sequential scan of what is large."""
    database, rows = filled
    middle = rows[COUNT // 2]
    before = middle["opened_at"], middle["violation_id"]
    after = QueueCursor(SEVERITIES.index("medium"), *before)
    async with database.reading() as connection:
        for wanted in LISTS.values():
            with statements(connection) as seen:
                await violation_lists.newest(connection, wanted, None, PAGE)
                await violation_lists.newest(connection, wanted, before, PAGE)
            paged = violation_lists._leads(wanted)[0] == [[]]
            assert await whole_reads(connection, seen, LARGE, paged=paged) == []
        for wanted in QUEUES.values():
            with statements(connection) as seen:
                await violation_lists.queue(connection, wanted, "rae", None, PAGE)
                await violation_lists.queue(connection, wanted, "rae", after, PAGE)
            assert await whole_reads(connection, seen, LARGE) == []
        with statements(connection) as seen:
            for scope in (None, FEW, MANY):
                await violation_lists.waiting(connection, scope)
        assert len(seen) == 3
        assert await whole_reads(connection, seen, LARGE) == []
        unindexed = "SELECT count(*) FROM violations WHERE document LIKE 'x%'"
        assert len(await whole_reads(connection, [(unindexed, ())], ("violations",))) == 1, "it can find one"
