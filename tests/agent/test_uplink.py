"""The uplink against a real broker: what the hub has not acknowledged is sent again, and nothing stops it for good."""

import shutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from agent.errors import StorageError
from agent.health import Trouble
from agent.uplink.outbox import Outbox, Pending
from agent.uplink.uplink import Uplink
from agent.uplink.window import LEAST, OVERDUE_FIRST_S, OVERDUE_MAX_S, WINDOW, Window
from contract.device import DeviceConfig
from contract.live import DoneReply
from contract.messages import (
    Ack,
    AnyCommand,
    AnyReply,
    Availability,
    ClockCommand,
    ClockReply,
    Desired,
    ErrorReply,
    Health,
    Rejection,
    Reported,
    SeqRange,
    SnapshotCommand,
    SnapshotReply,
    ViolationOpened,
    parse_reply,
)
from contract.profiles import PROFILES
from contract.topics import MAX_PAYLOAD_BYTES, booth_topic
from contract.violation import EvidenceRef
from tests.support.broker import Authority, Broker
from tests.support.chains import NOON, check_links, invented_violation
from tests.support.hub_stand_in import HubStandIn
from tests.support.processes import wait_for

BOOTH = "booth-1"


class Booth:
    """The agent's outbox and uplink, and what they were told."""

    def __init__(self, config: DeviceConfig) -> None:
        self.trouble = Trouble()
        self.outbox = Outbox(config.state_dir / "outbox.db", config.booth, self.trouble)
        self.desired: list[Desired] = []
        self.picture: AnyReply | Future[AnyReply] | StorageError = ErrorReply(reason="no camera")
        self.uplink = Uplink(
            config, self.outbox, self.trouble, on_desired=self.desired.append, on_command=self._command
        )

    def _command(self, _: AnyCommand) -> AnyReply | Future[AnyReply]:
        if isinstance(self.picture, StorageError):
            raise self.picture
        return self.picture

    def append(self, count: int = 1) -> None:
        for _ in range(count):
            assert self.outbox.append(ViolationOpened(violation=invented_violation())) is not None

    def wait_until_empty(self) -> None:
        wait_for("the outbox to be empty", lambda: self.outbox.depth == 0)

    def wait_until_connected(self) -> None:
        wait_for("the connection", lambda: self.uplink.connected)

    def close(self) -> None:
        self.uplink.stop()
        self.outbox.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def config(broker: Broker, tmp_path: Path) -> DeviceConfig:
    return broker.device(BOOTH, tmp_path)


@pytest.fixture
def booth(config: DeviceConfig) -> Iterator[Booth]:
    with closing(Booth(config)) as booth:
        booth.uplink.start()
        booth.wait_until_connected()  # a command that comes before is nobody's
        yield booth


def heard_exactly(hub: HubStandIn, count: int) -> None:
    """All of the chain from 1, whatever was repeated on the way."""
    wait_for(f"{count} events", lambda: len(hub.links) >= count)
    check_links(payload for _, payload in sorted(hub.links.items(), key=lambda item: item[0][1]))
    assert len(hub.links) == count


def test_events_reach_the_hub_and_leave_on_its_word(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker)) as hub:
        booth.append(200)
        booth.wait_until_empty()
        heard_exactly(hub, 200)


def test_nothing_is_sent_until_the_hub_says_that_it_is_online(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker, online=False)) as hub:
        booth.append(3)
        assert hub.command(BOOTH, ClockCommand().to_json()), "the booth listens"
        assert hub.events == []
        hub.say("online")
        booth.wait_until_empty()
        hub.say("offline")
        assert hub.command(BOOTH, ClockCommand().to_json()), "the booth has heard it"
        booth.append(2)
        assert hub.command(BOOTH, ClockCommand().to_json())
        assert len(hub.links) == 3
        hub.say("online")
        heard_exactly(hub, 5)


def test_no_more_than_the_window_is_in_flight(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker, acknowledge=False)) as hub:
        booth.append(3 * WINDOW)
        wait_for("a full window", lambda: len(hub.links) >= WINDOW)
        hub.command(BOOTH, ClockCommand().to_json())
        assert sorted(seq for _, seq in hub.links) == list(range(1, WINDOW + 1))
        booth_ack = Ack(chain_id=booth.outbox.chain_id, committed=(SeqRange(first=1, last=10),))
        hub.tell(BOOTH, "acks", booth_ack)
        wait_for("the window to move on", lambda: len(hub.links) >= WINDOW + 10)


