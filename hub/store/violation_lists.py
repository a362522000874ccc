"""Which violations a page of a list holds: those of the newest, and those that wait for a decision.

Whatever a list is narrowed to, one index leads it and the rest is looked at on the way, so that a page costs about the
same however many violations there are. `_beside` keeps a planner from an index that would find more than it saves.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, literal_column, or_, select, tuple_, union, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import SEVERITIES, Severity, ViolationKind
from hub.store.cursor import parse_aware
from hub.tables import booths, reviews, rooms, violations
from hub.views import REVIEW_STATES, UNDECIDED, ReviewState

Cursor = tuple[datetime, UUID]
Condition = ColumnElement[bool]

MAX_WALKS: Final = 32
"""Indexes walked side by side for one page; for more booths than that, those of others are passed over instead."""
WAITING_COUNTED: Final = 100
_BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RANKS: Final = tuple(reversed(range(len(SEVERITIES))))


@dataclass(frozen=True, slots=True)
class Sought:
    """What one word of a search means: violations in these booths, of these kinds, or of these exam sessions."""

    booths: tuple[str, ...] = ()
    kinds: tuple[ViolationKind, ...] = ()
    exam_sessions: tuple[UUID, ...] = ()

    def __len__(self) -> int:
        return len(self.booths) + len(self.kinds) + len(self.exam_sessions)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None or nothing means any. `since` and `until` are of `opened_at`, `until` beyond."""

    booths: tuple[str, ...] | None = None
    exam_session: UUID | None = None
    review: tuple[ReviewState, ...] = ()
    kinds: tuple[ViolationKind, ...] = ()
    severity: Severity | None = None
    is_open: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    sought: tuple[Sought, ...] = ()
    """Each of the words."""


class QueueCursor(NamedTuple):
    severity_rank: int
    opened_at: datetime
    violation_id: UUID


def format_cursor(opened_at: datetime, violation_id: UUID) -> str:
    return _encode(f"{opened_at.isoformat()} {violation_id}")


def parse_cursor(text: str) -> Cursor:
    """Raises ValueError."""
    opened_at, _, violation_id = _decode(text).partition(" ")
    return parse_aware(opened_at), UUID(violation_id)


def format_queue_cursor(cursor: QueueCursor) -> str:
    return _encode(f"{cursor.severity_rank} {cursor.opened_at.isoformat()} {cursor.violation_id}")


def parse_queue_cursor(text: str) -> QueueCursor:
    """Raises ValueError."""
    rank, opened_at, violation_id = _decode(text).split(" ")
    if int(rank) not in _RANKS:
        raise ValueError("no such severity")
    return QueueCursor(int(rank), parse_aware(opened_at), UUID(violation_id))


async def booths_at(
    connection: AsyncConnection, scope: tuple[str, ...] | None, booth: str | None, room: str | None, site: str | None
) -> tuple[str, ...] | None:
    """The booths of a scope that are also at this place; None for all there are."""
    found = scope
    if booth is not None:
        found = (booth,) if scope is None or booth in scope else ()
    if room is None and site is None:
        return found
    statement = select(booths.c.booth_id).join(rooms, rooms.c.room_id == booths.c.room_id)
    if room is not None:
        statement = statement.where(booths.c.room_id == room)
    if site is not None:
        statement = statement.where(rooms.c.site_id == site)
    there = set((await connection.execute(statement)).scalars())
    return tuple(sorted(there if found is None else there & set(found)))


async def newest(
    connection: AsyncConnection, wanted: Wanted, cursor: Cursor | None, limit: int, *, oldest_first: bool = False
) -> list[UUID]:
    """The newest first, or the oldest; behind the cursor."""
    if _is_nothing(wanted):
        return []
    of = violations.c
    leads, rest = _leads(wanted)
    if cursor is not None:
        place = tuple_(of.opened_at, of.violation_id)
        rest.append(place > cursor if oldest_first else place < cursor)
    walks = [
        select(of.opened_at, of.violation_id)
        .where(*lead, *rest)
        .order_by(*_in_time(of, oldest_first=oldest_first))
        .limit(limit)
        for lead in leads
    ]
    found = _merged(walks, each_once=bool(wanted.sought))
    statement = select(found.c.violation_id).order_by(*_in_time(found.c, oldest_first=oldest_first))
    return list((await connection.execute(statement.limit(limit))).scalars())


