"""Who is responsible for which exam sessions, and how many one person can watch at one time."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.errors import RefusedError
from hub.store import watching
from hub.views import ProctorLoad

RUNNING: Final = ("checked_in", "admitted", "in_progress", "paused", "on_break")
"""A candidate sits there."""
NAMED: Final = 5
"""How many colleagues a refusal names."""

Span = tuple[datetime, datetime]


def span(row: Any, now: datetime) -> Span:
    """From when to when an exam session needs somebody: one that is on and over its time goes on until it ends."""
    end: datetime = max(row.scheduled_end, now) if row.state in RUNNING else row.scheduled_end
    return row.scheduled_start, end


def most_at_once(wanted: Span, others: Iterable[Span]) -> int:
    """With how many of the others it coincides at the worst moment; what ends as another begins does not."""
    begin, end = wanted
    steps = sorted(
        step
        for start, stop in others
        if start < end and stop > begin
        for step in ((max(start, begin), 1), (min(stop, end), -1))
    )
    most = running = 0
    for _, step in steps:
        running += step
        most = max(most, running)
    return most


async def loads(connection: AsyncConnection, limit: int) -> list[ProctorLoad]:
    """Of everybody who may run exam sessions, who has most room first."""
    people = await watching.proctors(connection)
    held = _by_person(await watching.responsibilities(connection))
    found = [
        ProctorLoad(
            username=person.username,
            display_name=person.display_name,
            in_progress=sum(row.state in RUNNING for row in held.get(person.user_id, ())),
            assigned=len(held.get(person.user_id, ())),
            limit=limit,
        )
        for person in people
    ]
    return sorted(found, key=lambda load: (load.in_progress, load.assigned, load.username))


async def assign(connection: AsyncConnection, actor: audit.Actor, exam_session: Any, username: str, limit: int) -> None:
    """Makes a person responsible; raises `RefusedError` with who has room where it would be too many at one time."""
    people = {person.username: person for person in await watching.proctors(connection)}
    person = people.get(username)
    if person is None:
        raise RefusedError(422, "Not a proctor", f"nobody called {username!r} may run exam sessions")
    now = datetime.now(UTC)
    held = _by_person(
        row
        for row in await watching.responsibilities(connection)
        if row.exam_session_id != exam_session.exam_session_id
    )
    wanted = span(exam_session, now)
    at_once = {
        each.username: most_at_once(wanted, (span(row, now) for row in held.get(each.user_id, ())))
        for each in people.values()
    }
    if at_once[username] >= limit:
        free = [
            people[name].display_name
            for name, number in sorted(at_once.items(), key=lambda one: one[1])
            if number < limit
        ]
        room = f"{', '.join(free[:NAMED])} {'have' if len(free) > 1 else 'has'} room" if free else "nobody has room"
        raise RefusedError(
            409,
            "Too many at one time",
            f"{person.display_name} has {at_once[username]} exam sessions then, and {limit} is the limit; {room}",
        )
    row = {
        "exam_session_id": exam_session.exam_session_id,
        "user_id": person.user_id,
        "assigned_at": now,
        "assigned_by": actor.username or actor.display_name,
    }
    if await watching.assign(connection, row):
        await _record(connection, actor, "exam_session.proctor_assigned", exam_session.exam_session_id, username)


async def unassign(connection: AsyncConnection, actor: audit.Actor, exam_session_id: UUID, username: str) -> None:
    """Raises 404 where the person is not responsible."""
    if not await watching.unassign(connection, exam_session_id, username):
        raise RefusedError(404, "Not assigned", f"{username} is not responsible for this exam session")
    await _record(connection, actor, "exam_session.proctor_unassigned", exam_session_id, username)


async def _record(
    connection: AsyncConnection, actor: audit.Actor, action: str, exam_session_id: UUID, username: str
) -> None:
    await audit.record(connection, actor, action, "exam_session", str(exam_session_id), proctor=username)


def _by_person(rows: Iterable[Any]) -> dict[int, Sequence[Any]]:
    held: dict[int, list[Any]] = {}
    for row in rows:
        held.setdefault(row.user_id, []).append(row)
    return dict(held)
