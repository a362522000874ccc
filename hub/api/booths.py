"""Booths: what is known of each, the rule profile it should follow, and what its watchers ask of it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from contract.live import DoneReply, LowerHandCommand
from contract.messages import AnyCommand, AnyReply, SnapshotCommand, SnapshotReply
from hub import audit
from hub.api.fields import ProfileChoice
from hub.errors import RefusedError
from hub.exams.profiles import refuse_unknown
from hub.parts import ActorOf, Hub, SignedIn, TheHub, allowed, refuse_unless
from hub.people.scope import refuse_foreign
from hub.store import booths
from hub.views import Booth, BoothList, Me, Picture, Said
from hub.watching import messages

router = APIRouter(prefix="/booths", tags=["booths"])

REPLY_S = 10.0
SNAPSHOT_UPLOAD_S = 10.0


Reader = Annotated[Me, Depends(allowed("booths.read"))]


class BoothProfileRequest(BaseModel):
    profile: ProfileChoice


class SayRequest(BaseModel):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


async def find_booth(hub: Hub, booth_id: str) -> Booth:
    """Raises 404."""
    async with hub.database.reading() as connection:
        found = await booths.views(connection, [booth_id])
    if not found:
        raise RefusedError(404, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")
    return found[0]


async def refuse_strangers(hub: Hub, me: Me, booth: Booth) -> None:
    """Raises 403, with whom to ask for a booth that is somebody else's, unless `me` may watch this booth."""
    refuse_unless(me, "booths.watch")
    await refuse_foreign(hub.database, me, booth.booth_id)


async def watched_booth(booth_id: str, me: SignedIn, hub: TheHub) -> Booth:
    booth = await find_booth(hub, booth_id)
    await refuse_strangers(hub, me, booth)
    return booth


WatchedBooth = Annotated[Booth, Depends(watched_booth)]


@router.get("", operation_id="listBooths")
async def list_booths(me: Reader, hub: TheHub) -> BoothList:
    """Those in the person's scope. Pictures and violations are shown to those who may see candidates."""
    async with hub.database.reading() as connection:
        found = await booths.views(connection, me.booths)
    return BoothList(items=tuple(booth.shown_to(me) for booth in found))


@router.get("/{booth_id}", operation_id="getBooth")
async def get_booth(booth_id: str, me: Reader, hub: TheHub) -> Booth:
    """404 where there is none, 403 where it is not in the person's scope."""
    booth = await find_booth(hub, booth_id)
    await refuse_foreign(hub.database, me, booth_id)
    return booth.shown_to(me)


@router.put("/{booth_id}/profile", operation_id="setBoothProfile")
async def set_profile(
    booth_id: str,
    request: BoothProfileRequest,
    me: Annotated[Me, Depends(allowed("exams.manage"))],
    by: ActorOf,
    hub: TheHub,
) -> Booth:
    """Outside of exams. The booth takes it as soon as it is connected; `profile` shows when it did. 422 for a profile
    that is not there."""
    before = await find_booth(hub, booth_id)
    await refuse_foreign(hub.database, me, booth_id)
    async with hub.database.reading() as connection:
        await refuse_unknown(connection, request.profile)
    await hub.desired.set_profile(booth_id, request.profile)
    async with hub.database.writing() as connection:
        changed = {"before": before.desired_profile, "after": request.profile}
        await audit.record(connection, by, "booth.profile_set", "booth", booth_id, **changed)
    hub.feed.booth_changed(booth_id)
    return await find_booth(hub, booth_id)


@router.post("/{booth_id}/snapshot", operation_id="takeSnapshot")
async def take_snapshot(booth: WatchedBooth, me: SignedIn, hub: TheHub) -> Picture:
    """Asks the booth for a picture now and waits until it has arrived. 409 while offline, 504 without an answer.

    Only for those who may watch the booth, and recorded as a watch.
    """
    watch_id = await hub.watches.look(me, booth.booth_id)
    try:
        picture = await _take_picture(hub, booth)
        await hub.watches.answered(watch_id)
    except BaseException:
        await hub.watches.end(watch_id, "failed")
        raise
    await hub.watches.end(watch_id, "done")
    return picture


@router.post("/{booth_id}/say", operation_id="say")
async def say(request: SayRequest, booth: WatchedBooth, me: SignedIn, actor: ActorOf, hub: TheHub) -> Said:
    """Shows words to the candidate; answers when the screen has them. 409 while offline, 502 where it has no screen.

    Written down, with the exam session that is on.
    """
    async with hub.database.reading() as connection:
        row = await booths.find(connection, booth.booth_id)
    on = row.desired_exam_session if row else None
    told = await messages.say(hub.database, hub.commands, me, actor, booth, request.text, exam_session_id=on)
    return Said(message_id=told.message_id)


@router.post("/{booth_id}/lower-hand", status_code=204, operation_id="lowerHand")
async def lower_hand(booth: WatchedBooth, actor: ActorOf, hub: TheHub) -> None:
    """The candidate sees that somebody has seen the raised hand."""
    await _done(hub, booth, LowerHandCommand())
    async with hub.database.writing() as connection:
        await audit.record(connection, actor, "hand.lowered", "booth", booth.booth_id)


async def _take_picture(hub: Hub, booth: Booth) -> Picture:
    reply = await _ask(hub, booth, SnapshotCommand())
    if not isinstance(reply, SnapshotReply):
        raise _not_done(booth, reply, "The booth could not take a picture")
    picture = Picture(sha256=reply.evidence.sha256, taken_at=reply.evidence.taken_at)
    if not await hub.evidence.wait_for(picture.sha256, SNAPSHOT_UPLOAD_S):
        raise RefusedError(504, "The picture did not arrive", f"{booth.booth_id} took it but has not uploaded it yet")
    return picture


async def _ask(hub: Hub, booth: Booth, command: AnyCommand) -> AnyReply:
    if booth.availability != "online":
        detail = f"{booth.booth_id} is {booth.availability}; try when it is online"
        raise RefusedError(409, "Booth is not online", detail)
    return await hub.commands.request(booth.booth_id, command, timeout_s=REPLY_S)


async def _done(hub: Hub, booth: Booth, command: AnyCommand) -> None:
    reply = await _ask(hub, booth, command)
    if not isinstance(reply, DoneReply):
        raise _not_done(booth, reply, "The booth could not do this")


def _not_done(booth: Booth, reply: AnyReply, title: str) -> RefusedError:
    reason = getattr(reply, "reason", "an unexpected answer")
    return RefusedError(502, title, f"{booth.booth_id} says: {reason}")
