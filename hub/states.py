"""What booths say about themselves: availability, health, reported. The latest of each is kept, the rest overwritten.

Nothing queues: a newer message takes the place of one that was not written yet, so memory is bounded by the number of
booths. Health is written at most every `HEALTH_INTERVAL_S` for each booth, all booths in one transaction.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.checkup import Checkup
from contract.messages import Availability, Health, Reported
from contract.topics import MAX_PAYLOAD_BYTES, BoothTopic
from contract.upkeep import DeviceFacts
from contract.wire import InvalidError
from hub.db import Database
from hub.errors import StoreError
from hub.feed import Feed
from hub.glances import Glances
from hub.intake.message import Message
from hub.metrics import Metrics
from hub.store import booths, checkups, events
from hub.webhooks import BoothOffline, announce

log = logging.getLogger(__name__)

WRITE_INTERVAL_S: Final = 0.1
HEALTH_INTERVAL_S: Final = 2.0
GRACE_S: Final = 15.0
"""After the hub connected: how long a booth that was online may take to say so again before it counts as offline."""

State = Literal["online", "stopped", "offline"]
Changes = dict[str, dict[str, Any]]


class BoothStates:
    """`on_health` and `on_gone` hear of each booth's health, and of booths that are not online any more; `on_reported`
    of the revision of `desired` that each follows and `on_certificate` of the certificate that each device says it has,
    both after that was written.

    Of several hub processes one writes, as `writes` says; the others hear the same and keep the latest of each booth,
    so that whoever takes over writes what stands.
    """

    def __init__(
        self,
        database: Database,
        feed: Feed,
        metrics: Metrics,
        loop: asyncio.AbstractEventLoop,
        on_health: Callable[[str, Health, datetime], None],
        on_gone: Callable[[str], None],
        on_reported: Callable[[Mapping[str, int]], Awaitable[None]],
        on_certificate: Callable[[Mapping[str, DeviceFacts]], Awaitable[None]],
        writes: Callable[[], bool] = lambda: True,
    ) -> None:
        self._writes = writes
        self._database = database
        self._feed = feed
        self._metrics = metrics
        self._loop = loop
        self._on_health = on_health
        self._on_gone = on_gone
        self._on_reported = on_reported
        self._on_certificate = on_certificate
        self._lock = threading.Lock()
        self._arrived: dict[BoothTopic, Message] = {}
        self._wake = asyncio.Event()
        self._urgent: Changes = {}
        self._health: Changes = {}
        self._checkups: dict[str, Checkup] = {}
        self._followed: dict[str, int] = {}
        self._certificates: dict[str, DeviceFacts] = {}
        self._health_written: dict[str, float] = {}
        self._availability: dict[str, str] = {}
        self._glances = Glances()
        self._to_show: set[str] = set()
        """Booths whose health is news that was not told yet."""
        self._clock_offsets_ms: dict[str, float] = {}
        self._heard: set[str] = set()
        self._heard_s: dict[str, float] = {}
        self._listening_s: float | None = None
        self._grace_until: float | None = None

    async def load(self) -> None:
        """What was known before the start."""
        async with self._database.reading() as connection:
            self._availability = await booths.availabilities(connection)

    def receive(self, topic: BoothTopic, message: Message) -> None:
        """In paho's thread."""
        with self._lock:
            self._arrived[topic] = message
        self._loop.call_soon_threadsafe(self._wake.set)

    def connected(self) -> None:
        """The broker has forgotten who was online; booths say it again, or are offline."""
        self._heard.clear()
        self._listening_s = monotonic()
        self._grace_until = monotonic() + GRACE_S
        self._wake.set()

    def seen(self, booth_ids: Iterable[str]) -> None:
        """An event came from them."""
        now = datetime.now(UTC)
        for booth_id in booth_ids:
            self._health.setdefault(booth_id, {})["last_seen_at"] = now
            self._heard.add(booth_id)
            self._heard_s[booth_id] = monotonic()
        self._wake.set()

    def set_clock_offset(self, booth_id: str, offset_ms: float) -> None:
        self._clock_offsets_ms[booth_id] = offset_ms
        self._urgent.setdefault(booth_id, {})["clock_offset_ms"] = offset_ms
        self._wake.set()

    def clock_offset_ms(self, booth_id: str) -> float | None:
        """As it was last measured since the hub started; bounded by the number of booths."""
        return self._clock_offsets_ms.get(booth_id)

    def availability(self, booth_id: str) -> str:
        return self._availability.get(booth_id, "never_seen")

    def heard_at(self, booth_id: str) -> datetime | None:
        """When this booth last said something, or since when this hub would have heard it, as its clock counts now;
        None before it listens. Bounded by the number of booths."""
        if self._listening_s is None:
            return None
        silent_s = monotonic() - max(self._listening_s, self._heard_s.get(booth_id, self._listening_s))
        return datetime.now(UTC) - timedelta(seconds=silent_s)

    def online(self) -> list[str]:
        return [booth_id for booth_id, state in self._availability.items() if state == "online"]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            pending = self._health or self._urgent or self._checkups or self._grace_until is not None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), HEALTH_INTERVAL_S / 4 if pending else None)
            self._wake.clear()
            await self._read()
            self._end_grace()
            await self._write()
            await asyncio.sleep(WRITE_INTERVAL_S)

    async def _read(self) -> None:
        with self._lock:
            arrived, self._arrived = self._arrived, {}
        for topic, message in arrived.items():
            try:
                if len(message.payload) > MAX_PAYLOAD_BYTES:
                    raise InvalidError(f"{len(message.payload)} bytes; at most {MAX_PAYLOAD_BYTES} travel over MQTT")
                self._take(topic, message)
            except InvalidError as error:
                await self._keep_aside(topic, message, str(error))

    def _take(self, topic: BoothTopic, message: Message) -> None:
        booth_id, payload = topic.booth, message.payload
        if topic.channel == "availability":
            availability = Availability.parse(payload)
            self._availability[booth_id] = availability.state
            self._urgent.setdefault(booth_id, {}).update(
                availability=availability.state, availability_since=_since(availability, message)
            )
            if availability.state != "online":
                self._on_gone(booth_id)
        elif topic.channel == "reported":
            reported = Reported.parse(payload)
            self._urgent.setdefault(booth_id, {})["reported"] = reported.model_dump_json()
            if reported.revision is not None:
                self._followed[booth_id] = reported.revision
            if reported.device is not None:
                self._certificates[booth_id] = reported.device
        elif topic.channel == "checkup":
            self._checkups[booth_id] = Checkup.parse(payload)
        elif topic.channel == "health":
            health = Health.parse(payload)
            self._health.setdefault(booth_id, {}).update(
                health=health.model_dump_json(), last_seen_at=message.received_at
            )
            if self._glances.is_news(booth_id, health):
                self._to_show.add(booth_id)
            self._on_health(booth_id, health, message.received_at)
        if not message.retained:  # what a broker kept may be of a time before its last stop
            self._heard.add(booth_id)
            self._heard_s[booth_id] = monotonic()

    def _end_grace(self) -> None:
        if self._grace_until is None or monotonic() < self._grace_until:
            return
        self._grace_until = None
        now = datetime.now(UTC)
        for booth_id in self.online():
            if booth_id not in self._heard:
                log.warning("booth %s did not come back after the hub did", booth_id)
                self._availability[booth_id] = "offline"
                self._on_gone(booth_id)
                self._urgent.setdefault(booth_id, {}).update(availability="offline", availability_since=now)

    async def _write(self) -> None:
        if not self._writes():
            return
        now = monotonic()
        due = {
            booth_id: values
            for booth_id, values in self._health.items()
            if booth_id in self._urgent or now - self._health_written.get(booth_id, 0.0) >= HEALTH_INTERVAL_S
        }
        changes = {
            booth_id: {**due.get(booth_id, {}), **self._urgent.get(booth_id, {})} for booth_id in {*due, *self._urgent}
        }
        examined, urgent = dict(self._checkups), set(self._urgent)
        if not changes and not examined:
            return
        try:
            try:
                await self._commit(changes, examined)
            except StoreError as error:
                if not error.lasting:
                    raise
                await self._commit_apart(changes, examined)
        except StoreError as error:
            # Kept and tried again; a newer state takes its place meanwhile.
            self._metrics.state_failures.inc()
            log.warning("booth states not stored: %s (%s)", error, error.hint)
            await asyncio.sleep(1.0)
            return
        for booth_id, values in changes.items():
            _forget(self._urgent, booth_id, values)
            _forget(self._health, booth_id, values)
            if booth_id in due:
                self._health_written[booth_id] = now
        for booth_id, checkup in examined.items():
            if self._checkups.get(booth_id) is checkup:  # else a newer one came meanwhile
                del self._checkups[booth_id]
        news = {booth_id for booth_id in changes if booth_id in self._to_show or "health" not in changes[booth_id]}
        self._to_show -= news
        self._feed.booth_changed(*{*news, *urgent, *examined})
        followed, self._followed = self._followed, {}
        if followed:
            try:
                await self._on_reported(followed)
            except StoreError as error:
                self._followed = followed | self._followed
                log.warning("what booths follow was not looked up: %s (%s)", error, error.hint)
        said, self._certificates = self._certificates, {}
        if said:
            try:
                await self._on_certificate(said)
            except StoreError as error:
                self._certificates = said | self._certificates
                log.warning("which certificates devices have was not looked up: %s (%s)", error, error.hint)

    async def _commit(self, changes: Changes, examined: Mapping[str, Checkup]) -> None:
        async with self._database.writing(beside=True) as connection:
            await _announce_lost(connection, changes)
            await booths.write_states(connection, changes)
            await checkups.write(connection, examined)

    async def _commit_apart(self, changes: Changes, examined: Mapping[str, Checkup]) -> None:
        """One booth after the other, where one of them says what can never be stored: the others are not to wait for
        it. That one is counted and forgotten."""
        for booth_id in sorted({*changes, *examined}):
            mine = {booth_id: examined[booth_id]} if booth_id in examined else {}
            try:
                await self._commit({booth_id: changes[booth_id]} if booth_id in changes else {}, mine)
            except StoreError as error:
                if not error.lasting:
                    raise
                self._metrics.messages_rejected.labels("unstorable").inc()
                log.error("what %s says of itself cannot be stored: %s", booth_id, error)

    async def _keep_aside(self, topic: BoothTopic, message: Message, reason: str) -> None:
        self._metrics.messages_rejected.labels("malformed").inc()
        if not self._writes():
            return
        log.warning("kept aside a message of %s (%s): %s", topic.booth, topic.channel, reason)
        try:
            async with self._database.writing(beside=True) as connection:
                await events.keep_aside(connection, [events.aside(topic.booth, message, reason, None)])
        except StoreError as error:
            self._metrics.state_failures.inc()
            log.warning("not even kept aside: %s", error)


async def _announce_lost(connection: AsyncConnection, changes: Changes) -> None:
    """Booths that were online and are gone without a word; what the broker says again is no news."""
    lost = {booth_id: values for booth_id, values in changes.items() if values.get("availability") == "offline"}
    before = await booths.availabilities(connection) if lost else {}
    for booth_id, values in lost.items():
        if before.get(booth_id) == "online":
            await announce(connection, BoothOffline(booth_id=booth_id, since=values["availability_since"]))


def _since(availability: Availability, message: Message) -> datetime:
    """A last will was written when the booth connected; when it is delivered is when the booth was lost."""
    if availability.state == "offline" and not message.retained:
        return message.received_at
    return availability.since


def _forget(waiting: Changes, booth_id: str, written: dict[str, Any]) -> None:
    """Removes what was written, unless something newer came meanwhile."""
    values = waiting.get(booth_id)
    if values is None:
        return
    for name in [name for name, value in values.items() if name in written and written[name] is value]:
        del values[name]
    if not values:
        del waiting[booth_id]
