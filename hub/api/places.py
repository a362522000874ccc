"""Sites and rooms, and which booth stands in which room."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from hub import audit
from hub.api.fields import Name, Slug
from hub.errors import RefusedError
from hub.parts import ActorOf, TheHub, allowed
from hub.store import places
from hub.views import Me, Room, RoomList, Site, SiteList

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


class RenameRequest(BaseModel):
    name: Name


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


@router.patch("/sites/{site_id}", operation_id="renameSite")
async def rename_site(site_id: Slug, request: RenameRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Site:
    async with hub.database.writing() as connection:
        _known_site(await places.find_site(connection, site_id), site_id)
        await places.rename_site(connection, site_id, request.name)
        await audit.record(connection, actor, "site.renamed", "site", site_id, name=request.name)
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
        if await places.find_site(connection, request.site_id) is None:
            raise RefusedError(422, "No such site", f"no site is called {request.site_id!r}; create it first")
        await places.add_room(connection, request.room_id, request.site_id, request.name, datetime.now(UTC))
        about = {"name": request.name, "site": request.site_id}
        await audit.record(connection, actor, "room.created", "room", request.room_id, **about)
        return _known_room(await places.find_room(connection, request.room_id), request.room_id)


@router.patch("/rooms/{room_id}", operation_id="renameRoom")
async def rename_room(room_id: Slug, request: RenameRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Room:
    async with hub.database.writing() as connection:
        _known_room(await places.find_room(connection, room_id), room_id)
        await places.rename_room(connection, room_id, request.name)
        await audit.record(connection, actor, "room.renamed", "room", room_id, name=request.name)
        return _known_room(await places.find_room(connection, room_id), room_id)


@router.put("/booths/{booth_id}/room", operation_id="putBoothInRoom", status_code=204)
async def put_booth(booth_id: str, request: PutBoothRequest, _: Manager, actor: ActorOf, hub: TheHub) -> None:
    """Where the booth stands; `room_id` null: nowhere in particular. Who was granted the room sees the booth then."""
    async with hub.database.writing() as connection:
        if request.room_id is not None and await places.find_room(connection, request.room_id) is None:
            raise RefusedError(422, "No such room", f"no room is called {request.room_id!r}; create it first")
        if not await places.put_booth(connection, booth_id, request.room_id):
            raise RefusedError(404, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")
        await audit.record(connection, actor, "booth.put_in_room", "booth", booth_id, room=request.room_id)
    hub.feed.booth_changed(booth_id)


def _known_site(site: Site | None, site_id: str) -> Site:
    if site is None:
        raise RefusedError(404, "No such site", f"no site is called {site_id!r}; GET /api/v1/sites lists them")
    return site


def _known_room(room: Room | None, room_id: str) -> Room:
    if room is None:
        raise RefusedError(404, "No such room", f"no room is called {room_id!r}; GET /api/v1/rooms lists them")
    return room