def test_what_is_not_acknowledged_is_sent_again(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker, acknowledge=False)) as hub:
        booth.append(2)
        heard_exactly(hub, 2)
        assert booth.outbox.depth == 2
        hub.acknowledge = True
        booth.wait_until_empty()
        assert {event.seq for event in hub.events[2:]} == {1, 2}
        heard_exactly(hub, 2)


def test_a_new_hub_process_gets_everything_unacknowledged_at_once(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker, acknowledge=False)) as first:
        booth.append(5)
        heard_exactly(first, 5)
    with closing(HubStandIn(broker)) as second:
        booth.wait_until_empty()
        heard_exactly(second, 5)


def test_an_older_wish_that_a_broker_kept_is_not_obeyed(broker: Broker, config: DeviceConfig) -> None:
    wishes = [Desired(revision=revision, profile=PROFILES["strict"]) for revision in (7, 6)]
    with closing(Booth(config)) as booth, closing(HubStandIn(broker)) as hub:
        booth.uplink.start()
        hub.publish(booth_topic(BOOTH, "desired"), wishes[0].to_json(), retain=True)
        wait_for("the wish", lambda: booth.desired == wishes[:1])
    with closing(HubStandIn(broker, online=False)) as hub:
        hub.publish(booth_topic(BOOTH, "desired"), wishes[1].to_json(), retain=True)
    with closing(Booth(config)) as again, closing(HubStandIn(broker)) as hub:
        again.uplink.start()
        wait_for("the hub to be heard", lambda: again.uplink.hub_here)
        hub.command(BOOTH, ClockCommand().to_json())
        assert again.desired == []
        hub.publish(booth_topic(BOOTH, "desired"), wishes[1].to_json(), retain=True)
        wait_for("what the hub itself says to count", lambda: again.desired == wishes[1:])


def test_the_window_narrows_while_answers_are_overdue_and_widens_again() -> None:
    window = Window(jitter=lambda low, _high: low)
    pending = [Pending(seq, b"") for seq in range(1, 100 * WINDOW)]
    now, widths = 0.0, []
    for _ in range(6):
        sent = window.due(pending, now)
        widths.append(len(sent))
        for event in sent:
            window.sent(event.seq, now)
        now += OVERDUE_MAX_S * 2
    assert widths == [WINDOW, 32, 16, 8, LEAST, LEAST]
    for _ in range(100):
        del pending[: len(sent)]
        sent = window.due(pending, now)
        for event in sent:
            window.sent(event.seq, now)
    assert len(sent) == WINDOW


def test_a_hub_that_died_with_online_retained_costs_only_retries(broker: Broker, booth: Booth) -> None:
    HubStandIn(broker).close()
    booth.wait_until_connected()
    booth.append(5)
    with closing(HubStandIn(broker, online=False, acknowledge=False)) as silent:
        wait_for("a retry nobody answers", lambda: bool(silent.events))
    assert booth.outbox.depth == 5
    with closing(HubStandIn(broker)) as hub:
        booth.wait_until_empty()
        assert {seq for _, seq in hub.links} == {1, 2, 3, 4, 5}


def test_what_the_hub_misses_is_sent_again(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker, acknowledge=False)) as hub:
        booth.append(5)
        heard_exactly(hub, 5)
        chain = booth.outbox.chain_id
        before = len(hub.events)
        hub.tell(BOOTH, "acks", Ack(chain_id=chain, missing=(SeqRange(first=2, last=3),)))
        wait_for("events 2 and 3 again", lambda: {event.seq for event in hub.events[before:]} >= {2, 3})
        hub.tell(BOOTH, "acks", Ack(chain_id=chain, committed=(SeqRange(first=1, last=3),)))
        hub.tell(BOOTH, "acks", Ack(chain_id=chain, missing=(SeqRange(first=1, last=2),)))
        wait_for("the loss to be counted", lambda: booth.trouble.of("events_missing") >= 1)


def test_a_rejected_event_is_not_sent_again(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker, acknowledge=False)) as hub:
        booth.append(1)
        heard_exactly(hub, 1)
        hub.tell(
            BOOTH, "acks", Ack(chain_id=booth.outbox.chain_id, rejected=(Rejection(seq=1, reason="out of range"),))
        )
        booth.wait_until_empty()
        assert booth.trouble.of("events_rejected") == 1


