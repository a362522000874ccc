"""To which exam session an event belongs: the one it names, if that is or was its booth's own.

What an event says is kept as it came, in its payload; this is only what people are shown it with. A practice exam is
shown with nothing: it leaves no record.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Event
from contract.sitting import ExamSessionStep
from hub.store import exam_sessions

Attached = dict[tuple[UUID, int], UUID]
"""Chain and number of an event to its exam session; others are left out."""


async def attach(connection: AsyncConnection, events: Iterable[Event]) -> Attached:
    """Nearly always an exam session is still its booth's; only those that are not are looked for booth by booth."""
    named: dict[tuple[UUID, int], tuple[str, UUID]] = {}
    for event in events:
        said = event.body.exam_session if isinstance(event.body, ExamSessionStep) else event.exam_session
        if said is not None:
            named[event.chain_id, event.seq] = event.booth, said
    if not named:
        return {}
    now = await exam_sessions.booths_of(connection, {said for _, said in named.values()}, practice=False)
    left: dict[str, set[UUID]] = {}
    for booth_id, said in named.values():
        if said in now and now[said] != booth_id:
            left.setdefault(booth_id, set()).add(said)
    own = {(booth_id, said) for said, booth_id in now.items()}
    for booth_id, those in left.items():
        own |= {(booth_id, said) for said in await exam_sessions.of_booth(connection, those, booth_id, practice=False)}
    return {key: pair[1] for key, pair in named.items() if pair in own}
