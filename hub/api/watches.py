"""Who watched whom: what happened in their scope for administrators and auditors, their own for everybody else."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.parts import SignedIn, TheHub
from hub.store import watches
from hub.views import WatchList

router = APIRouter(tags=["watches"])


@router.get("/watches", operation_id="listWatches")
async def list_watches(
    me: SignedIn, hub: TheHub, booth: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> WatchList:
    """Newest first."""
    whose = None if me.may("audit.read") else me.username
    scope = me.booths if me.may("audit.read") else None
    async with hub.database.reading() as connection:
        return WatchList(items=tuple(await watches.newest(connection, booth, whose, limit, scope)))
