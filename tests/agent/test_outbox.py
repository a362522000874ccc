"""The outbox: numbers stay dense, links verify and nothing goes without the hub's word, whatever breaks."""

import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent.errors import StorageError
from agent.health import Trouble
from agent.uplink.outbox import WAITING_MAX, Outbox
from contract.chain import checkpoint_bytes, verify
from contract.messages import (
    Ack,
    Checkpoint,
    Desired,
    Event,
    MonitoringGap,
    Rejection,
    ViolationClosed,
    ViolationOpened,
)
from contract.profiles import PROFILES, RuleProfile
from tests.support.chains import NOON, ack, check_links, invented_violation
from tests.support.processes import ROOT, wait_for


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "outbox.db"


@pytest.fixture
def outbox(path: Path, trouble: Trouble) -> Iterator[Outbox]:
    with closing(Outbox(path, "booth-1", trouble)) as box:
        yield box


def opened() -> ViolationOpened:
    return ViolationOpened(violation=invented_violation())


def fill_disk(outbox: Outbox) -> None:
    """A real SQLITE_FULL: the file may not grow by one page more. Appends until nothing more fits."""
    with outbox._database.reading() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(200):
        outbox.append(opened())
        if outbox.waiting:
            return
    raise AssertionError("the disk never filled")


def free_disk(outbox: Outbox) -> None:
    with outbox._database.reading() as db:
        db.execute("PRAGMA max_page_count = 1000000")


def test_events_are_chained_and_numbered_from_one(outbox: Outbox) -> None:
    events = [outbox.append(opened()) for _ in range(5)]
    pending = outbox.pending(10)
    assert [event.seq for event in pending] == [1, 2, 3, 4, 5]
    assert [Event.parse(event.payload) for event in pending] == events
    check_links(event.payload for event in pending)


def test_an_acknowledgement_deletes_what_it_names_and_nothing_else(outbox: Outbox) -> None:
    for _ in range(10):
        outbox.append(opened())
    assert outbox.apply(ack(outbox.chain_id, (1, 3), (7, 7))) == 4
    assert [event.seq for event in outbox.pending(64)] == [4, 5, 6, 8, 9, 10]
    assert outbox.depth == 6


def test_an_acknowledgement_of_another_chain_changes_nothing(outbox: Outbox) -> None:
    outbox.append(opened())
    assert outbox.apply(ack(uuid4(), (1, 100))) == 0
    assert outbox.depth == 1


