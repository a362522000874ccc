"""What the candidate's page says over its WebSocket, said by a test: for what no browser would do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.support.processes import wait_for

HEARD_S = 20.0


class PageStandIn:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, words: dict[str, Any] | str | bytes) -> None:
        self.socket.send(json.dumps(words) if isinstance(words, dict) else words)

    def hear(self, kind: str = "show", **fields: Any) -> dict[str, Any]:
        """The next words of this kind that have these fields; what comes between is left."""

        def fits() -> dict[str, Any] | None:
            words: dict[str, Any] = json.loads(self.socket.recv(HEARD_S))
            matches = words["type"] == kind and all(words[name] == value for name, value in fields.items())
            return words if matches else None

        return wait_for(f"{kind} with {fields}", fits, HEARD_S)

    def hear_the_end(self) -> int:
        """The code with which the agent closes, 0 where it does not say one; what it says before is left."""
        try:
            while True:
                self.socket.recv(HEARD_S)
        except ConnectionClosed as closed:
            return int(closed.rcvd.code) if closed.rcvd is not None else 0


@contextmanager
def page(port: int, *, hello: dict[str, Any] | None = None, origin: str | None = None) -> Iterator[PageStandIn]:
    """Connected as Chromium connects. `hello`: its first words beside the type; none are said where it is None."""
    url = f"ws://127.0.0.1:{port}/socket"
    whose = Origin(origin or f"http://127.0.0.1:{port}")
    with connect(url, origin=whose, proxy=None, compression=None) as socket:
        stand_in = PageStandIn(socket)
        if hello is not None:
            stand_in.say({"type": "hello", **hello})
            stand_in.hear("show")
        yield stand_in