def test_a_killed_broker_loses_and_doubles_nothing(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker)):
        booth.append(50)
        booth.wait_until_empty()
    stop = threading.Event()

    def keep_appending() -> None:
        while not stop.wait(0.005):
            booth.append()

    writer = threading.Thread(target=keep_appending)
    writer.start()
    try:
        for _ in range(2):
            broker.kill()
            _wait_for_more(booth, 20)
            broker.start()
            with closing(HubStandIn(broker)) as hub:
                _wait_to_hear(hub, 20)
    finally:
        stop.set()
        writer.join()
    with closing(HubStandIn(broker)) as hub:
        booth.append()
        booth.wait_until_empty()
        numbers = sorted(seq for _, seq in hub.links)
        assert numbers == list(range(numbers[0], numbers[-1] + 1))


def _wait_for_more(booth: Booth, count: int) -> None:
    depth = booth.outbox.depth
    wait_for("events to pile up", lambda: booth.outbox.depth > depth + count)


def _wait_to_hear(hub: HubStandIn, count: int) -> None:
    wait_for("events after the crash", lambda: len(hub.links) > count)


@pytest.mark.slow
def test_a_broker_that_hangs_is_left_and_found_again(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker)) as hub:
        booth.append()
        booth.wait_until_empty()
        broker.freeze()
        wait_for("the loss", lambda: not booth.uplink.connected)
        booth.append(3)
        broker.thaw()
        booth.wait_until_empty()
        wait_for("all events", lambda: len(hub.links) == 4)


# --- state ---


def states(hub: HubStandIn) -> list[str]:
    return [Availability.parse(payload).state for payload in hub.said(BOOTH, "availability")]


def availability(hub: HubStandIn) -> str | None:
    return next(reversed(states(hub)), None)


def test_availability_says_online_stopped_and_offline(broker: Broker, config: DeviceConfig) -> None:
    with closing(HubStandIn(broker)) as hub:
        with closing(Booth(config)) as booth:
            booth.uplink.start()
            wait_for("online", lambda: availability(hub) == "online")
        wait_for("stopped", lambda: availability(hub) == "stopped")
        with closing(Booth(config)) as booth:
            booth.uplink.start()
            wait_for("online again", lambda: availability(hub) == "online")
            connection = booth.uplink._connection
            assert connection is not None
            before = len(hub.said(BOOTH, "availability"))
            connection.cut()  # the network is gone: no goodbye
            after = ["offline", "online"]
            wait_for("the last will, and online", lambda: states(hub)[before:] == after)


def test_state_is_published_again_to_a_broker_that_forgot_it(broker: Broker, booth: Booth) -> None:
    reported = Reported(revision=2, monitoring=True, profile="strict", profile_version=1)
    booth.wait_until_connected()
    booth.uplink.report(reported)
    broker.kill()
    broker.start()
    with closing(HubStandIn(broker)) as hub:
        wait_for("online", lambda: availability(hub) == "online")
        wait_for("reported", lambda: hub.latest(BOOTH, "reported") == reported.to_json())


def test_what_the_hub_wants_is_kept_and_passed_on(broker: Broker, booth: Booth) -> None:
    desired = Desired(revision=4, profile=PROFILES["lenient"])
    with closing(HubStandIn(broker)) as hub:
        hub.tell(BOOTH, "desired", desired, retain=True)
        wait_for("desired", lambda: booth.desired == [desired])
    assert booth.outbox.desired == desired


def test_a_beat_reaches_the_hub_and_an_oversized_one_is_refused(broker: Broker, booth: Booth) -> None:
    health = Health(
        at=NOON,
        version="1",
        uptime_s=1,
        camera="ok",
        capture_fps=10,
        frames_dropped=0,
        detectors=(),
        outbox_depth=0,
        spool_files=0,
        disk_free_bytes=1,
    )
    with closing(HubStandIn(broker)) as hub:
        booth.wait_until_connected()
        booth.uplink.beat(health.model_copy(update={"camera_detail": "x" * MAX_PAYLOAD_BYTES}))
        booth.uplink.beat(health)
        wait_for("a beat", lambda: hub.latest(BOOTH, "health") == health.to_json())
    assert booth.trouble.of("payload_too_large") == 1


# --- commands ---


def test_a_clock_command_is_answered(broker: Broker, booth: Booth) -> None:
    with closing(HubStandIn(broker)) as hub:
        booth.wait_until_connected()
        _, answer = hub.command(BOOTH, ClockCommand().to_json())
    assert isinstance(parse_reply(answer), ClockReply)