def test_a_rejected_event_goes_and_is_counted(
    outbox: Outbox, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.append(opened())
    outbox.append(opened())
    outbox.apply(Ack(chain_id=outbox.chain_id, rejected=(Rejection(seq=1, reason="unreadable"),)))
    assert [event.seq for event in outbox.pending(64)] == [2]
    assert trouble.of("events_rejected") == 1
    assert "unreadable" in caplog.text


def test_the_chain_goes_on_over_a_restart_even_when_everything_was_acknowledged(path: Path) -> None:
    with closing(Outbox(path, "booth-1")) as before:
        first = [before.append(opened()) for _ in range(3)][-1]
        head = check_links(event.payload for event in before.pending(9))
        before.apply(ack(before.chain_id, (1, 3)))
    with closing(Outbox(path, "booth-1")) as after:
        event = after.append(opened())
    assert first is not None
    assert event is not None
    assert (event.chain_id, event.seq, event.prev_sha256) == (first.chain_id, 4, head)


def test_a_checkpoint_signs_the_head_once(outbox: Outbox) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    assert outbox.append_checkpoint(key) is None
    outbox.append(opened())
    event = outbox.append_checkpoint(key)
    assert event is not None
    assert isinstance(event.body, Checkpoint)
    assert (event.body.head_seq, event.body.head_sha256) == (1, event.prev_sha256)
    signed = checkpoint_bytes(outbox.chain_id, event.body.head_seq, event.body.head_sha256)
    assert verify(key.public_key(), event.body.signature, signed)
    assert outbox.append_checkpoint(key) is None


def test_what_is_open_is_known_after_a_restart(path: Path) -> None:
    lasting, over = invented_violation(), invented_violation()
    gap = MonitoringGap(gap_id=uuid4(), reason="camera_lost", started_at=NOON)
    with closing(Outbox(path, "booth-1")) as before:
        before.append(ViolationOpened(violation=lasting))
        before.append(ViolationOpened(violation=over))
        before.append(ViolationClosed(violation=over.model_copy(update={"ended_at": NOON})))
        before.append(gap)
    with closing(Outbox(path, "booth-1")) as after:
        assert after.open_violations() == [lasting]
        assert after.open_gaps() == [gap]
        assert after.last_alive is not None
        after.append(gap.model_copy(update={"ended_at": NOON}))
        assert after.open_gaps() == []


def test_what_the_hub_wants_survives_a_restart(path: Path) -> None:
    desired = Desired(revision=3, profile=PROFILES["strict"])
    with closing(Outbox(path, "booth-1")) as before:
        assert before.desired is None
        before.store_desired(desired)
    with closing(Outbox(path, "booth-1")) as after:
        assert after.desired == desired


def test_a_clean_stop_leaves_no_sign_of_being_cut_off(outbox: Outbox) -> None:
    outbox.mark_alive(NOON)
    assert outbox.last_alive == NOON
    outbox.mark_stopped()
    assert outbox.last_alive is None


def test_a_second_agent_is_refused_and_a_reader_is_not(outbox: Outbox, path: Path) -> None:
    outbox.append(opened())
    with pytest.raises(StorageError, match="another agent"):
        Outbox(path, "booth-1")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_an_event_that_no_broker_would_take_is_refused_and_leaves_no_hole(outbox: Outbox, trouble: Trouble) -> None:
    violation = invented_violation()
    models = {f"model-{number}": "0" * 64 for number in range(1000)}
    bloated = violation.model_copy(update={"explanation": violation.explanation.model_copy(update={"models": models})})
    outbox.append(opened())
    assert outbox.append(ViolationOpened(violation=bloated)) is None
    outbox.append(opened())
    check_links(event.payload for event in outbox.pending(9))
    assert trouble.of("payload_too_large") == 1


# --- a full disk ---


def test_a_full_disk_keeps_events_in_memory_until_there_is_room(outbox: Outbox, trouble: Trouble) -> None:
    fill_disk(outbox)
    on_disk = len(outbox.pending(1000))
    for _ in range(10):
        assert outbox.append(opened()) is not None
    assert outbox.waiting >= 10
    assert len(outbox.pending(1000)) == on_disk, "only what is on disk may be sent"
    assert trouble.of("outbox_full") >= 10
    free_disk(outbox)
    assert outbox.retry()
    assert outbox.waiting == 0
    check_links(event.payload for event in outbox.pending(1000))


def test_what_overflows_the_memory_becomes_a_gap(outbox: Outbox, trouble: Trouble) -> None:
    fill_disk(outbox)
    lasting = invented_violation()
    outbox.append(ViolationOpened(violation=lasting))
    while outbox.waiting < WAITING_MAX:
        outbox.append(opened())
    for _ in range(7):
        assert outbox.append(opened()) is None
    end = ViolationClosed(violation=lasting.model_copy(update={"ended_at": NOON}))
    assert outbox.append(end) is not None, "the end of what was kept is kept"
    assert trouble.of("events_dropped") == 7
    free_disk(outbox)
    assert outbox.retry()
    payloads = [event.payload for event in outbox.pending(1000)]
    check_links(payloads)
    gap = Event.parse(payloads[-1]).body
    assert isinstance(gap, MonitoringGap)
    assert gap.reason == "events_dropped"
    assert gap.detail.startswith("7 ")
    assert gap.ended_at is not None
    assert Event.parse(payloads[-2]).body == end


def test_an_acknowledgement_makes_room_on_a_full_disk(outbox: Outbox) -> None:
    for _ in range(100):
        outbox.append(opened())
    fill_disk(outbox)
    outbox.apply(ack(outbox.chain_id, (1, 100)))
    assert outbox.retry()
    check_links((event.payload for event in outbox.pending(1000)), first_seq=101, prev_sha256=None)


def test_other_writes_on_a_full_disk_fail_with_one_sentence(outbox: Outbox) -> None:
    fill_disk(outbox)
    with pytest.raises(StorageError, match="disk is full") as caught:
        outbox.store_desired(Desired(revision=1, profile=_profile_of_many_pages()))
    assert caught.value.kind == "full"


def _profile_of_many_pages() -> RuleProfile:
    labels = {f"label {number}": 0.5 for number in range(10_000)}
    profile = PROFILES["strict"]
    items = profile.rules.prohibited_object.model_copy(update={"min_score": labels})
    return profile.model_copy(update={"rules": profile.rules.model_copy(update={"prohibited_object": items})})


# --- a damaged file ---


def damage(path: Path, where: str) -> None:
    data = bytearray(path.read_bytes())
    if where == "header":
        data[:100] = b"not a database at all, sorry. " * 3 + b"x" * 10
    else:
        data[4096:] = random.Random(7).randbytes(len(data) - 4096)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("where", ["header", "pages"])
def test_a_damaged_file_is_moved_aside_and_a_new_chain_begins(
    path: Path, where: str, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Outbox(path, "booth-1")) as before:
        for _ in range(20):
            before.append(opened())
    damage(path, where)
    with closing(Outbox(path, "booth-1", trouble)) as after:
        assert after.chain_id != before.chain_id
        event = after.append(opened())
        assert event is not None
        assert event.seq == 1
        bodies = [Event.parse(pending.payload).body for pending in after.pending(9)]
        check_links(pending.payload for pending in after.pending(9))
    assert any(isinstance(body, MonitoringGap) and body.reason == "events_dropped" for body in bodies)
    assert trouble.of("outbox_corrupt") == 1
    assert "damaged" in caplog.text
    assert len(list(path.parent.glob("outbox.db.damaged-*"))) >= 1


def test_a_head_that_is_not_the_last_events_hash_counts_as_damage(path: Path, trouble: Trouble) -> None:
    with closing(Outbox(path, "booth-1")) as before:
        before.append(opened())
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE events SET payload = payload || ' '")
        db.commit()
    with closing(Outbox(path, "booth-1", trouble)) as after:
        assert after.chain_id != before.chain_id
    assert trouble.of("outbox_corrupt") == 1


def test_damage_while_running_begins_a_new_chain_with_what_waited(outbox: Outbox, trouble: Trouble) -> None:
    for _ in range(20):
        outbox.append(opened())
    chain = outbox.chain_id
    with outbox._database.reading() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(outbox._database.path, "pages")
    with outbox._database.reading() as db:
        db.execute("PRAGMA shrink_memory")
    for _ in range(3):
        outbox.append(opened())
    assert outbox.retry()
    assert outbox.chain_id != chain
    assert trouble.of("outbox_corrupt") == 1
    payloads = [event.payload for event in outbox.pending(99)]
    check_links(payloads)
    assert sum(isinstance(Event.parse(payload).body, ViolationOpened) for payload in payloads) == 3


# --- any order of anything ---


class OutboxMachine(RuleBasedStateMachine):
    """Appends, acknowledgements, crashes and full disks in any order, against a list that is simply right."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.outbox = Outbox(self.folder / "outbox.db", "booth-1")
        self.chain = self.outbox.chain_id
        self.acknowledged: set[int] = set()
        self.seen: dict[int, bytes] = {}

    @rule(count=st.integers(1, 5))
    def append(self, count: int) -> None:
        for _ in range(count):
            assert self.outbox.append(opened()) is not None

    @rule(first=st.integers(1, 60), length=st.integers(0, 20))
    def acknowledge(self, first: int, length: int) -> None:
        self.acknowledged |= {seq for seq in self.seen if first <= seq <= first + length}
        self.outbox.apply(ack(self.chain, (first, first + length)))

    @rule()
    def crash_and_reopen(self) -> None:
        """What is on disk at this moment, as the next start finds it."""
        copy = Path(tempfile.mkdtemp())
        for part in self.folder.iterdir():
            shutil.copy(part, copy)
        self.outbox.close()
        shutil.rmtree(self.folder)
        self.folder = copy
        self.outbox = Outbox(copy / "outbox.db", "booth-1")

    @rule()
    def fill_the_disk(self) -> None:
        with self.outbox._database.reading() as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            db.execute(f"PRAGMA max_page_count = {pages}")

    @rule()
    def free_the_disk(self) -> None:
        free_disk(self.outbox)
        assert self.outbox.retry()

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "outbox"):
            return
        for seq, payload in self.outbox.pending(100_000):
            assert self.seen.setdefault(seq, payload) == payload, "a number was given twice"
        check_links(self.seen[seq] for seq in sorted(self.seen))
        pending = {event.seq for event in self.outbox.pending(100_000)}
        assert pending == set(self.seen) - self.acknowledged, "gone without an acknowledgement, or back after one"

    def teardown(self) -> None:
        if hasattr(self, "outbox"):
            self.outbox.close()
            shutil.rmtree(self.folder)


OutboxMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_any_order_of_anything = OutboxMachine.TestCase


# --- kill -9 ---

APPENDER = """
import sys
import tempfile
from pathlib import Path
from agent.uplink.outbox import Outbox
from contract.messages import ViolationOpened
from tests.support.chains import invented_violation

outbox = Outbox(Path(sys.argv[1]), "booth-1")
while True:
    event = outbox.append(ViolationOpened(violation=invented_violation()))
    print(event.seq, flush=True)
"""


def test_kill_9_in_the_middle_of_appends_loses_nothing_that_was_promised(path: Path) -> None:
    dice = random.Random()
    promised = 0
    for _ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        until = promised + dice.randint(1, 120)
        for line in child.stdout:
            promised = int(line)
            if promised >= until:
                break
        child.kill()
        rest = child.stdout.read().splitlines()  # said before it died; the last line may be cut off
        child.stdout.close()
        child.wait()
        promised = max([promised, *(int(line) for line in rest[:-1])])
        with closing(Outbox(path, "booth-1")) as outbox:
            pending = outbox.pending(1_000_000)
            check_links(event.payload for event in pending)
            assert len(pending) >= promised
            promised = len(pending)
    assert not list(path.parent.glob("*damaged*"))


def test_a_killed_writer_leaves_its_lock_free(path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", APPENDER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    wait_for("the first append", child.stdout.readline)
    child.kill()
    child.wait()
    child.stdout.close()
    Outbox(path, "booth-1").close()
