"""The WebSockets on which a browser and a booth come together: to see it live, and to speak on its screen."""

import logging

from fastapi import APIRouter, WebSocket

from hub.api.booths import find_booth, refuse_strangers
from hub.errors import RefusedError, StoreError
from hub.parts import fully_known, running_hub
from hub.streaming.closing import FAILED, FOREIGN_ORIGIN, NO_SUCH_BOOTH, NOT_ALLOWED, NOT_SIGNED_IN
from hub.streaming.peer import PeerKind
from hub.web import same_origin

log = logging.getLogger(__name__)

router = APIRouter(prefix="/booths")


@router.websocket("/{booth_id}/view")
async def view(socket: WebSocket, booth_id: str) -> None:
    await _signal(socket, booth_id, "view")


@router.websocket("/{booth_id}/talk")
async def talk(socket: WebSocket, booth_id: str) -> None:
    await _signal(socket, booth_id, "talk")


async def _signal(socket: WebSocket, booth_id: str, kind: PeerKind) -> None:
    """Accepted before it is refused: a browser is told the close code only of a socket that was open."""
    hub = running_hub(socket)
    refuse = hub.signaling.refuse
    await socket.accept()
    if not same_origin(socket.headers):
        await refuse(socket, "Request refused", "another site may not watch", "foreign_origin", FOREIGN_ORIGIN)
        return
    try:
        me = await fully_known(socket, hub)
        if me is None:
            await refuse(socket, "Not signed in", "sign in first", "not_signed_in", NOT_SIGNED_IN)
            return
        await refuse_strangers(hub, me, await find_booth(hub, booth_id))
    except StoreError as error:
        log.warning("cannot tell who may watch %s: %s", booth_id, error)
        await refuse(socket, "The hub cannot tell who may", error.hint, "unreadable", FAILED, retry=True)
        return
    except RefusedError as error:
        known = error.status != 404
        code, counted = (NOT_ALLOWED, "not_allowed") if known else (NO_SUCH_BOOTH, "no_such_booth")
        await refuse(socket, error.title, error.detail, counted, code)
        return
    await hub.signaling.serve(socket, me, booth_id, kind, still_allowed=lambda: fully_known(socket, hub))
