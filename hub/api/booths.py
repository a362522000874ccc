"""Booths: what is known of each, a picture on demand, and the rule profile it should follow."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from contract.messages import SnapshotCommand, SnapshotReply
from contract.profiles import ProfileName
from hub.errors import RefusedError
from hub.parts import Hub, SignedIn, TheHub, role_required
from hub.store import booths
from hub.views import Booth, BoothList, Me, Picture

router = APIRouter(prefix="/booths", tags=["booths"])

SNAPSHOT_REPLY_S = 10.0
SNAPSHOT_UPLOAD_S = 10.0


class ProfileRequest(BaseModel):
    profile: ProfileName


@router.get("", operation_id="listBooths")
async def list_booths(_: SignedIn, hub: TheHub) -> BoothList:
    async with hub.database.reading() as connection:
        return BoothList(items=tuple(await booths.views(connection)))


@router.get("/{booth_id}", operation_id="getBooth")
async def get_booth(booth_id: str, _: SignedIn, hub: TheHub) -> Booth:
    return await _booth(hub, booth_id)


@router.put("/{booth_id}/profile", operation_id="setBoothProfile")
async def set_profile(
    booth_id: str, request: ProfileRequest, _: Annotated[Me, Depends(role_required("admin"))], hub: TheHub
) -> Booth:
    """The booth takes it as soon as it is connected; `profile` shows when it did."""
    if not await hub.desired.set_profile(booth_id, request.profile):
        raise _unknown(booth_id)
    hub.feed.booth_changed(booth_id)
    return await _booth(hub, booth_id)


@router.post("/{booth_id}/snapshot", operation_id="takeSnapshot")
async def take_snapshot(booth_id: str, _: SignedIn, hub: TheHub) -> Picture:
    """Asks the booth for a picture now and waits until it has arrived. 409 while offline, 504 without an answer."""
    booth = await _booth(hub, booth_id)
    if booth.availability != "online":
        raise RefusedError(409, "Booth is not online", f"{booth_id} is {booth.availability}; try when it is online")
    reply = await hub.commands.request(booth_id, SnapshotCommand(), timeout_s=SNAPSHOT_REPLY_S)
    if not isinstance(reply, SnapshotReply):
        reason = getattr(reply, "reason", "an unexpected answer")
        raise RefusedError(502, "The booth could not take a picture", f"{booth_id} says: {reason}")
    picture = Picture(sha256=reply.evidence.sha256, taken_at=reply.evidence.taken_at)
    if not await hub.evidence.wait_for(picture.sha256, SNAPSHOT_UPLOAD_S):
        raise RefusedError(504, "The picture did not arrive", f"{booth_id} took it but has not uploaded it yet")
    return picture


async def _booth(hub: Hub, booth_id: str) -> Booth:
    async with hub.database.reading() as connection:
        found = await booths.views(connection, [booth_id])
    if not found:
        raise _unknown(booth_id)
    return found[0]


def _unknown(booth_id: str) -> RefusedError:
    return RefusedError(404, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")
