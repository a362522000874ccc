"""Violations: the newest state of each, and what a person sees of them."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import Severity, Violation, ViolationKind
from hub.store import evidence
from hub.store.upsert import insert
from hub.tables import booths, evidence_refs, violations
from hub.views import EvidenceView, ViolationView

Cursor = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None means any."""

    booth_id: str | None = None
    kind: ViolationKind | None = None
    severity: Severity | None = None
    is_open: bool | None = None


def format_cursor(view: ViolationView) -> str:
    return base64.urlsafe_b64encode(f"{view.opened_at.isoformat()} {view.violation_id}".encode()).decode().rstrip("=")


def parse_cursor(text: str) -> Cursor:
    """Raises ValueError."""
    try:
        opened_at, _, violation_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(" ")
    except binascii.Error as error:
        raise ValueError("not base64") from error
    when = datetime.fromisoformat(opened_at)
    if when.tzinfo is None:
        raise ValueError("no time zone")
    return when, UUID(violation_id)


async def newest(connection: AsyncConnection, wanted: Wanted, before: Cursor | None, limit: int) -> list[ViolationView]:
    statement = _statement().order_by(violations.c.opened_at.desc(), violations.c.violation_id.desc()).limit(limit)
    for column, value in (
        (violations.c.booth_id, wanted.booth_id),
        (violations.c.kind, wanted.kind),
        (violations.c.severity, wanted.severity),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.is_open is not None:
        ended_at = violations.c.ended_at
        statement = statement.where(ended_at.is_(None) if wanted.is_open else ended_at.is_not(None))
    if before is not None:
        statement = statement.where(tuple_(violations.c.opened_at, violations.c.violation_id) < before)
    return await _views(connection, (await connection.execute(statement)).all())


async def views(connection: AsyncConnection, violation_ids: Iterable[UUID]) -> list[ViolationView]:
    """In no particular order; one that is not known is left out."""
    statement = _statement().where(violations.c.violation_id.in_(list(violation_ids)))
    return await _views(connection, (await connection.execute(statement)).all())


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
            violations.c.violation_id.in_(list(violation_ids))
        )
    )
    return {row.violation_id: row.booth_id for row in found}


async def upsert(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Writes each row unless a later event of the same chain was written before; never another booth's violation.

    What people decided stays; a severity that rises above what they decided upon is noted.
    """
    statement = insert(connection, violations)
    new = statement.excluded
    changed = ("chain_id", "seq", "kind", "severity", "severity_rank", "opened_at", "ended_at", "document")
    why = ("rule", "profile", "profile_version")
    grown = case(
        (new.severity_rank > violations.c.reviewed_rank, func.coalesce(violations.c.grown_at, new.received_at)),
        else_=violations.c.grown_at,
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["violation_id"],
            set_={name: new[name] for name in (*changed, *why)} | {"grown_at": grown},
            where=and_(
                violations.c.booth_id == new.booth_id,
                or_(violations.c.chain_id != new.chain_id, violations.c.seq < new.seq),
            ),
        ),
        rows,
    )


async def add_evidence_refs(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert(connection, evidence_refs).on_conflict_do_nothing(), rows)


def _statement() -> Select[Any]:
    return select(
        violations.c.document,
        violations.c.booth_id,
        violations.c.received_at,
        booths.c.name.label("booth_name"),
    ).join(booths, booths.c.booth_id == violations.c.booth_id)


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
                )
                for ref in refs[violation.violation_id]
            ),
        )
        for row, violation in found
    ]