async def queue(
    connection: AsyncConnection, wanted: Wanted, whose: str, after: QueueCursor | None, limit: int
) -> list[QueueCursor]:
    """What waits for a decision by this person: the most severe first, then the oldest.

    Left out is what this person has decided already and others must decide, too. In it is what grew after its review.
    """
    if _is_nothing(wanted):
        return []
    of = violations.c
    walks = []
    for rank in _RANKS if after is None else range(after.severity_rank, -1, -1):
        passed = (
            [] if after is None or rank < after.severity_rank else [tuple_(of.opened_at, of.violation_id) > after[1:]]
        )
        walks += [
            select(of.severity_rank, of.opened_at, of.violation_id)
            .where(*lead, *passed)
            .order_by(of.opened_at, of.violation_id)
            .limit(limit)
            for lead in _pending(wanted, whose, rank)
        ]
    if not wanted.review:
        walks.append(_grown(wanted, after))
    if not walks:
        return []
    found = _merged(walks)
    statement = select(found.c.severity_rank, found.c.opened_at, found.c.violation_id).order_by(
        found.c.severity_rank.desc(), found.c.opened_at, found.c.violation_id
    )
    return [QueueCursor(*row) for row in await connection.execute(statement.limit(limit))]


async def waiting(connection: AsyncConnection, scope: tuple[str, ...] | None) -> int:
    """How many wait for a decision by anybody, counted to `WAITING_COUNTED`."""
    of = violations.c
    walks = [
        select(of.violation_id)
        .where(of.review == state, *_at(scope))
        .order_by(of.severity_rank, of.opened_at, of.violation_id)  # as the index has them; nothing is sorted
        .limit(WAITING_COUNTED)
        for state in UNDECIDED
    ]
    counted = (await connection.execute(select(func.count()).select_from(_merged(walks)))).scalar_one()
    return min(int(counted), WAITING_COUNTED)


def _is_nothing(wanted: Wanted) -> bool:
    return wanted.booths == () or any(len(word) == 0 for word in wanted.sought)


def _in_time(columns: Any, *, oldest_first: bool) -> list[Any]:
    both = (columns.opened_at, columns.violation_id)
    return [column.asc() if oldest_first else column.desc() for column in both]


def _leads(wanted: Wanted) -> tuple[list[list[Condition]], list[Condition]]:
    """By what an index is walked, several ways side by side, and what is looked at on each."""
    of = violations.c
    rest = _between(wanted)
    beside: dict[str, list[Condition]] = {
        "exam_session": [] if wanted.exam_session is None else [of.exam_session_id == wanted.exam_session],
        "open": [] if wanted.is_open is None else [_open(is_open=wanted.is_open)],
        "booths": [] if wanted.booths is None else [_beside(of.booth_id).in_(wanted.booths)],
        "kinds": [_beside(of.kind).in_(wanted.kinds)] if wanted.kinds else [],
        "review": [_beside(of.review).in_(wanted.review)] if wanted.review else [],
        "severity": [] if wanted.severity is None else [_rank_beside() == SEVERITIES.index(wanted.severity)],
    }
    leads: list[list[Condition]] = [[]]
    led: tuple[str, ...] = ()
    decided = bool(wanted.review) and "unreviewed" not in wanted.review
    rarest = min(wanted.sought, key=len, default=None)
    rest += [_fits(word) for word in wanted.sought]
    if wanted.exam_session is not None:
        leads, led = [beside["exam_session"]], ("exam_session",)
    elif rarest is not None and len(rarest) <= MAX_WALKS:
        leads = [
            *([of.booth_id == booth_id] for booth_id in rarest.booths),
            *([of.kind == kind] for kind in rarest.kinds),
            *([of.exam_session_id == exam_session] for exam_session in rarest.exam_sessions),
        ]
    elif wanted.is_open:
        leads, led = [beside["open"]], ("open",)
    elif wanted.booths is not None and len(wanted.booths) <= MAX_WALKS:
        leads, led = [[of.booth_id == booth_id] for booth_id in wanted.booths], ("booths",)
    elif wanted.kinds and not decided:
        leads, led = [[of.kind == kind] for kind in dict.fromkeys(wanted.kinds)], ("kinds",)
    elif wanted.review or wanted.severity is not None:
        states = tuple(dict.fromkeys(wanted.review)) or REVIEW_STATES
        ranks = _RANKS if wanted.severity is None else (SEVERITIES.index(wanted.severity),)
        leads = [[of.review == state, of.severity_rank == rank] for state in states for rank in ranks]
        led = ("review", "severity")
    rest += [condition for name, conditions in beside.items() if name not in led for condition in conditions]
    return leads, rest


