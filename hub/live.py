"""From the feed to browsers: what changed is read back once and sent to everybody who watches.

Each browser has a queue of `CLIENT_QUEUE` messages; one that cannot keep up is dropped with close code 4008, connects
again and fetches everything. Nobody else waits for it.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel
from starlette.websockets import WebSocket

from contract.wire import InvalidError
from hub.db import Database
from hub.errors import StoreError
from hub.feed import ArrivedEvidence, Changes
from hub.intake.message import Message
from hub.metrics import Metrics
from hub.people.audience import Sent
from hub.store import booths, exam_sessions, gaps, violations
from hub.streaming.closing import GOING_AWAY, TOO_SLOW, close_socket
from hub.views import LiveBeat, LiveBooth, LiveEvidence, LiveExamSession, LiveGap, LiveHello, LiveViolation, Me

log = logging.getLogger(__name__)

Name = TypeVar("Name")
Thing = TypeVar("Thing")

CLIENT_QUEUE: Final = 1000
CHUNK: Final = 200
"""Things read back and sent at once; a fifth of a browser's queue, so that a burst alone drops nobody."""
MAX_PENDING: Final = 2000
"""Changes waiting to be shown. Beyond, browsers are told to fetch everything instead."""
BOOTH_INTERVAL_S: Final = 0.5
BEAT_INTERVAL_S: Final = 5.0
ANSWER_S: Final = 3.0
"""A database that takes longer has nothing to show; a page that misses two beats says that it is stale."""


class _Client:
    def __init__(self, socket: WebSocket, me: Me) -> None:
        self.socket = socket
        self.me = me
        """As it was when last asked for."""
        self.queue: asyncio.Queue[str] = asyncio.Queue(CLIENT_QUEUE)
        self.closing: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    def close(self, code: int, reason: str) -> None:
        if not self.closing.done():
            self.closing.set_result((code, reason))


