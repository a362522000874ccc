"""Sites and rooms, and which booth stands in which room."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.api.fields import Name, Slug
from hub.desired import DEFAULT_PROFILE
from hub.errors import RefusedError
from hub.parts import ActorOf, TheHub, allowed
from hub.store import booths, places
from hub.views import Booth, Me, Room, RoomList, Site, SiteList

router = APIRouter(tags=["places"])

Reader = Annotated[Me, Depends(allowed("booths.read"))]
Manager = Annotated[Me, Depends(allowed("places.manage"))]


class CreateSiteRequest(BaseModel):
    site_id: Slug
    name: Name


class CreateRoomRequest(BaseModel):
    room_id: Slug
    site_id: Slug
    name: Name


class ChangePlaceRequest(BaseModel):
    """What is left out stays."""

    name: Name | None = None
    archived: bool | None = Field(None, description="not used any more; nothing may stand in it then")


class RenameRequest(BaseModel):
    name: Name


class CreateBoothRequest(BaseModel):
    booth_id: Slug
    name: Name
    room_id: Slug | None = None


class PutBoothRequest(BaseModel):
    room_id: Slug | None


@router.get("/sites", operation_id="listSites")
async def list_sites(_: Reader, hub: TheHub) -> SiteList:
    async with hub.database.reading() as connection:
        return SiteList(items=tuple(await places.every_site(connection)))


@router.post("/sites", operation_id="createSite", status_code=201)
async def create_site(request: CreateSiteRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Site:
    """409 when there is one with this id."""
    async with hub.database.writing() as connection:
        if await places.find_site(connection, request.site_id) is not None:
            raise RefusedError(409, "There is one already", f"take another id than {request.site_id}")
        await places.add_site(connection, request.site_id, request.name, datetime.now(UTC))
        await audit.record(connection, actor, "site.created", "site", request.site_id, name=request.name)
        made = await places.find_site(connection, request.site_id)
    return _known_site(made, request.site_id)


@router.patch("/sites/{site_id}", operation_id="changeSite")
async def change_site(site_id: Slug, request: ChangePlaceRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Site:
    """Renames it, archives it or takes it into use again. 409 for one that still has rooms in use."""
    async with hub.database.writing() as connection:
        before = _known_site(await places.find_site(connection, site_id), site_id)
        if request.name is not None and request.name != before.name:
            await places.rename_site(connection, site_id, request.name)
            await audit.record(connection, actor, "site.renamed", "site", site_id, name=request.name)
        if request.archived is not None and request.archived != (before.archived_at is not None):
            used = [room.name for room in await places.every_room(connection, site_id) if room.archived_at is None]
            if request.archived and used:
                raise _in_use(f"archive its rooms first: {', '.join(used)}")
            await places.archive_site(connection, site_id, datetime.now(UTC) if request.archived else None)
            await audit.record(connection, actor, _archived("site", request.archived), "site", site_id)
        return _known_site(await places.find_site(connection, site_id), site_id)


@router.get("/rooms", operation_id="listRooms")
async def list_rooms(_: Reader, hub: TheHub, site: Slug | None = None) -> RoomList:
    async with hub.database.reading() as connection:
        return RoomList(items=tuple(await places.every_room(connection, site)))


@router.post("/rooms", operation_id="createRoom", status_code=201)
async def create_room(request: CreateRoomRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Room:
    """409 when there is one with this id, 422 without its site."""
    async with hub.database.writing() as connection:
        if await places.find_room(connection, request.room_id) is not None:
            raise RefusedError(409, "There is one already", f"take another id than {request.room_id}")
        site = await places.find_site(connection, request.site_id)
        if site is None:
            raise RefusedError(422, "No such site", f"no site is called {request.site_id!r}; create it first")
        if site.archived_at is not None:
            raise _in_use(f"{site.name} is archived; take it into use first")
        await places.add_room(connection, request.room_id, request.site_id, request.name, datetime.now(UTC))
        about = {"name": request.name, "site": request.site_id}
        await audit.record(connection, actor, "room.created", "room", request.room_id, **about)
        return _known_room(await places.find_room(connection, request.room_id), request.room_id)


@router.patch("/rooms/{room_id}", operation_id="changeRoom")
async def change_room(room_id: Slug, request: ChangePlaceRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Room:
    """Renames it, archives it or takes it into use again. 409 where booths stand in it, or its site is archived."""
    async with hub.database.writing() as connection:
        before = _known_room(await places.find_room(connection, room_id), room_id)
        if request.name is not None and request.name != before.name:
            await places.rename_room(connection, room_id, request.name)
            await audit.record(connection, actor, "room.renamed", "room", room_id, name=request.name)
        if request.archived is not None and request.archived != (before.archived_at is not None):
            site = _known_site(await places.find_site(connection, before.site_id), before.site_id)
            if request.archived and before.booths:
                raise _in_use(f"move its booths first: {', '.join(before.booths)}")
            if not request.archived and site.archived_at is not None:
                raise _in_use(f"its site {site.name} is archived; take that into use first")
            await places.archive_room(connection, room_id, datetime.now(UTC) if request.archived else None)
            await audit.record(connection, actor, _archived("room", request.archived), "room", room_id)
        return _known_room(await places.find_room(connection, room_id), room_id)


@router.post("/booths", operation_id="createBooth", status_code=201)
async def create_booth(request: CreateBoothRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Booth:
    """A place where a device may be enrolled, with POST /booths/{booth_id}/claim-code. 409 when there is one with this
    id, 422 without its room."""
    async with hub.database.writing() as connection:
        if await booths.find(connection, request.booth_id) is not None:
            raise RefusedError(409, "There is one already", f"take another id than {request.booth_id}")
        if request.room_id is not None:
            await _usable_room(connection, request.room_id)
        await booths.add(connection, request.booth_id, request.name, DEFAULT_PROFILE, datetime.now(UTC))
        await places.put_booth(connection, request.booth_id, request.room_id)
        about = {"name": request.name, "room": request.room_id}
        await audit.record(connection, actor, "booth.created", "booth", request.booth_id, **about)
        (made,) = await booths.views(connection, [request.booth_id])
    hub.feed.booth_changed(request.booth_id)
    return made


@router.patch("/booths/{booth_id}", operation_id="renameBooth")
async def rename_booth(booth_id: Slug, request: RenameRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Booth:
    """What people call it; its id stays, as topics and certificates have it."""
    async with hub.database.writing() as connection:
        if not await places.rename_booth(connection, booth_id, request.name):
            raise _no_booth(booth_id)
        await audit.record(connection, actor, "booth.renamed", "booth", booth_id, name=request.name)
        (changed,) = await booths.views(connection, [booth_id])
    hub.feed.booth_changed(booth_id)
    return changed


@router.put("/booths/{booth_id}/room", operation_id="putBoothInRoom", status_code=204)
async def put_booth(booth_id: str, request: PutBoothRequest, _: Manager, actor: ActorOf, hub: TheHub) -> None:
    """Where the booth stands; `room_id` null: nowhere in particular. Who was granted the room sees the booth then."""
    async with hub.database.writing() as connection:
        if request.room_id is not None:
            await _usable_room(connection, request.room_id)
        if not await places.put_booth(connection, booth_id, request.room_id):
            raise _no_booth(booth_id)
        await audit.record(connection, actor, "booth.put_in_room", "booth", booth_id, room=request.room_id)
    hub.feed.booth_changed(booth_id)


async def _usable_room(connection: AsyncConnection, room_id: str) -> None:
    room = await places.find_room(connection, room_id)
    if room is None:
        raise RefusedError(422, "No such room", f"no room is called {room_id!r}; create it first")
    if room.archived_at is not None:
        raise _in_use(f"{room.name} is archived; take it into use first")


def _archived(kind: str, archived: bool) -> str:
    return f"{kind}.archived" if archived else f"{kind}.taken_into_use"


def _in_use(detail: str) -> RefusedError:
    return RefusedError(409, "Not as things stand", detail)


def _no_booth(booth_id: str) -> RefusedError:
    return RefusedError(404, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")


def _known_site(site: Site | None, site_id: str) -> Site:
    if site is None:
        raise RefusedError(404, "No such site", f"no site is called {site_id!r}; GET /api/v1/sites lists them")
    return site


def _known_room(room: Room | None, room_id: str) -> Room:
    if room is None:
        raise RefusedError(404, "No such room", f"no room is called {room_id!r}; GET /api/v1/rooms lists them")
    return room
