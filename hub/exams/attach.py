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
    named: dict[str, dict[tuple[UUID, int], UUID]] = {}
    for event in events:
        said = event.body.exam_session if isinstance(event.body, ExamSessionStep) else event.exam_session
        if said is not None:
            named.setdefault(event.booth, {})[event.chain_id, event.seq] = said
    attached: Attached = {}
    for booth_id, keys in named.items():
        own = await exam_sessions.of_booth(connection, set(keys.values()), booth_id, practice=False)
        attached |= {key: said for key, said in keys.items() if said in own}
    return attached
