"""Rows of the database as things that can be decided upon: which class, how old, whose, held or not."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.retention.decide import Thing, Tie
from hub.store import erasure, retention
from hub.store.retention import HeldTime, Naming
from hub.views.retention import DataClass


async def files(connection: AsyncConnection, rows: Sequence[Any], held: Sequence[HeldTime]) -> list[tuple[Any, Thing]]:
    """Of `evidence_files`. Bytes that several name are of every class that they are named as."""
    named = await retention.namings(connection, [row.sha256 for row in rows])
    ties = await _ties(connection, (naming.exam_session_id for some in named.values() for naming in some))
    return [(row, _file(row, named.get(row.sha256, ()), ties, held)) for row in rows]


async def of_exam_sessions(
    connection: AsyncConnection, rows: Sequence[Any], held: Sequence[HeldTime], booth_id: str | None = None
) -> list[tuple[Any, Thing]]:
    """Violations, or events of a booth: what names its exam session itself."""
    ties = await _ties(connection, (row.exam_session_id for row in rows))
    kinds: frozenset[DataClass] = frozenset({"events"})
    return [
        (
            row,
            Thing(
                kinds,
                row.received_at,
                _known(ties, [row.exam_session_id]),
                is_in(held, booth_id or row.booth_id, row.received_at),
            ),
        )
        for row in rows
    ]


async def candidates(connection: AsyncConnection, rows: Sequence[Any]) -> list[tuple[Any, Thing, list[UUID]]]:
    """With their exam sessions. One is as old as the last that they sat, or will sit."""
    sat = await erasure.exam_sessions_of(connection, [row.candidate_id for row in rows])
    found = []
    for row in rows:
        sessions = sat.get(row.candidate_id, [])
        born_at = max([row.created_at, *(each.ended_at or each.scheduled_end for each in sessions)])
        ties = tuple(Tie(each.exam_session_id, each.exam_id, each.legal_hold) for each in sessions)
        thing = Thing(frozenset({"candidates"}), born_at, ties)
        found.append((row, thing, [each.exam_session_id for each in sessions]))
    return found


def is_in(held: Sequence[HeldTime], booth_id: str, at: datetime) -> bool:
    return any(
        each.booth_id == booth_id and each.first <= at and (each.last is None or at <= each.last) for each in held
    )


def _file(row: Any, named: Sequence[Naming], ties: dict[UUID, Tie], held: Sequence[HeldTime]) -> Thing:
    is_picture = row.media_type.startswith("image/")
    classes: set[DataClass] = set()
    for naming in named:
        if naming.by == "segment":
            classes.add("recordings")
        elif naming.by == "photo":
            classes.add("photos")
        else:
            classes.add("snapshots" if is_picture else "clips")
    return Thing(
        frozenset(classes or {"snapshots" if is_picture else "clips"}),
        max([row.received_at, *(naming.at for naming in named if naming.at is not None)]),
        _known(ties, [naming.exam_session_id for naming in named]),
        is_in(held, row.booth_id, row.received_at),
    )


async def _ties(connection: AsyncConnection, exam_session_ids: Iterable[UUID | None]) -> dict[UUID, Tie]:
    found = await retention.ties(connection, [each for each in exam_session_ids if each is not None])
    return {key: Tie(key, exam_id, held) for key, (exam_id, held) in found.items()}


def _known(ties: dict[UUID, Tie], exam_session_ids: Iterable[UUID | None]) -> tuple[Tie, ...]:
    named = {each for each in exam_session_ids if each is not None}
    return tuple(ties.get(each, Tie(each, None, False)) for each in sorted(named))
