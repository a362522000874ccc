"""What a search for violations means: its words, looked up in candidates, booths and kinds first."""

from typing import Final, get_args

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import ViolationKind
from hub.store import candidates
from hub.store.violation_lists import Sought
from hub.tables import booths, exam_sessions

EXAM_SESSIONS: Final = 200
"""The newest of the candidates that a word means; a word of so many is too short to find anybody by."""
KINDS: Final[tuple[ViolationKind, ...]] = get_args(ViolationKind)


async def sought(connection: AsyncConnection, q: str) -> tuple[Sought, ...]:
    """One for each word; each means what begins with it."""
    asked = candidates.terms(q)[: candidates.WORDS_ASKED]
    if not asked:
        return ()
    rows = (await connection.execute(select(booths.c.booth_id, booths.c.name).order_by(booths.c.booth_id))).all()
    named = {row.booth_id: candidates.words(f"{row.booth_id} {row.name}") for row in rows}
    found = []
    for word in asked:
        (people,) = candidates.matching(word)
        newest = (
            select(exam_sessions.c.exam_session_id)
            .where(exam_sessions.c.candidate_id.in_(people))
            .order_by(exam_sessions.c.scheduled_start.desc(), exam_sessions.c.exam_session_id)
            .limit(EXAM_SESSIONS)
        )
        found.append(
            Sought(
                booths=tuple(booth_id for booth_id, names in named.items() if _begins(names, word)),
                kinds=tuple(kind for kind in KINDS if _begins([kind, *kind.split("_")], word)),
                exam_sessions=tuple((await connection.execute(newest)).scalars()),
            )
        )
    return tuple(found)


def _begins(names: list[str], word: str) -> bool:
    return any(name.startswith(word) for name in names)
