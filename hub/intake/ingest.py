"""Events from booths into the database: collect, commit, and only then acknowledge.

The queue holds `QUEUE` events. One that comes on top is dropped, counted and not acknowledged, so the booth sends it
again. To the broker every event is confirmed, stored or dropped: what stays unconfirmed would occupy the connection's
receive window for ever, and the broker's memory is not what events are safe in.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Final
from uuid import UUID

from contract.messages import Ack, Rejection, SeqRange
from contract.topics import booth_topic
from hub.db import Database
from hub.desired import DesiredState
from hub.errors import StoreError
from hub.evidence.countersign import Countersigner
from hub.feed import Feed
from hub.intake import batch, bodies
from hub.intake.incoming import Incoming, Refused, read
from hub.intake.message import Delivery, Message
from hub.intake.progress import ranges
from hub.metrics import Metrics
from hub.mqtt import RECEIVE_MAXIMUM, HubMqtt
from hub.states import BoothStates
from hub.webhooks import announce_events

log = logging.getLogger(__name__)

QUEUE: Final = RECEIVE_MAXIMUM
BATCH: Final = 500
PACE_S: Final = 0.02
"""From the beginning of one batch to that of the next, at least: one flush to disk serves all that came meanwhile. An
event that comes after a pause waits for nothing, and neither does anything where a batch takes longer than this."""
RETRY_S: Final = (0.1, 5.0)
"""First and longest pause before a batch is tried again."""
ANSWER_S: Final = 30.0
"""A database that takes longer for a batch is away, as when its machine is gone without a word. What it may have
committed all the same is known by its number when the batch is tried again."""
MISSING_IN_ACK: Final = 20
REJECTED_IN_ACK: Final = 100
"""Each with a reason of up to 300 letters: half of what may travel."""
FINISH_S: Final = 1.5

Arrived = Incoming | Refused


class Ingest:
    def __init__(
        self,
        database: Database,
        mqtt: HubMqtt,
        feed: Feed,
        states: BoothStates,
        countersigner: Countersigner,
        desired: DesiredState,
        metrics: Metrics,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._database = database
        self._mqtt = mqtt
        self._feed = feed
        self._states = states
        self._countersigner = countersigner
        self._desired = desired
        self._metrics = metrics
        self._loop = loop
        self._queue: deque[tuple[Arrived, Delivery]] = deque()
        self._lock = threading.Lock()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._failing_since: float | None = None
        self._taken_at = 0.0

    def failing_s(self) -> float:
        """For how long the database has not taken what came; 0 while it does, or while nothing comes."""
        return 0.0 if self._failing_since is None else monotonic() - self._failing_since

    def receive(self, booth_id: str, message: Message) -> None:
        """In paho's thread."""
        arrived = read(booth_id, message)
        with self._lock:
            full = len(self._queue) >= QUEUE
            if not full:
                self._queue.append((arrived, message.delivery))
            first = len(self._queue) == 1
        if full:
            self._metrics.ingest_overflow.inc()
            self._mqtt.taken(message.delivery)
        elif first:
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Until cancelled; an error of the database only makes it wait."""
        while True:
            taken = await self._take()
            self._idle.clear()
            try:
                await self._store(taken)
            finally:
                self._idle.set()

    async def finish(self) -> None:
        """Lets a batch that is being written come to its end, for a moment; what is not committed is sent again."""
        try:
            await asyncio.wait_for(self._idle.wait(), FINISH_S)
        except TimeoutError:
            log.warning("stopped with a batch that the database did not take; booths send it again")

    async def _take(self) -> list[tuple[Arrived, Delivery]]:
        while not self._queue:
            self._wake.clear()
            if not self._queue:
                await self._wake.wait()
        rest_s = self._taken_at + PACE_S - monotonic()
        if rest_s > 0 and len(self._queue) < BATCH:
            await asyncio.sleep(rest_s)
        self._taken_at = monotonic()
        with self._lock:
            taken = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
        self._metrics.ingest_queue.set(len(self._queue))
        return taken

    async def _store(self, taken: Sequence[tuple[Arrived, Delivery]]) -> None:
        """What comes again is shown again: whoever committed it perhaps died before it could say so."""
        self._metrics.ingest_batch.observe(len(taken))
        for outcome in await self._commit([arrived for arrived, _ in taken]):
            self._count(outcome)
            self._acknowledge(outcome)
            self._states.seen({each.event.booth for each in outcome.stored})
            violations, gaps = bodies.named(each.event.body for each in outcome.repeated)
            self._feed.publish(outcome.violations | violations, outcome.gaps | gaps)
            self._feed.exam_session_changed(*outcome.exam_sessions)
            await self._tell(outcome.booths)
        for _, delivery in taken:
            self._mqtt.taken(delivery)

    async def _tell(self, booth_ids: set[str]) -> None:
        """What booths should be doing now that a candidate took a step. Where it fails they hear it with the next
        change or connection."""
        try:
            await self._desired.publish(*booth_ids)
        except StoreError as error:
            log.warning("%s not told what to do: %s", ", ".join(sorted(booth_ids)), error)

    async def _commit(self, arrived: Sequence[Arrived]) -> list[batch.Outcome]:
        """Commits all of them, however long the database takes to recover.

        Where it is not the database but an event that cannot be stored, each is tried alone and that one kept aside.
        """
        pause_s, longest_s = RETRY_S
        while True:
            try:
                outcome = await self._try(arrived)
                self._failing_since = None
                return [outcome]
            except StoreError as error:
                self._failing_since = self._failing_since or monotonic()
                if error.lasting:
                    log.error("a batch of %d cannot be stored: %s", len(arrived), error)
                    return await self._apart(arrived, error)
                self._metrics.ingest_retries.inc()
                log.warning("events not stored, trying again in %.1f s: %s (%s)", pause_s, error, error.hint)
            except Exception as error:
                log.exception("a batch of %d cannot be stored", len(arrived))
                return await self._apart(arrived, error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)

    async def _try(self, arrived: Sequence[Arrived]) -> batch.Outcome:
        async with self._database.writing(beside=True, within_s=ANSWER_S) as connection:
            outcome = await batch.store(connection, arrived, self._states.clock_offset_ms)
            stored = [each.event for each in outcome.stored]
            await self._countersigner.sign_what_stopped(connection, stored)
            await announce_events(connection, stored)
        return outcome

    async def _apart(self, arrived: Sequence[Arrived], error: Exception) -> list[batch.Outcome]:
        if len(arrived) > 1:
            return [outcome for each in arrived for outcome in await self._commit([each])]
        each = arrived[0]
        if isinstance(each, Refused):
            # Already what it would become: not even that can be written, so it is only counted.
            return [batch.Outcome(refused=[each])]
        refused = Refused(each.event.booth, each.message, "unstorable", f"cannot be stored: {error}"[:300], each.key)
        return await self._commit([refused])

    def _count(self, outcome: batch.Outcome) -> None:
        metrics = self._metrics
        metrics.events_committed.inc(len(outcome.stored))
        metrics.events_repeated.inc(len(outcome.repeated))
        metrics.events_deferred.inc(len(outcome.deferred))
        metrics.links_broken.inc(outcome.links_broken)
        for why, count in outcome.steps_unused.items():
            metrics.steps_unused.labels(why).inc(count)
        metrics.checkpoints_refused.inc(outcome.checkpoints_refused)
        for refused in outcome.refused:
            metrics.messages_rejected.labels(refused.refusal).inc()
            log.warning("kept aside a message of %s: %s: %s", refused.booth_id, refused.refusal, refused.reason)

    def _acknowledge(self, outcome: batch.Outcome) -> None:
        """One acknowledgement for each booth and chain; the booth forgets what is named as committed or rejected."""
        committed: dict[tuple[str, UUID], list[int]] = {}
        asked = {(each.event.booth, each.event.chain_id) for each in outcome.deferred}
        rejected: dict[tuple[str, UUID], list[Rejection]] = {}
        for each in (*outcome.stored, *outcome.repeated):
            committed.setdefault((each.event.booth, each.event.chain_id), []).append(each.event.seq)
        for refused in outcome.refused:
            if refused.key:
                chain_id, seq = refused.key
                reason = Rejection(seq=seq, reason=refused.reason)
                rejected.setdefault((refused.booth_id, chain_id), []).append(reason)
        for booth_id, chain_id in committed.keys() | rejected.keys() | asked:
            missing = outcome.missing.get(chain_id, ()) if (booth_id, chain_id) in committed.keys() | asked else ()
            ack = Ack(
                chain_id=chain_id,
                committed=_seq_ranges(ranges(committed.get((booth_id, chain_id), ()))),
                missing=_seq_ranges(missing[:MISSING_IN_ACK]),
            )
            self._send(booth_id, ack)
            refusals = rejected.get((booth_id, chain_id), [])
            for start in range(0, len(refusals), REJECTED_IN_ACK):
                self._send(booth_id, Ack(chain_id=chain_id, rejected=tuple(refusals[start : start + REJECTED_IN_ACK])))

    def _send(self, booth_id: str, ack: Ack) -> None:
        if ack.committed or ack.rejected or ack.missing:
            self._mqtt.publish(booth_topic(booth_id, "acks"), ack.to_json())


def _seq_ranges(found: Iterable[tuple[int, int]]) -> tuple[SeqRange, ...]:
    return tuple(SeqRange(first=first, last=last) for first, last in found)
