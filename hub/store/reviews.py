"""Reviews: what people decided about violations. Rows are only ever added; what they come to is kept beside."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.among import among
from hub.tables import booths, exam_sessions, exams, reviews, violations
from hub.views import ReviewState, ReviewView

GroupedBy = Literal["kind", "rule", "profile", "exam", "booth"]


async def to_review(connection: AsyncConnection, violation_ids: Iterable[UUID]) -> dict[UUID, Any]:
    """What a decision needs to know of those violations that there are."""
    of = violations.c
    found = await connection.execute(
        select(
            of.violation_id, of.booth_id, of.exam_session_id, of.kind, of.review, of.reviews_wanted, of.severity_rank
        ).where(of.violation_id.in_(list(violation_ids)))
    )
    return {row.violation_id: row for row in found}


async def wanted_by(connection: AsyncConnection, exam_session_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many people have to agree on a violation of each."""
    found = await connection.execute(
        select(exam_sessions.c.exam_session_id, exams.c.second_review)
        .join(exams, exams.c.exam_id == exam_sessions.c.exam_id)
        .where(among(connection, exam_sessions.c.exam_session_id, exam_session_ids))
    )
    return {row.exam_session_id: 2 if row.second_review else 1 for row in found}


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert(reviews), rows)


async def set_state(
    connection: AsyncConnection, violation_id: UUID, state: ReviewState, reviewed_rank: int | None
) -> None:
    """What the decisions come to, and upon which severity the newest was made; None where none stands."""
    await connection.execute(
        update(violations)
        .where(violations.c.violation_id == violation_id)
        .values(review=state, reviewed_rank=reviewed_rank, grown_at=None)
    )


async def history(connection: AsyncConnection, violation_ids: Iterable[UUID]) -> dict[UUID, tuple[ReviewView, ...]]:
    """Every decision on each, the oldest first."""
    statement = (
        select(reviews)
        .where(reviews.c.violation_id.in_(list(violation_ids)))
        .order_by(reviews.c.violation_id, reviews.c.decided_at, reviews.c.review_id)
    )
    found: dict[UUID, tuple[ReviewView, ...]] = {}
    for row in await connection.execute(statement):
        view = ReviewView(**{name: getattr(row, name) for name in ReviewView.model_fields})
        found[row.violation_id] = (*found.get(row.violation_id, ()), view)
    return found


async def standing(connection: AsyncConnection, violation_ids: Iterable[UUID]) -> dict[UUID, tuple[ReviewView, ...]]:
    """The last decision of each person on each, unless it was taken back."""
    return {
        violation_id: of_each_person(decided)
        for violation_id, decided in (await history(connection, violation_ids)).items()
    }


def of_each_person(decided: Iterable[ReviewView]) -> tuple[ReviewView, ...]:
    """Of decisions in order those that stand."""
    last: dict[str, ReviewView] = {}
    for review in decided:
        last.pop(review.username, None)
        last[review.username] = review
    return tuple(review for review in last.values() if review.decision != "unreviewed")


async def counts(
    connection: AsyncConnection,
    by: Iterable[GroupedBy],
    scope: tuple[str, ...] | None,
    exam_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
) -> Sequence[Any]:
    """How many violations of each group are in each state of review, by when they opened."""
    of = violations.c
    groups = {
        "kind": {"kind": of.kind},
        "rule": {"rule": of.rule},
        "profile": {"profile": of.profile, "profile_version": of.profile_version},
        "exam": {"exam_id": exams.c.exam_id, "exam_name": exams.c.name},
        "booth": {"booth_id": of.booth_id, "booth_name": booths.c.name},
    }
    made = {name: column for group in by for name, column in groups[group].items()}
    others = [name for group in groups.values() for name in group if name not in made]
    statement = (
        select(
            *(column.label(name) for name, column in made.items()),
            *(null().label(name) for name in others),
            of.review,
            func.count().label("number"),
        )
        .select_from(
            violations.join(booths, booths.c.booth_id == of.booth_id)
            .outerjoin(exam_sessions, exam_sessions.c.exam_session_id == of.exam_session_id)
            .outerjoin(exams, exams.c.exam_id == exam_sessions.c.exam_id)
        )
        .group_by(*made.values(), of.review)
    )
    if scope is not None:
        statement = statement.where(of.booth_id.in_(scope))
    if exam_id is not None:
        statement = statement.where(exams.c.exam_id == exam_id)
    if since is not None:
        statement = statement.where(of.opened_at >= since)
    if until is not None:
        statement = statement.where(of.opened_at < until)
    return (await connection.execute(statement)).all()
