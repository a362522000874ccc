"""How a WebSocket ends: the close codes that browsers act on, and closing one that may not listen any more."""

import asyncio
import logging
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

log = logging.getLogger(__name__)

GOING_AWAY: Final = 1001
"""The hub stops: connect again."""
FAILED: Final = 1011
NOT_SIGNED_IN: Final = 4401
FOREIGN_ORIGIN: Final = 4403
NO_SUCH_BOOTH: Final = 4404
NOT_ALLOWED: Final = 4406
TOO_SLOW: Final = 4008
"""Messages waited that the browser did not take: connect again."""
TAKEN_OVER: Final = 4409
"""Somebody else speaks to this candidate now. Connecting again would throw them out."""
TOO_MANY: Final = 4429
"""This person or booth has as many as it may: connect again later."""

TIMEOUT_S: Final = 1.0
REASON_BYTES: Final = 123
"""RFC 6455, section 5.5: what a close frame has room for."""


async def close_socket(socket: WebSocket, code: int, reason: str) -> None:
    """A browser that reads nothing cannot take the close message either; it is not waited for."""
    short = reason.encode()[:REASON_BYTES].decode(errors="ignore")
    try:
        await asyncio.wait_for(socket.close(code, short), TIMEOUT_S)
    except (TimeoutError, RuntimeError, WebSocketDisconnect, OSError) as error:
        log.debug("a browser was gone before it was told: %s", error)
