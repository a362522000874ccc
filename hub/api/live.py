"""The WebSocket on which the dashboard sees changes as they are committed."""

from fastapi import APIRouter, WebSocket

from hub.errors import StoreError
from hub.parts import fully_known, running_hub
from hub.streaming.closing import FAILED, FOREIGN_ORIGIN, NOT_SIGNED_IN
from hub.web import same_origin

router = APIRouter()


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Accepted before it is refused: a browser is told the close code only of a socket that was open."""
    hub = running_hub(socket)
    await socket.accept()
    if not same_origin(socket.headers):
        await socket.close(FOREIGN_ORIGIN, "another site may not listen")
        return
    try:
        me = await fully_known(socket, hub)
    except StoreError:
        await socket.close(FAILED, "the database does not answer; connect again")
        return
    if me is None:
        await socket.close(NOT_SIGNED_IN, "sign in first")
    else:
        await hub.live.serve(socket, me, still_allowed=lambda: fully_known(socket, hub), refused_code=NOT_SIGNED_IN)
