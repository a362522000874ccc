"""The recording of a booth: which pieces there are between two times, and where nothing was recorded."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from hub.api.booths import find_booth
from hub.errors import RefusedError
from hub.evidence.holes import holes
from hub.parts import TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.store import recording
from hub.views import Me, Recording

router = APIRouter(prefix="/booths", tags=["booths"])

LONGEST: Final = timedelta(days=2)
NEWEST: Final = timedelta(hours=4)
"""What is shown when nobody says from when: so much before the end of the newest piece, which is an exam's length."""


@router.get("/{booth_id}/recording", operation_id="getRecording")
async def get_recording(
    booth_id: str,
    me: Annotated[Me, Depends(allowed("violations.read"))],
    hub: TheHub,
    first: Annotated[AwareDatetime | None, Query(alias="from", description="default: four hours before `to`")] = None,
    last: Annotated[AwareDatetime | None, Query(alias="to", description="default: the newest piece's end")] = None,
) -> Recording:
    """For those who judge what happened in the booth. At most two days and 2000 pieces at a time."""
    booth = await find_booth(hub, booth_id)
    await refuse_foreign(hub.database, me, booth_id)
    async with hub.database.reading() as connection:
        until = last or await recording.newest_end(connection, booth.booth_id)
        if until is None:
            return Recording(booth_id=booth.booth_id, segments=(), holes=(), truncated=False)
        since = first or until - NEWEST
        if not timedelta() < until - since <= LONGEST:
            raise RefusedError(422, "Not an interval", "`to` must lie after `from`, by two days at most")
        found = await recording.between(connection, booth.booth_id, since, until)
    return Recording(
        booth_id=booth.booth_id,
        segments=tuple(found),
        holes=tuple(holes(found)),
        truncated=len(found) == recording.LIMIT,
    )