def test_a_snapshot_command_is_answered_with_the_picture_or_the_reason(broker: Broker, booth: Booth) -> None:
    evidence = EvidenceRef(sha256="5" * 64, role="snapshot", media_type="image/jpeg", size_bytes=9, taken_at=NOON)
    with closing(HubStandIn(broker)) as hub:
        booth.wait_until_connected()
        booth.picture = SnapshotReply(evidence=evidence)
        assert parse_reply(hub.command(BOOTH, SnapshotCommand().to_json())[1]) == booth.picture
        booth.picture = StorageError("the disk is full", "full")
        answer = parse_reply(hub.command(BOOTH, SnapshotCommand().to_json())[1])
    assert answer == ErrorReply(reason="the disk is full")
    assert booth.trouble.of("evidence_lost") == 1


def test_an_answer_that_takes_time_holds_nothing_else_up(broker: Broker, booth: Booth) -> None:
    slow: Future[AnyReply] = Future()
    failed: Future[AnyReply] = Future()
    with closing(HubStandIn(broker)) as hub, closing(HubStandIn(broker)) as other, ThreadPoolExecutor(1) as asker:
        booth.wait_until_connected()
        booth.picture = slow
        asked = asker.submit(other.command, BOOTH, SnapshotCommand().to_json())
        assert parse_reply(hub.command(BOOTH, ClockCommand().to_json())[1]).type == "clock"
        slow.set_result(DoneReply())
        assert parse_reply(asked.result()[1]) == DoneReply()
        booth.picture = failed
        failed.set_exception(RuntimeError("no route"))
        answer = parse_reply(hub.command(BOOTH, SnapshotCommand().to_json())[1])
    assert answer == ErrorReply(reason="RuntimeError: no route")


@pytest.mark.parametrize("payload", [b'{"type":"self_destruct"}', b"\xff\xfe", b"[]", b""])
def test_a_command_that_nobody_knows_gets_an_error(broker: Broker, booth: Booth, payload: bytes) -> None:
    with closing(HubStandIn(broker)) as hub:
        booth.wait_until_connected()
        answer = parse_reply(hub.command(BOOTH, payload)[1])
    assert isinstance(answer, ErrorReply)
    assert booth.trouble.of("message_malformed") == 1


# --- bad input ---


def test_malformed_and_oversized_messages_are_counted_and_stop_nothing(broker: Broker, booth: Booth) -> None:
    oversized = b'{"type":"ack","padding":"' + b"x" * MAX_PAYLOAD_BYTES + b'"}'
    with closing(HubStandIn(broker)) as hub:
        booth.wait_until_connected()
        for channel in ("acks", "desired"):
            hub.publish(booth_topic(BOOTH, channel), b"{ not json")
            hub.publish(booth_topic(BOOTH, channel), bytes(range(256)))
            hub.publish(booth_topic(BOOTH, channel), oversized)
        hub.publish(booth_topic(BOOTH, "commands"), ClockCommand().to_json())  # nowhere to answer to
        hub.tell(BOOTH, "acks", Ack(chain_id=uuid4(), committed=(SeqRange(first=1, last=2**53),)))
        wait_for("the counts", lambda: booth.trouble.of("message_malformed") == 5)
        assert booth.trouble.of("message_too_large") == 2
        booth.append(3)
        booth.wait_until_empty()
        heard_exactly(hub, 3)