class Live:
    def __init__(self, database: Database, instance: str, metrics: Metrics, loop: asyncio.AbstractEventLoop) -> None:
        self._database = database
        self._instance = instance
        self._metrics = metrics
        self._loop = loop
        self._clients: set[_Client] = set()
        self._stopping = False
        # One browser after the other: two hundred at once would have each connection to the database, and what they
        # are to be shown would wait behind them.
        self._asking = asyncio.Semaphore(1)
        self._wake = asyncio.Event()
        self._violations: dict[UUID, None] = {}
        self._gaps: dict[UUID, None] = {}
        self._evidence: dict[str, ArrivedEvidence] = {}
        self._booths: dict[str, None] = {}
        self._exam_sessions: dict[UUID, None] = {}

    def receive(self, message: Message) -> None:
        """One message of the feed, in paho's thread."""
        try:
            changes = Changes.parse(message.payload)
        except InvalidError as error:
            log.warning("a message of the feed cannot be read: %s", error)
            return
        self._loop.call_soon_threadsafe(self._add, changes)

    def fetch_again(self) -> None:
        """Tells browsers to fetch everything, because changes may have passed unseen."""
        self._send(self._hello())

    def close_all(self) -> None:
        """The hub stops: says so to every browser, and to those that come now."""
        self._stopping = True
        for client in list(self._clients):
            client.close(GOING_AWAY, "the hub stops")

    async def serve(
        self, socket: WebSocket, me: Me, *, still_allowed: Callable[[], Awaitable[Me | None]], refused_code: int
    ) -> None:
        """One browser, until it leaves, is too slow, signs out, or the hub stops. `socket` is accepted already. It
        hears what `me` may see, as `still_allowed` last said."""
        client = _Client(socket, me)
        self._put(client, self._hello().model_dump_json())
        self._clients.add(client)
        self._metrics.live_clients.set(len(self._clients))
        if self._stopping:
            client.close(GOING_AWAY, "the hub stops")
        closing: asyncio.Future[Any] = client.closing
        tasks: list[asyncio.Future[Any]] = [
            asyncio.create_task(_send_queue(client)),
            asyncio.create_task(_until_gone(socket)),
            asyncio.create_task(self._until_refused(client, still_allowed, refused_code)),
        ]
        try:
            await asyncio.wait([*tasks, closing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clients.discard(client)
            self._metrics.live_clients.set(len(self._clients))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if client.closing.done():
            await close_socket(socket, *client.closing.result())

    async def run(self) -> None:
        """Shows what `receive` collects. Ends when cancelled."""
        beat = asyncio.create_task(self._beat())
        flush = asyncio.create_task(self._flush_booths())
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._show_pending()
        finally:
            beat.cancel()
            flush.cancel()

    def _add(self, changes: Changes) -> None:
        if not self._clients:
            return
        self._violations.update(dict.fromkeys(changes.violations))
        self._gaps.update(dict.fromkeys(changes.gaps))
        self._evidence.update({arrived.sha256: arrived for arrived in changes.evidence})
        self._booths.update(dict.fromkeys(changes.booths))
        self._exam_sessions.update(dict.fromkeys(changes.exam_sessions))
        if len(self._violations) + len(self._gaps) + len(self._evidence) > MAX_PENDING:
            self._violations.clear()
            self._gaps.clear()
            self._evidence.clear()
            self.fetch_again()
        self._wake.set()

    async def _show_pending(self) -> None:
        while self._violations or self._gaps or self._evidence:
            violation_ids, gap_ids = _take(self._violations), _take(self._gaps)
            arrived = _take(self._evidence).values()
            try:
                async with self._database.reading() as connection:
                    found = await violations.views(connection, violation_ids) if violation_ids else []
                    found_gaps = await gaps.views(connection, gap_ids) if gap_ids else []
            except StoreError as error:
                self._failed(error)
                return
            for view in sorted(found, key=lambda view: view.opened_at):
                self._send(LiveViolation(violation=view))
            for gap in found_gaps:
                self._send(LiveGap(gap=gap))
            for evidence in arrived:
                self._send(LiveEvidence(sha256=evidence.sha256, booth_id=evidence.booth_id))
            changed = [*(view.booth_id for view in found), *(gap.booth_id for gap in found_gaps)]
            self._booths.update(dict.fromkeys([*changed, *(evidence.booth_id for evidence in arrived)]))
            await asyncio.sleep(0.01 if len(found) < CHUNK else 0.05)

    async def _flush_booths(self) -> None:
        """And exam sessions: what changes often is shown at most twice a second."""
        while True:
            await asyncio.sleep(BOOTH_INTERVAL_S)
            changed, sittings = list(_take(self._booths)), list(_take(self._exam_sessions))
            if not changed and not sittings:
                continue
            try:
                async with self._database.reading() as connection:
                    found = await booths.views(connection, changed) if changed else []
                    found_sittings = await exam_sessions.views(connection, sittings) if sittings else []
            except StoreError as error:
                self._failed(error)
                continue
            for booth in found:
                self._send(LiveBooth(booth=booth))
            for view in found_sittings:
                self._send(LiveExamSession(exam_session=view))
            if len(found_sittings) < len(sittings):
                self.fetch_again()  # a practice exam is gone

    async def _beat(self) -> None:
        """Only while the database answers: a hub that cannot read is not to look like halls where nothing happens."""
        while True:
            await asyncio.sleep(BEAT_INTERVAL_S)
            if not self._clients:
                continue
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._database.ping()
            except (StoreError, TimeoutError) as error:
                log.warning("browsers are told nothing while the database does not answer: %s", error)
                continue
            self._send(LiveBeat(at=datetime.now(UTC)))

    def _hello(self) -> LiveHello:
        return LiveHello(instance=self._instance, at=datetime.now(UTC))

    async def _until_refused(
        self, client: _Client, still_allowed: Callable[[], Awaitable[Me | None]], code: int
    ) -> None:
        """Whoever may see something else from now on is told to fetch everything again. Browsers that came together,
        as after a restart of the hub, are not asked for together."""
        pause_s = random.uniform(0, BEAT_INTERVAL_S)  # noqa: S311 - spreads, hides nothing
        while True:
            await asyncio.sleep(pause_s)
            pause_s = BEAT_INTERVAL_S
            try:
                async with self._asking:
                    me = await still_allowed()
            except StoreError as error:
                log.warning("cannot tell whether a browser is still signed in: %s", error)
                continue
            if me is None:
                client.close(code, "signed out")
                return
            if me != client.me:
                client.me = me
                self._put(client, self._hello().model_dump_json())

    def _failed(self, error: StoreError) -> None:
        log.warning("changes could not be read back: %s", error)
        self._metrics.live_failures.inc()
        self.fetch_again()

    def _send(self, message: BaseModel) -> None:
        if not self._clients:
            return
        sent = Sent(message)
        for client in self._clients:
            text = sent.text_for(client.me)
            if text is not None:
                self._put(client, text)

    def _put(self, client: _Client, text: str) -> None:
        try:
            client.queue.put_nowait(text)
        except asyncio.QueueFull:
            if not client.closing.done():
                self._metrics.live_dropped.inc()
            client.close(TOO_SLOW, "too slow; connect again")


def _take(waiting: dict[Name, Thing]) -> dict[Name, Thing]:
    """The oldest of those that wait, taken out."""
    return {name: waiting.pop(name) for name in list(waiting)[:CHUNK]}


async def _send_queue(client: _Client) -> None:
    while True:
        await client.socket.send_text(await client.queue.get())


async def _until_gone(socket: WebSocket) -> None:
    """Whatever a browser sends is ignored."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
