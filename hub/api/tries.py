"""Trying rule profiles on a clip: sent by a person, looked at by an idle booth, deleted soon."""

from typing import Annotated, Any, Final, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, StringConstraints

from contract.tries import CLIP_BYTES_MAX, CLIP_SECONDS_MAX, PROFILES_MAX, ClipType
from contract.wire import BoothId
from hub.api.evidence import BySigned
from hub.errors import RefusedError
from hub.exams.profiles import configured
from hub.parts import ActorOf, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.views import Me
from hub.views.tries import TryClip, TryView

router = APIRouter(prefix="/profiles/tries", tags=["profiles"])

Manager = Annotated[Me, Depends(allowed("exams.manage"))]
CLIP: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"A video of at most {CLIP_BYTES_MAX} bytes; its first {CLIP_SECONDS_MAX:.0f} s are looked at",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in get_args(ClipType)},
    }
}


class TriedProfile(BaseModel):
    """It need not be saved."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    version: int = Field(1, ge=1)
    rules: dict[str, Any] = Field(description="`Rules`, whole")


class TryRequest(BaseModel):
    booth_id: BoothId = Field(description="online, and without an exam session")
    profiles: tuple[TriedProfile, ...] = Field(min_length=1, max_length=PROFILES_MAX)


@router.post("", operation_id="sendTryClip", status_code=201, openapi_extra=CLIP)
async def send_clip(
    request: Request,
    me: Manager,
    hub: TheHub,
    content_type: Annotated[str, Header(max_length=100)],
    content_length: Annotated[int, Header(ge=0)],
) -> TryClip:
    """It takes the place of the clip that the same person sent before, and is deleted an hour later. 415 for what is
    neither MP4 nor WebM, 413 for too many bytes."""
    if content_type.partition(";")[0].strip().lower() not in get_args(ClipType):
        raise RefusedError(415, "Not a clip", f"send {' or '.join(get_args(ClipType))}")
    return await hub.tries.receive(me, content_length, request.stream())


@router.post("/{try_id}", operation_id="beginTry", status_code=202)
async def begin_try(try_id: UUID, request: TryRequest, me: Manager, actor: ActorOf, hub: TheHub) -> TryView:
    """The booth looks at the clip once, behind its other work, and judges it by each profile. Ask with GET how far it
    is. 422 for rules that are not valid, 409 for a booth that is not idle. It is in the audit log."""
    await refuse_foreign(hub.database, me, request.booth_id)
    profiles = [configured(each.name, each.version, each.rules) for each in request.profiles]
    return await hub.tries.begin(try_id, me, actor, request.booth_id, profiles)


@router.get("/{try_id}", operation_id="getTry")
async def get_try(try_id: UUID, me: Manager, hub: TheHub) -> TryView:
    """Asked of the booth now; the hub keeps no result."""
    return await hub.tries.look(try_id, me)


@router.get("/{try_id}/clip", operation_id="getTryClip", response_class=FileResponse)
async def get_clip(try_id: UUID, hub: TheHub, signed: BySigned) -> FileResponse:
    """By the device of the booth that was given it, signed as an upload of the same bytes would be."""
    clip = await hub.tries.fetch(try_id, signed)
    return FileResponse(clip.path, media_type="application/octet-stream")
