"""The outbox: every event of this booth, chained and on disk, until the hub says that it has committed it."""

import itertools
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeVar
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import StorageError
from agent.health import Trouble
from agent.uplink.database import Database, move_aside, set_state
from contract.chain import checkpoint_bytes, sha256_hex, sign
from contract.messages import (
    Ack,
    Checkpoint,
    Desired,
    Event,
    EventBody,
    MonitoringGap,
    Rejection,
    ViolationClosed,
    ViolationOpened,
    ViolationUpdated,
)
from contract.sitting import ExamSessionStep
from contract.topics import MAX_PAYLOAD_BYTES
from contract.violation import Violation
from contract.wire import InvalidError, Wire

log = logging.getLogger(__name__)
Message = TypeVar("Message", bound=Wire)

WAITING_MAX: Final = 256
"""Events kept in memory while the disk takes none. Beyond it new ones are dropped, and the drop becomes a gap;
the end of something whose beginning was kept is always kept too."""

BATCH: Final = 16
"""Events a transaction, when some waited: a little room on the disk takes a few of them."""


class Pending(NamedTuple):
    """An event with its bytes; `payload` is what was hashed and must be sent as it is."""

    seq: int
    payload: bytes


class Outbox:
    """Appended to by the vision thread, read by the uplink, both guarded by one lock.

    `append` never fails for the disk's sake: what cannot be written waits in memory (at most `WAITING_MAX`) and is
    tried again with each append and each `retry`; only what is on disk is ever sent. Opening and all other calls
    raise `StorageError`.
    """

    def __init__(self, path: Path, booth: str, trouble: Trouble | None = None) -> None:
        self._booth = booth
        self._trouble = trouble or Trouble()
        self._boot_id = _boot_id()
        self._lock = threading.RLock()
        self._waiting: deque[tuple[Event, bytes]] = deque()
        self._lost = 0
        self._lost_since: tuple[datetime, float] | None = None
        self.on_append: Callable[[], None] = lambda: None
        """Called after each append, in the thread that appended: wakes the uplink."""
        self.exam_session: UUID | None = None
        """The one that is on: every event names it. Set by the monitor, which knows when it begins and ends."""
        self.chain_id: UUID
        self._next_seq: int
        self._head_sha256: str
        self._signed_seq: int
        self._open_ids: frozenset[UUID]
        self._gone: set[int]
        """Committed by the hub, and still on a disk too full to let go of them: not sent again."""
        self._database = self._open(path)
        self._load()

    # --- appending ---

    def append(self, body: EventBody) -> Event | None:
        """Chain `body` and commit it. None when it was refused: too large, or disk and memory are both full."""
        return self.append_of(body.exam_session if isinstance(body, ExamSessionStep) else self.exam_session, body)

    def append_of(self, exam_session: UUID | None, body: EventBody) -> Event | None:
        """The same for what belongs to another exam session than the one that is on: a clip that came late."""
        with self._lock:
            if len(self._waiting) >= WAITING_MAX and not self._ends_what_was_kept(body):
                self._lose(1, "Disk and memory are full: an event was dropped. Free some disk space.")
                return None
            event = self._chain(body, exam_session, datetime.now(UTC), time.monotonic())
            if event is not None:
                self.retry()
                self.on_append()
            return event

    def append_checkpoint(self, key: ec.EllipticCurvePrivateKey) -> Event | None:
        """Sign the chain's head and append the signature. None when nothing came since the last one, or the key does
        not sign: the next one covers what this one would have."""
        with self._lock:
            head_seq = self._next_seq - 1
            if head_seq <= self._signed_seq:
                return None
            try:
                signature = sign(key, checkpoint_bytes(self.chain_id, head_seq, self._head_sha256))
            except OSError as error:  # the TPM's
                self._trouble.count("signing_failed", f"The chain is not signed for now: {error.strerror}.")
                return None
            return self.append(Checkpoint(head_seq=head_seq, head_sha256=self._head_sha256, signature=signature))

    def retry(self) -> bool:
        """Write what waits in memory; True when nothing waits any more."""
        with self._lock:
            try:
                self._let_go()
                while self._waiting:
                    batch = list(itertools.islice(self._waiting, BATCH))
                    self._write(batch)
                    for _ in batch:
                        self._waiting.popleft()
            except StorageError as error:
                self._keep_waiting(error)
                return False
            if self._lost:
                self._tell_of_loss()
            return not self._waiting

    def _chain(
        self, body: EventBody, exam_session: UUID | None, wall_time: datetime, monotonic_s: float
    ) -> Event | None:
        """The next link, put where `_write` takes it from."""
        event = Event(
            chain_id=self.chain_id,
            seq=self._next_seq,
            prev_sha256=self._head_sha256,
            booth=self._booth,
            wall_time=wall_time,
            monotonic_s=monotonic_s,
            boot_id=self._boot_id,
            exam_session=exam_session,
            body=body,
        )
        payload = event.to_json()
        if len(payload) > MAX_PAYLOAD_BYTES:
            self._trouble.count(
                "payload_too_large",
                f"A {body.type} event of {len(payload)} bytes was refused: over {MAX_PAYLOAD_BYTES}.",
            )
            return None
        self._next_seq, self._head_sha256 = event.seq + 1, sha256_hex(payload)
        if isinstance(body, Checkpoint):
            self._signed_seq = event.seq
        self._open_ids = _open_after(self._open_ids, body)
        self._waiting.append((event, payload))
        return event

    def _write(self, batch: list[tuple[Event, bytes]]) -> None:
        """Events, the head they lead to and what they leave open, in one transaction."""
        last, payload = batch[-1]
        with self._database.transaction() as db:
            for event, data in batch:
                db.execute("INSERT INTO events (seq, payload) VALUES (?, ?)", (event.seq, data))
                _note_open(db, event.body)
                if isinstance(event.body, Checkpoint):
                    db.execute("UPDATE chain SET signed_seq = ?", (event.seq,))
            db.execute("UPDATE chain SET next_seq = ?, head_sha256 = ?", (last.seq + 1, sha256_hex(payload)))
            set_state(db, "last_alive", last.wall_time.isoformat().encode())

    def _keep_waiting(self, error: StorageError) -> None:
        if error.kind == "corrupt":
            self._begin_anew(error)
            return
        self._trouble.count(
            "outbox_full" if error.kind == "full" else "outbox_failed",
            f"{error} Monitoring goes on; up to {WAITING_MAX} events wait in memory.",
        )

    def _begin_anew(self, error: StorageError) -> None:
        """A damaged file cannot be written: what waits is chained again in a new one, at the next `retry`."""
        try:
            aside = self._database.begin_anew()
            waiting = list(self._waiting)
            self._load()
        except (StorageError, OSError) as again:
            self._trouble.count("outbox_failed", f"{error} It cannot be replaced either: {again}")
            return
        self._waiting.clear()
        self._trouble.count("outbox_corrupt", f"{error} It was moved to {aside.name}; a new chain of events begins.")
        self._lose(1, "")
        for event, _ in waiting:
            if not isinstance(event.body, Checkpoint):  # it signed a head of the old chain
                self._chain(event.body, event.exam_session, event.wall_time, event.monotonic_s)

    def _ends_what_was_kept(self, body: EventBody) -> bool:
        """Their number is bounded by what is open, so the memory stays bounded too."""
        match body:
            case ViolationClosed():
                return body.violation.violation_id in self._open_ids
            case MonitoringGap():
                return body.ended_at is not None and body.gap_id in self._open_ids
            case _:
                return False

    def _lose(self, events: int, sentence: str) -> None:
        self._lost += events
        self._lost_since = self._lost_since or (datetime.now(UTC), time.monotonic())
        self._trouble.count("events_dropped", sentence, times=events)

    def _tell_of_loss(self) -> None:
        started_at, began_s = self._lost_since or (datetime.now(UTC), time.monotonic())
        gap = MonitoringGap(
            gap_id=uuid4(),
            reason="events_dropped",
            detail=f"{self._lost} or more events were lost: this device's disk was full or damaged",
            started_at=started_at,
            ended_at=started_at + timedelta(seconds=time.monotonic() - began_s),
        )
        self._lost, self._lost_since = 0, None
        self.append(gap)

    # --- sending and acknowledgement ---

    def pending(self, window: int) -> list[Pending]:
        """The oldest events that the hub has not acknowledged, at most `window`."""
        with self._lock, self._database.reading() as db:
            limit = window + len(self._gone)
            rows = db.execute("SELECT seq, payload FROM events ORDER BY seq LIMIT ?", (limit,)).fetchall()
            return [Pending(seq, payload) for seq, payload in rows if seq not in self._gone][:window]

    def apply(self, ack: Ack) -> int:
        """Forget what the hub has committed, or can never commit. Returns how many rows went.

        An acknowledgement of another chain changes nothing: it speaks of a database that was replaced.
        """
        with self._lock:
            if ack.chain_id != self.chain_id:
                return 0
            try:
                committed, rejected = self._delete(ack)
            except StorageError as error:
                if error.kind == "full":
                    with self._database.reading() as db:
                        for first, last in ((span.first, span.last) for span in ack.committed):
                            found = db.execute("SELECT seq FROM events WHERE seq BETWEEN ? AND ?", (first, last))
                            self._gone |= {seq for (seq,) in found}
                raise
        for rejection in rejected:
            self._trouble.count("events_rejected")
            log.error("The hub rejected event %d for good: %s", rejection.seq, rejection.reason)
        return committed + len(rejected)

    def _delete(self, ack: Ack) -> tuple[int, list[Rejection]]:
        with self._database.transaction() as db:
            committed = sum(
                db.execute("DELETE FROM events WHERE seq BETWEEN ? AND ?", (span.first, span.last)).rowcount
                for span in ack.committed
            )
            rejected = [
                rejection
                for rejection in ack.rejected
                if db.execute("DELETE FROM events WHERE seq = ?", (rejection.seq,)).rowcount
            ]
        return committed, rejected

    def _let_go(self) -> None:
        if self._gone:
            with self._database.transaction() as db:
                db.executemany("DELETE FROM events WHERE seq = ?", [(seq,) for seq in self._gone])
            self._gone.clear()

    @property
    def depth(self) -> int:
        """Events that the hub has not acknowledged, those waiting in memory included."""
        with self._lock, self._database.reading() as db:
            (rows,) = db.execute("SELECT count(*) FROM events").fetchone()
            return int(rows) - len(self._gone) + len(self._waiting)

    @property
    def waiting(self) -> int:
        """Events that are only in memory because the disk takes none."""
        return len(self._waiting)

    # --- what must be known after a crash ---

    def open_violations(self) -> list[Violation]:
        """Opened and never closed: after `kill -9` the next start closes them."""
        return self._left_open("open_violations", Violation)

    def open_gaps(self) -> list[MonitoringGap]:
        return self._left_open("open_gaps", MonitoringGap)

    @property
    def desired(self) -> Desired | None:
        """What the hub last asked for; None before the first, or when an older agent's words no longer parse."""
        value = self._state("desired")
        try:
            return Desired.parse(value) if value else None
        except InvalidError as error:
            log.warning("What the hub last asked for cannot be read any more (%s); the built-in profile serves.", error)
            return None

    def store_desired(self, desired: Desired) -> None:
        with self._database.transaction() as db:
            set_state(db, "desired", desired.to_json())

    def kept(self, key: Literal["sitting"]) -> bytes | None:
        """What `keep` wrote last."""
        return self._state(key)

    def keep(self, key: Literal["sitting"], value: bytes | None) -> None:
        """Something small that survives a power cut beside `desired`; None forgets it."""
        with self._database.transaction() as db:
            if value is None:
                db.execute("DELETE FROM state WHERE key = ?", (key,))
            else:
                set_state(db, key, value)

    @property
    def last_alive(self) -> datetime | None:
        """When the agent last wrote that it runs; None after a clean stop and before the first start."""
        value = self._state("last_alive")
        return datetime.fromisoformat(value.decode()) if value else None

    def mark_alive(self, at: datetime) -> None:
        with self._database.transaction() as db:
            set_state(db, "last_alive", at.isoformat().encode())

    def mark_stopped(self) -> None:
        """Nothing was cut off: the next start reports no gap."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM state WHERE key = 'last_alive'")

    def close(self) -> None:
        self._database.close()

    def _left_open(self, table: Literal["open_violations", "open_gaps"], kind: type[Message]) -> list[Message]:
        with self._database.reading() as db:
            rows = db.execute(f"SELECT body FROM {table}").fetchall()  # noqa: S608 - one of two names
        found = []
        for (body,) in rows:
            try:
                found.append(kind.parse(body))
            except InvalidError as error:
                log.warning("Something left open by an older agent cannot be read any more: %s", error)
        return found

    def _state(self, key: str) -> bytes | None:
        with self._database.reading() as db:
            row = db.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row else None

    def _open(self, path: Path) -> Database:
        try:
            return Database(path)
        except StorageError as error:
            if error.kind != "corrupt":
                raise
            aside = move_aside(path)
            self._trouble.count(
                "outbox_corrupt", f"{error} It was moved to {aside.name}; a new chain of events begins."
            )
            self._lose(1, "")
            return Database(path)

    def _load(self) -> None:
        with self._database.reading() as db:
            chain_id, next_seq, head, signed = db.execute(
                "SELECT chain_id, next_seq, head_sha256, signed_seq FROM chain"
            ).fetchone()
            opened = db.execute(
                "SELECT violation_id FROM open_violations UNION SELECT gap_id FROM open_gaps"
            ).fetchall()
        self.chain_id = UUID(chain_id)
        self._next_seq, self._head_sha256, self._signed_seq = int(next_seq), str(head), int(signed)
        self._open_ids = frozenset(UUID(known) for (known,) in opened)
        self._gone = set()


def _open_after(known: frozenset[UUID], body: EventBody) -> frozenset[UUID]:
    """What is open once `body` has been appended."""
    match body:
        case ViolationOpened() | ViolationUpdated():
            return known | {body.violation.violation_id}
        case ViolationClosed():
            return known - {body.violation.violation_id}
        case MonitoringGap():
            return known | {body.gap_id} if body.ended_at is None else known - {body.gap_id}
        case _:
            return known


def _note_open(db: sqlite3.Connection, body: EventBody) -> None:
    """Keep the table of what is open in step, in the same transaction as the event."""
    match body:
        case ViolationOpened() | ViolationUpdated():
            known = (str(body.violation.violation_id), body.violation.to_json())
            db.execute("INSERT OR REPLACE INTO open_violations VALUES (?, ?)", known)
        case ViolationClosed():
            db.execute("DELETE FROM open_violations WHERE violation_id = ?", (str(body.violation.violation_id),))
        case MonitoringGap(ended_at=None):
            db.execute("INSERT OR REPLACE INTO open_gaps VALUES (?, ?)", (str(body.gap_id), body.to_json()))
        case MonitoringGap():
            db.execute("DELETE FROM open_gaps WHERE gap_id = ?", (str(body.gap_id),))
        case _:
            pass


def _boot_id() -> str:
    """Which boot the monotonic clock belongs to; empty where the kernel does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
