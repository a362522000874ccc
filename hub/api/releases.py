"""Releases for devices, taken when they are signed, and rollouts: over the fleet phase by phase, until devices fail."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from contract.release import RELEASE_MAX_BYTES, Version
from contract.updates import Offered
from contract.wire import BoothId
from hub.api.evidence import BySigned
from hub.api.fields import Slug
from hub.parts import ActorOf, TheHub, allowed
from hub.releases.rollouts import DEFAULT_PHASES, Plan
from hub.views import Me
from hub.views.releases import ReleaseList, ReleaseView, RolloutDetail, RolloutList, RolloutPhase, RolloutView

router = APIRouter(tags=["releases"])

Technician = Annotated[Me, Depends(allowed("devices.manage"))]
ByVersion = Annotated[Version, Path(description="such as 1.4.0")]
FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"A signed release of at most {RELEASE_MAX_BYTES} bytes, as `invigil release sign` leaves it",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/releases", operation_id="listReleases")
async def list_releases(me: Technician, hub: TheHub) -> ReleaseList:
    """The newest version first, each with how many devices in the person's scope run it."""
    return ReleaseList(items=tuple(await hub.shelf.every(me)))


@router.post("/releases", operation_id="uploadRelease", status_code=201, openapi_extra=FILE)
async def upload_release(
    request: Request, me: Technician, actor: ActorOf, hub: TheHub, content_length: Annotated[int, Header(ge=0)]
) -> ReleaseView:
    """422 for what is altered, cut short, or signed by no key of this hub; 409 where the version is here already."""
    return await hub.shelf.receive(content_length, request.stream(), actor)


@router.get("/releases/offered", operation_id="offeredRelease")
async def offered_release(hub: TheHub, signed: BySigned, version: Version | None = None) -> Offered:
    """By a device of this hub, which signs as for an upload of no bytes: the newest release, or that version."""
    return await hub.shelf.offered(version, signed)


@router.delete("/releases/{version}", operation_id="deleteRelease", status_code=204)
async def delete_release(version: ByVersion, me: Technician, actor: ActorOf, hub: TheHub) -> None:
    """Devices that run it keep it. 409 while a rollout of it is not over."""
    await hub.shelf.remove(version, actor)


@router.get("/releases/{version}/file", operation_id="getReleaseFile", response_class=FileResponse)
async def get_file(version: ByVersion, hub: TheHub, signed: BySigned) -> FileResponse:
    """By a device of this hub, signed as an upload of the same bytes would be; whole or from where it broke off."""
    return FileResponse(await hub.shelf.fetch(version, signed), media_type="application/octet-stream")


class RolloutRequest(BaseModel):
    """Without site, room and booths: every device in the person's scope."""

    version: Version
    site_id: Slug | None = None
    room_id: Slug | None = None
    booth_ids: tuple[BoothId, ...] | None = Field(None, min_length=1, max_length=5000)
    phases: tuple[RolloutPhase, ...] = Field(
        DEFAULT_PHASES, description="the last one is all that are left", min_length=1, max_length=10
    )
    max_failures: int = Field(0, description="more, and it stops", ge=0, le=1000)
    healthy_within_s: int = Field(1800, description="until a device that was asked must be through", ge=60, le=86400)
    settle_s: int = Field(600, description="between the end of a phase and the next one", ge=0, le=604800)
    allow_older: bool = Field(False, description="the release may be older than what devices run")


@router.get("/rollouts", operation_id="listRollouts")
async def list_rollouts(me: Technician, hub: TheHub) -> RolloutList:
    return RolloutList(items=tuple(await hub.rollouts.every()))


@router.post("/rollouts", operation_id="startRollout", status_code=201)
async def start_rollout(request: RolloutRequest, me: Technician, actor: ActorOf, hub: TheHub) -> RolloutDetail:
    """Devices are asked one phase after the other, and never while an exam session is on or begins soon. 409 while
    another rollout holds one of these booths."""
    return await hub.rollouts.begin(
        Plan(**{name: getattr(request, name) for name in RolloutRequest.model_fields}), me, actor
    )


@router.get("/rollouts/{rollout_id}", operation_id="getRollout")
async def get_rollout(rollout_id: UUID, me: Technician, hub: TheHub) -> RolloutDetail:
    """With every device of it in the person's scope, and how far each is."""
    return await hub.rollouts.detail(rollout_id, me)


@router.post("/rollouts/{rollout_id}/pause", operation_id="pauseRollout")
async def pause_rollout(rollout_id: UUID, me: Technician, actor: ActorOf, hub: TheHub) -> RolloutView:
    """Nobody is asked any more; devices that are at it go on. 409 where it does not run."""
    return await hub.rollouts.pause(rollout_id, me, actor)


@router.post("/rollouts/{rollout_id}/resume", operation_id="resumeRollout")
async def resume_rollout(rollout_id: UUID, me: Technician, actor: ActorOf, hub: TheHub) -> RolloutView:
    """Goes on after a pause, or after too many failures, which count no more."""
    return await hub.rollouts.resume(rollout_id, me, actor)


@router.post("/rollouts/{rollout_id}/cancel", operation_id="cancelRollout")
async def cancel_rollout(rollout_id: UUID, me: Technician, actor: ActorOf, hub: TheHub) -> RolloutView:
    """Devices that were not asked keep what they have. There is no way back."""
    return await hub.rollouts.cancel(rollout_id, me, actor)
