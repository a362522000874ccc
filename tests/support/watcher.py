"""Somebody who watches the live feed of one hub process, and goes to another when that is gone, as behind a proxy."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

POLL_S = 0.3
PAGE = 200

Shown = tuple[str, str | None]
"""Severity and end of a violation, as they were last shown."""


class Watcher:
    """A thread. What it shows is what a page would: everything is fetched when the hub says so, then changes are heard.

    `seen` may be read by others while it runs.
    """

    def __init__(self, homes: Sequence[str], url: Callable[[str], str], cookie: str) -> None:
        """`homes`: processes by name, the one to begin with first; `url` gives where each is now."""
        self._homes, self._url = list(homes), url
        self._headers = {"Cookie": f"invigil_session={cookie}"}
        self.seen: dict[str, Shown] = {}
        self.at = ""
        """The process whose feed it hears now; empty while it hears none."""
        self.arrivals = 0
        """How often it came to a process. 1 is whom nothing disturbed."""
        self.strange: list[str] = []
        """What no page could make sense of."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watcher of {homes[0]}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def fetched(self) -> dict[str, Shown]:
        """What a page that is loaded now at its first home shows, without watching."""
        with httpx.Client(base_url=self._url(self._homes[0]), headers=self._headers, timeout=20) as client:
            self._fetch(client)
        return self.seen

    def lacks(self, shown: dict[str, Shown]) -> dict[str, Shown]:
        """Of what a page that is loaded now shows: what this one shows not, or otherwise."""
        seen = dict(self.seen)
        return {name: state for name, state in shown.items() if seen.get(name) != state}

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch(self._homes[0])
            except (OSError, ValueError, httpx.HTTPError, WebSocketException):
                self.at = ""
                self._homes.append(self._homes.pop(0))
                self._stop.wait(POLL_S)
            except Exception as error:  # a thread's traceback would be nobody's
                self.strange.append(repr(error))
                self.at = ""
                self._stop.wait(POLL_S)

    def _watch(self, home: str) -> None:
        url = self._url(home)
        live = url.replace("http", "ws") + "/api/v1/live"
        with (
            httpx.Client(base_url=url, headers=self._headers, timeout=20) as client,
            connect(live, additional_headers=self._headers, proxy=None, open_timeout=20) as socket,
        ):
            self.at, self.arrivals = home, self.arrivals + 1
            while not self._stop.is_set():
                message = self._next(socket)
                if message is None:
                    continue
                if message["type"] == "hello":
                    self._fetch(client)
                elif message["type"] == "violation":
                    self._show(message["violation"])

    @staticmethod
    def _next(socket: ClientConnection) -> dict[str, Any] | None:
        try:
            message: dict[str, Any] = json.loads(socket.recv(timeout=POLL_S))
        except TimeoutError:
            return None
        return message

    def _fetch(self, client: httpx.Client) -> None:
        """Page for page, until one says nothing new."""
        params: dict[str, str] = {"limit": str(PAGE)}
        while True:
            page = client.get("/api/v1/violations", params=params).raise_for_status().json()
            news = [self._show(violation) for violation in page["items"]]
            if not any(news) or not page["next"]:
                return
            params["before"] = page["next"]

    def _show(self, violation: dict[str, Any]) -> bool:
        """Whether it looks different now."""
        state = violation["severity"], violation["ended_at"]
        changed = self.seen.get(violation["violation_id"]) != state
        self.seen[violation["violation_id"]] = state
        return changed


@contextmanager
def watching(*watchers: Watcher) -> Iterator[None]:
    for watcher in watchers:
        watcher.start()
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.stop()
