"""People before dashboards: they go from page to page, decide, close a tab and open it again, and one watches live."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.benchmarks.streaming_crowd import Watcher
from tests.soak.centre import CAMERA
from tests.soak.pages import PAGES, draw, fill
from tests.support.stack import PASSWORD, USER

API: Final = "/api/v1"
MEANWHILE: Final = frozenset({404, 409, 410})
"""Gone or changed since the list was read, not there yet: what a person shrugs at."""


@dataclass
class Tally:
    """What all of them did, and whatever went wrong, by what it was."""

    requests: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    live_messages: int = 0
    live_sockets: int = 0
    decisions: int = 0
    watched: int = 0
    packets: int = 0
    """Of live pictures."""
    wrong: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "pages": dict(self.pages), "wrong": dict(self.wrong)}


class Visitor:
    """One browser: its sign-in, its WebSocket, what it has seen last."""

    def __init__(self, url: str, seed: int, tally: Tally, pause_s: float) -> None:
        self._dice = random.Random(seed)
        self._tally, self._pause_s = tally, pause_s
        self._known: dict[str, str] = {}
        self._url = url
        # Shorter than the hub keeps what is idle, or a request meets a connection that is being closed.
        limits = httpx.Limits(keepalive_expiry=2)
        self.client = httpx.AsyncClient(base_url=url, headers={"X-Invigil-Request": "1"}, timeout=120, limits=limits)

    async def visit(self) -> None:
        """For ever, until cancelled."""
        async with self.client:
            await self.sign_in()
            await asyncio.gather(self._navigate(), self._listen())

    async def sign_in(self) -> None:
        """The hub turns some away where many of one name come at once: a try counts until it has succeeded."""
        while True:
            answer = await self.client.post(f"{API}/sign-in", json={"username": USER, "password": PASSWORD})
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                answer.raise_for_status()
                return
            await asyncio.sleep(self._dice.uniform(0.5, 2))

    async def live(self, path: str) -> Any:
        """A WebSocket in this person's name."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        address = self._url.replace("http", "ws") + API + path
        return await connect(address, additional_headers={"Cookie": cookie}, proxy=None)

    async def _navigate(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * self._pause_s)
            page = draw(self._dice)
            self._tally.pages[page] += 1
            for template in PAGES[page]:
                path = fill(template, self._known)
                if path is not None:
                    await self._ask(path)
            if page == "review":
                await self._decide()

    async def _ask(self, path: str) -> None:
        answer = await self._sent(self.client.get(API + path))
        if answer is not None and answer.headers["Content-Type"].startswith("application/json"):
            self._look(answer.json())

    async def _decide(self) -> None:
        if "violation" in self._known:
            body = {"decision": self._dice.choice(("confirmed", "unreviewed")), "note": "Seen"}
            path = f"{API}/violations/{self._known['violation']}/reviews"
            if await self._sent(self.client.post(path, json=body)) is not None:
                self._tally.decisions += 1

    async def _sent(self, request: Awaitable[httpx.Response]) -> httpx.Response | None:
        self._tally.requests += 1
        try:
            answer = await request
        except httpx.HTTPError as error:
            self._tally.wrong[type(error).__name__] += 1
            return None
        if answer.is_success:
            return answer
        if answer.status_code not in MEANWHILE:
            where = answer.request.url.path.split("/")[3]
            self._tally.wrong[f"{answer.status_code} {where}: {answer.text[:120]}"] += 1
        return None

    def _look(self, document: Any) -> None:
        """Takes one of what a list has to click on."""
        items = document.get("items") if isinstance(document, dict) else None
        if not items or not isinstance(items[0], dict):
            return
        item = self._dice.choice(items)
        for key, name in (("violation_id", "violation"), ("exam_session_id", "exam_session"), ("booth_id", "booth")):
            if item.get(key):
                self._known[name] = str(item[key])
        here = [file["sha256"] for file in item.get("evidence") or () if file["available"]]
        if here:
            self._known["evidence"] = self._dice.choice(here)

    async def _listen(self) -> None:
        """A tab that is open for a while, closed, and opened again."""
        while True:
            with suppress(ConnectionClosed, TimeoutError):
                async with await self.live("/live") as socket, asyncio.timeout(self._dice.uniform(60, 300)):
                    self._tally.live_sockets += 1
                    async for _ in socket:
                        self._tally.live_messages += 1
            await asyncio.sleep(self._dice.uniform(0, 5))


async def watch(url: str, tally: Tally, on_s: float, off_s: float) -> None:
    """One who looks at the booth with a camera for a while, again and again; a decoder is left out."""
    person = Visitor(url, 0, tally, 1)
    async with person.client:
        await person.sign_in()
        while True:
            try:
                async with asyncio.timeout(on_s + 30):
                    await _look(person, tally, on_s)
            except (TimeoutError, AssertionError, ConnectionClosed, OSError) as error:
                tally.wrong[f"live picture: {error or type(error).__name__}"] += 1
            await asyncio.sleep(off_s)


async def _look(person: Visitor, tally: Tally, seconds: float) -> None:
    watcher = Watcher()
    try:
        async with await person.live(f"/booths/{CAMERA}/view") as socket:
            await _hear(socket, "welcome")
            await socket.send(json.dumps({"type": "offer", "sdp": await watcher.offer()}))
            await watcher.accept((await _hear(socket, "answer"))["sdp"])
            tally.watched += 1
            await asyncio.sleep(seconds)
            await socket.send(json.dumps({"type": "hang_up"}))
    finally:
        tally.packets += watcher.count.packets
        await watcher.close()


async def _hear(socket: Any, wanted: str) -> Any:
    message = json.loads(await socket.recv())
    assert message["type"] == wanted, message
    return message


async def together(*work: Callable[[], Awaitable[None]]) -> None:
    """Until cancelled; the first that fails ends all."""
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(_run(each))


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