def _pending(wanted: Wanted, whose: str, rank: int) -> list[list[Condition]]:
    """The ways to what waits for a decision, of one severity."""
    states = [state for state in UNDECIDED if not wanted.review or state in wanted.review]
    if not states or (wanted.severity is not None and SEVERITIES.index(wanted.severity) != rank):
        return []
    of = violations.c
    not_mine = _undecided_by(whose)
    if wanted.exam_session is not None:
        return [[_beside(of.review).in_(states), _rank_beside() == rank, not_mine, *_filters(wanted)]]
    rest = _filters(replace(wanted, booths=None))
    return [[of.review == state, of.severity_rank == rank, *_at(wanted.booths), not_mine, *rest] for state in states]


def _grown(wanted: Wanted, after: QueueCursor | None) -> Select[Any]:
    """What was decided and is more severe since: few, and so in no order."""
    of = violations.c
    statement = select(of.severity_rank, of.opened_at, of.violation_id).where(
        of.grown_at > _BEFORE_ALL, _beside(of.review).not_in(UNDECIDED), *_filters(wanted)
    )
    if wanted.severity is not None:
        statement = statement.where(_rank_beside() == SEVERITIES.index(wanted.severity))
    if after is not None:
        behind = and_(_rank_beside() == after.severity_rank, tuple_(of.opened_at, of.violation_id) > after[1:])
        statement = statement.where(or_(_rank_beside() < after.severity_rank, behind))
    return statement


def _filters(wanted: Wanted) -> list[Condition]:
    """All but severity and review; of these only an exam session is for an index."""
    of = violations.c
    found = _between(wanted)
    if wanted.exam_session is not None:
        found.append(of.exam_session_id == wanted.exam_session)
    if wanted.booths is not None:
        found.append(_beside(of.booth_id).in_(wanted.booths))
    if wanted.kinds:
        found.append(_beside(of.kind).in_(wanted.kinds))
    if wanted.is_open is not None:
        found.append(_open(is_open=wanted.is_open))
    return [*found, *(_fits(word) for word in wanted.sought)]


def _undecided_by(whose: str) -> Condition:
    """Whether no decision of this person stands. Asked of each row on the way, which only a scalar subquery makes sure
    of: a planner would rather read all decisions there are."""
    last = (
        select(reviews.c.decision)
        .where(reviews.c.violation_id == violations.c.violation_id, reviews.c.username == whose)
        .order_by(reviews.c.decided_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(last, "unreviewed") == "unreviewed"


def _at(booth_ids: tuple[str, ...] | None) -> list[Condition]:
    if booth_ids is None:
        return []
    column = violations.c.booth_id if len(booth_ids) <= MAX_WALKS else _beside(violations.c.booth_id)
    return [column.in_(booth_ids)]


def _between(wanted: Wanted) -> list[Condition]:
    found: list[Condition] = []
    if wanted.since is not None:
        found.append(violations.c.opened_at >= wanted.since)
    if wanted.until is not None:
        found.append(violations.c.opened_at < wanted.until)
    return found


def _fits(word: Sought) -> Condition:
    """Looked at beside whatever leads."""
    of = violations.c
    found: list[Condition] = [false()]
    if word.booths:
        found.append(_beside(of.booth_id).in_(word.booths))
    if word.kinds:
        found.append(_beside(of.kind).in_(word.kinds))
    if word.exam_sessions:
        found.append(func.coalesce(of.exam_session_id, None).in_(word.exam_sessions))
    return or_(*found)


def _open(*, is_open: bool) -> Condition:
    ended_at = violations.c.ended_at
    return ended_at.is_(None) if is_open else ended_at.is_not(None)


def _beside(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same text, with no index on it."""
    return column.concat(literal_column("''"))


def _rank_beside() -> ColumnElement[int]:
    return violations.c.severity_rank + literal_column("0")


def _merged(walks: Sequence[Select[Any]], *, each_once: bool = False) -> Any:
    """Each with its own order and end, as one table; `each_once` where a row may be met on several walks."""
    tables = [walk.subquery() for walk in walks]
    if len(tables) == 1:
        return tables[0]
    return (union if each_once else union_all)(*(select(*table.c) for table in tables)).subquery()


def _encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except binascii.Error as error:
        raise ValueError("not base64") from error