def test_a_wrong_authority_is_one_clear_sentence_and_mends_without_a_restart(
    broker: Broker, config: DeviceConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    right = tmp_path / "right.pem"
    shutil.copy(config.tls.ca, right)
    other = Authority(tmp_path / "other hub").ca
    config = config.model_copy(update={"tls": config.tls.model_copy(update={"ca": tmp_path / "device-ca.pem"})})
    shutil.copy(other, config.tls.ca)
    with closing(HubStandIn(broker)) as hub, closing(Booth(config)) as booth:
        booth.uplink.start()
        booth.append(3)
        wait_for("two refusals", lambda: booth.trouble.of("broker_tls") >= 2)
        assert caplog.text.count("does not trust the broker") == 1
        assert "invigil device enrol" in caplog.text
        shutil.copy(right, config.tls.ca)
        booth.wait_until_empty()
        heard_exactly(hub, 3)


def test_a_certificate_of_another_hub_is_one_clear_sentence(
    broker: Broker, config: DeviceConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = Authority(tmp_path / "other hub").issue(BOOTH)
    tls = config.tls.model_copy(update={"certificate": stranger.certificate, "key": stranger.key})
    with closing(Booth(config.model_copy(update={"tls": tls}))) as booth:
        booth.uplink.start()
        booth.append(3)
        wait_for("a refusal", lambda: booth.trouble.of("broker_tls") >= 1)
        assert booth.outbox.depth == 3
    assert "does not accept this device's certificate" in caplog.text


def test_a_link_that_is_cut_while_tls_begins_does_not_blame_a_certificate(
    config: DeviceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        cutting = threading.Thread(target=_cut_each, args=(server,), daemon=True)
        cutting.start()
        hub = config.hub.model_copy(update={"mqtt_port": server.getsockname()[1]})
        with closing(Booth(config.model_copy(update={"hub": hub}))) as booth:
            booth.uplink.start()
            wait_for("a cut", lambda: booth.trouble.of("broker_tls") >= 1)
    assert "Check the network between" in caplog.text
    assert "device enrol" not in caplog.text


def _cut_each(server: socket.socket) -> None:
    """Until it is closed: each connection ends after its first word."""
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)


def test_a_certificate_of_another_booth_is_one_clear_sentence(
    broker: Broker, config: DeviceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    config = config.model_copy(update={"tls": broker.authority.issue("booth-2")})
    with closing(Booth(config)) as booth:
        booth.uplink.start()
        wait_for("a refusal", lambda: booth.trouble.of("broker_tls") >= 1)
    assert "made out to ['booth-2'], not to booth booth-1" in caplog.text


def test_an_expired_certificate_points_at_the_clock(
    broker: Broker, config: DeviceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    config = config.model_copy(update={"tls": broker.authority.issue(BOOTH, expired=True)})
    with closing(Booth(config)) as booth:
        booth.uplink.start()
        wait_for("a refusal", lambda: booth.trouble.of("broker_tls") >= 1)
    assert "Check this device's clock" in caplog.text


def test_a_missing_certificate_is_one_clear_sentence(
    config: DeviceConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tls = config.tls.model_copy(update={"certificate": tmp_path / "nowhere.pem"})
    with closing(Booth(config.model_copy(update={"tls": tls}))) as booth:
        booth.uplink.start()
        wait_for("a refusal", lambda: booth.trouble.of("broker_tls") >= 1)
    assert "nowhere.pem" in caplog.text


def test_a_broker_under_another_name_is_not_trusted(config: DeviceConfig, caplog: pytest.LogCaptureFixture) -> None:
    hub = config.hub.model_copy(update={"mqtt_host": "127.0.0.2"})
    with closing(Booth(config.model_copy(update={"hub": hub}))) as booth:
        booth.uplink.start()
        wait_for("a refusal", lambda: bool(booth.trouble.snapshot()))
    assert set(booth.trouble.snapshot()) <= {"broker_tls", "broker_unreachable"}


def test_no_broker_at_all_is_counted_and_tried_again(
    broker: Broker, config: DeviceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    broker.stop()
    with closing(Booth(config)) as booth:
        booth.uplink.start()
        booth.append(2)
        wait_for("two attempts", lambda: booth.trouble.of("broker_unreachable") >= 2)
        assert "Monitoring goes on" in caplog.text
        broker.start()
        with closing(HubStandIn(broker)) as hub:
            booth.wait_until_empty()
            heard_exactly(hub, 2)


# --- the window ---


def test_the_window_repeats_later_each_time_and_forgets_what_went() -> None:
    window = Window(jitter=lambda low, _high: low)
    pending = [Pending(seq, b"") for seq in range(1, 2 * WINDOW)]
    assert [event.seq for event in window.due(pending, 0.0)] == list(range(1, WINDOW + 1))
    for event in pending[:WINDOW]:
        window.sent(event.seq, 0.0)
    assert window.due(pending, OVERDUE_FIRST_S - 0.1) == []
    assert window.due(pending[:1], OVERDUE_FIRST_S) == pending[:1]
    now, waits = OVERDUE_FIRST_S, []
    for _ in range(8):
        window.sent(1, now)
        wait_s = next(step for step in range(1, 200) if window.due(pending[:1], now + step))
        waits.append(wait_s)
        now += wait_s
    assert waits == sorted(waits)
    assert waits[-1] == OVERDUE_MAX_S
    window.again(1, 1)
    assert window.due(pending[:1], now) == pending[:1]
