"""Violations: the newest state of each, and what a person sees of them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Row, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import Violation
from hub.store import deletions, evidence, reviews
from hub.store.among import among
from hub.store.upsert import insert_new, insert_on
from hub.tables import booths, candidates, evidence_refs, exam_sessions, exams, violations
from hub.views import EvidenceView, ViolationView


async def views(connection: AsyncConnection, violation_ids: Iterable[UUID]) -> list[ViolationView]:
    """In no particular order; one that is not known is left out."""
    statement = _statement().where(violations.c.violation_id.in_(list(violation_ids)))
    return await _views(connection, (await connection.execute(statement)).all())


async def in_order(connection: AsyncConnection, violation_ids: Sequence[UUID]) -> list[ViolationView]:
    """As named; one that is not known is left out."""
    found = {view.violation_id: view for view in await views(connection, violation_ids)} if violation_ids else {}
    return [found[violation_id] for violation_id in violation_ids if violation_id in found]


async def latest_of_each(connection: AsyncConnection, booth_ids: Sequence[str] | None) -> dict[str, ViolationView]:
    """The newest violation of each booth."""
    latest = (
        select(violations.c.violation_id)
        .where(violations.c.booth_id == booths.c.booth_id)
        .order_by(violations.c.opened_at.desc(), violations.c.violation_id.desc())
        .limit(1)
        .correlate(booths)
        .scalar_subquery()
    )
    picked = select(latest)
    if booth_ids is not None:
        picked = picked.where(booths.c.booth_id.in_(booth_ids))
    statement = _statement().where(violations.c.violation_id.in_(picked.select_from(booths)))
    found = await _views(connection, (await connection.execute(statement)).all())
    return {view.booth_id: view for view in found}


async def owners(connection: AsyncConnection, violation_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Which booth reported each of those that are known."""
    found = await connection.execute(
        select(violations.c.violation_id, violations.c.booth_id).where(
            among(connection, violations.c.violation_id, violation_ids)
        )
    )
    return {row.violation_id: row.booth_id for row in found}


async def upsert(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Writes each row unless a later event of the same chain was written before; never another booth's violation.

    What people decided stays; a severity that rises above what they decided upon is noted.
    """
    await connection.execute(_upsert(connection.dialect.name), rows)


@cache
def _upsert(dialect: str) -> Insert:
    statement = insert_on(dialect, violations)
    new = statement.excluded
    changed = ("chain_id", "seq", "kind", "severity", "severity_rank", "opened_at", "ended_at", "document")
    why = ("rule", "profile", "profile_version")
    grown = case(
        (new.severity_rank > violations.c.reviewed_rank, func.coalesce(violations.c.grown_at, new.received_at)),
        else_=violations.c.grown_at,
    )
    return statement.on_conflict_do_update(
        index_elements=["violation_id"],
        set_={name: new[name] for name in (*changed, *why)} | {"grown_at": grown},
        where=and_(
            violations.c.booth_id == new.booth_id,
            or_(violations.c.chain_id != new.chain_id, violations.c.seq < new.seq),
        ),
    )


async def add_evidence_refs(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert_new(connection, evidence_refs), rows)


def _statement() -> Select[Any]:
    of_exam_session = violations.outerjoin(
        exam_sessions, exam_sessions.c.exam_session_id == violations.c.exam_session_id
    )
    of_exam = of_exam_session.outerjoin(exams, exams.c.exam_id == exam_sessions.c.exam_id)
    of_candidate = of_exam.outerjoin(candidates, candidates.c.candidate_id == exam_sessions.c.candidate_id)
    return select(
        violations.c.document,
        violations.c.booth_id,
        violations.c.received_at,
        violations.c.exam_session_id,
        violations.c.review,
        violations.c.reviews_wanted,
        violations.c.grown_at,
        booths.c.name.label("booth_name"),
        exams.c.name.label("exam_name"),
        candidates.c.name.label("candidate_name"),
    ).select_from(of_candidate.join(booths, booths.c.booth_id == violations.c.booth_id))


async def _views(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[ViolationView]:
    found = [(row, Violation.model_validate_json(row.document)) for row in rows]
    added = await evidence.added_later(connection, [violation.violation_id for _, violation in found]) if found else {}
    refs = {
        violation.violation_id: (*violation.evidence, *added.get((violation.violation_id, row.booth_id), ()))
        for row, violation in found
    }
    named = {ref.sha256 for some in refs.values() for ref in some}
    arrived = await evidence.arrived(connection, named) if named else set()
    dropped = await evidence.dropped(connection, named - arrived) if named - arrived else {}
    deleted = await deletions.of_files(connection, named - arrived) if named - arrived else {}
    decided = await reviews.standing(connection, [violation.violation_id for _, violation in found]) if found else {}
    return [
        ViolationView.model_construct(
            **{name: getattr(violation, name) for name in Violation.model_fields if name != "evidence"},
            booth_id=row.booth_id,
            booth_name=row.booth_name,
            received_at=row.received_at,
            evidence=tuple(
                EvidenceView(
                    **ref.model_dump(),
                    available=ref.sha256 in arrived,
                    dropped=dropped.get((row.booth_id, ref.sha256)),
                    deleted_at=deleted[ref.sha256].deleted_at if ref.sha256 in deleted else None,
                )
                for ref in refs[violation.violation_id]
            ),
            exam_session_id=row.exam_session_id,
            exam_name=row.exam_name,
            candidate_name=row.candidate_name,
            review=row.review,
            reviews=decided.get(violation.violation_id, ()),
            reviews_wanted=row.reviews_wanted,
            changed_since_review=row.grown_at is not None,
        )
        for row, violation in found
    ]
