"""`invigil-agent run` as a program: real camera file, real broker, real disk; killed, starved and stopped."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest
import tomli_w
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate

from agent.app import RESTART_EXIT
from contract.chain import checkpoint_bytes, sha256_hex, verify
from contract.device import CameraConfig, DeviceConfig
from contract.live import DoneReply
from contract.messages import (
    Availability,
    Checkpoint,
    Desired,
    Event,
    Health,
    MonitoringGap,
    MonitoringStep,
    Reported,
    SnapshotCommand,
    SnapshotReply,
    ViolationClosed,
    ViolationOpened,
    parse_reply,
)
from contract.profiles import PROFILES
from contract.upkeep import LogsCommand, LogsReply, RestartCommand
from tests.support.broker import Broker
from tests.support.chains import check_links
from tests.support.evidence_server import EvidenceServer
from tests.support.footage import covered, seeing_then_covered, textured, write_video
from tests.support.hub_stand_in import HubStandIn
from tests.support.processes import BIN, Program, wait_for

BOOTH = "booth-1"
Body = TypeVar("Body")


class Centre:
    """A broker, a hub's two ears (MQTT and HTTP) and one agent that is started and ended by the test."""

    def __init__(self, folder: Path, broker: Broker, hub: HubStandIn, evidence: EvidenceServer) -> None:
        self.folder, self.broker, self.hub, self.evidence = folder, broker, hub, evidence
        self.video = folder / "camera.mp4"
        self.config = broker.device(BOOTH, folder, url=evidence.url)
        self.agent = Program(["invigil-agent", "run", "--config", self._write_config()], folder / "agent.log")

    def bodies(self, kind: type[Body]) -> list[Body]:
        """What of this kind the hub has committed, in the order of the chain, repeats left out."""
        events = [Event.parse(payload) for _, payload in sorted(self.hub.links.items(), key=lambda link: link[0][1])]
        return [event.body for event in events if isinstance(event.body, kind)]

    def wait_for_body(self, kind: type[Body], count: int = 1) -> list[Body]:
        def enough() -> list[Body] | None:
            self.agent.must_run()
            found = self.bodies(kind)
            return found if len(found) >= count else None

        return wait_for(f"{count} × {kind.__name__}", enough)

    def health(self) -> Health:
        return Health.parse(wait_for("health", lambda: self.hub.latest(BOOTH, "health")))

    def reported(self) -> Reported | None:
        payload = self.hub.latest(BOOTH, "reported")
        return Reported.parse(payload) if payload else None

    def check_chain(self) -> None:
        """One chain, dense from 1, every checkpoint signed by the device over the true head."""
        payloads = [payload for _, payload in sorted(self.hub.links.items(), key=lambda link: link[0][1])]
        assert len({chain for chain, _ in self.hub.links}) == 1
        check_links(payloads)
        certificate = load_pem_x509_certificate(self.config.tls.certificate.read_bytes())
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        for payload in payloads:
            event = Event.parse(payload)
            if isinstance(event.body, Checkpoint):
                head = event.body
                assert sha256_hex(payloads[head.head_seq - 1]) == head.head_sha256
                assert verify(key, head.signature, checkpoint_bytes(event.chain_id, head.head_seq, head.head_sha256))

    def _write_config(self) -> Path:
        (self.folder / "no weights").mkdir()
        config = DeviceConfig(
            booth=BOOTH,
            state_dir=self.config.state_dir,
            weights_dir=self.folder / "no weights",
            hub=self.config.hub,
            camera=CameraConfig(kind="replay", source=str(self.video)),
            tls=self.config.tls,
        )
        path = self.folder / "device.toml"
        path.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)))
        return path


@contextmanager
def shown_on_failure(program: Program) -> Iterator[None]:
    try:
        yield
    except BaseException:
        print(program.tail(100))
        raise


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    broker = Broker(tmp_path / "broker")
    broker.start()
    try:
        with closing(HubStandIn(broker)) as hub, EvidenceServer() as evidence:
            centre = Centre(tmp_path, broker, hub, evidence)
            with shown_on_failure(centre.agent):
                try:
                    yield centre
                finally:
                    centre.agent.stop()
    finally:
        broker.stop()


def test_a_violation_reaches_the_hub_with_its_picture_and_a_clean_stop_ends_the_chain(centre: Centre) -> None:
    seeing_then_covered(centre.video)
    centre.agent.start()
    (opened, *_) = centre.wait_for_body(ViolationOpened)
    assert opened.violation.kind == "camera_blocked"
    assert opened.violation.explanation.profile == "standard"
    (picture,) = opened.violation.evidence
    data = wait_for("the picture", lambda: centre.evidence.stored.get(picture.sha256))
    assert len(data) == picture.size_bytes
    health = centre.health()
    assert health.camera == "ok"
    assert {detector.name: detector.state for detector in health.detectors} == {
        "faces": "off",
        "objects": "off",
        "identity": "off",
        "tamper": "on",
    }
    assert centre.agent.stop() == 0
    steps = centre.bodies(MonitoringStep)
    assert [step.step for step in steps] == ["started", "stopped"]
    ended = {closed.violation.violation_id: closed.violation for closed in centre.bodies(ViolationClosed)}
    for opening in centre.bodies(ViolationOpened):
        assert ended[opening.violation.violation_id].evidence == opening.violation.evidence
    assert isinstance(Event.parse(max(centre.hub.links.items(), key=lambda link: link[0][1])[1]).body, Checkpoint)
    centre.check_chain()
    assert centre.bodies(MonitoringGap) == []
    wait_for("the goodbye", lambda: availability(centre) == "stopped")


def availability(centre: Centre) -> str | None:
    payload = centre.hub.latest(BOOTH, "availability")
    return Availability.parse(payload).state if payload else None


def test_a_killed_agent_closes_what_it_left_open_and_shows_the_gap(centre: Centre) -> None:
    write_video(centre.video, map(covered, range(100)))
    centre.agent.start()
    (left_open,) = centre.wait_for_body(ViolationOpened)
    centre.agent.kill()
    wait_for("the last will", lambda: availability(centre) == "offline")
    assert centre.bodies(ViolationClosed) == []
    centre.agent.start()
    (closed, *_) = centre.wait_for_body(ViolationClosed)
    (gap,) = centre.wait_for_body(MonitoringGap)
    assert closed.violation.violation_id == left_open.violation.violation_id
    assert closed.violation.evidence == left_open.violation.evidence
    assert (gap.reason, closed.violation.ended_at) == ("agent_down", gap.started_at)
    assert gap.ended_at is not None
    assert gap.started_at < gap.ended_at
    centre.wait_for_body(ViolationOpened, 2)
    assert centre.agent.stop() == 0
    centre.check_chain()


def test_a_camera_that_vanishes_and_returns_is_one_gap(centre: Centre) -> None:
    write_video(centre.video, map(covered, range(50)))
    centre.agent.start()
    centre.wait_for_body(ViolationOpened)
    centre.video.rename(centre.video.with_suffix(".unplugged"))
    (begun,) = centre.wait_for_body(MonitoringGap)
    assert (begun.reason, begun.ended_at) == ("camera_lost", None)
    assert str(centre.video) in begun.detail
    (closed,) = centre.wait_for_body(ViolationClosed)
    assert closed.violation.ended_at is not None
    wait_for("health to say so", lambda: centre.health().camera == "lost" and centre.health().errors.get("camera"))
    answer = parse_reply(centre.hub.command(BOOTH, SnapshotCommand().to_json())[1])
    assert "no picture" in answer.to_json().decode()
    centre.video.with_suffix(".unplugged").rename(centre.video)
    _, over = centre.wait_for_body(MonitoringGap, 2)
    assert over.gap_id == begun.gap_id
    assert over.ended_at is not None
    centre.wait_for_body(ViolationOpened, 2)
    assert centre.agent.stop() == 0
    centre.check_chain()


def test_no_camera_from_the_start_is_a_gap_that_a_kill_does_not_hide(centre: Centre) -> None:
    centre.agent.start()
    (begun,) = centre.wait_for_body(MonitoringGap)
    centre.agent.kill()
    centre.agent.start()
    gaps = centre.wait_for_body(MonitoringGap, 3)
    by_id = {gap.gap_id: gap for gap in gaps}
    assert by_id[begun.gap_id].ended_at is not None
    assert [gap.reason for gap in gaps[:3]] == ["camera_lost", "agent_down", "camera_lost"]


def test_what_the_hub_wants_is_done_reported_and_kept_over_a_restart(centre: Centre) -> None:
    write_video(centre.video, map(textured, range(30)))
    centre.agent.start()
    first = wait_for("the first report", centre.reported)
    assert (first.revision, first.profile) == (None, "standard")
    desired = Desired(revision=7, profile=PROFILES["strict"])
    centre.hub.tell(BOOTH, "desired", desired)  # not retained: only the device remembers it
    wait_for("the new profile", lambda: _did(centre) == _report(desired))
    steps = centre.wait_for_body(MonitoringStep, 2)
    assert [(step.step, step.profile) for step in steps] == [("started", "standard"), ("profile_changed", "strict")]
    centre.agent.kill()
    centre.agent.start()
    again = centre.wait_for_body(MonitoringStep, 3)[-1]
    assert (again.step, again.profile) == ("started", "strict")
    off = desired.model_copy(update={"revision": 8, "monitoring": False})
    centre.hub.tell(BOOTH, "desired", off)
    wait_for("monitoring to be off", lambda: _did(centre) == _report(off))
    gap = centre.wait_for_body(MonitoringGap, 2)[-1]
    assert (gap.reason, gap.ended_at) == ("monitoring_off", None)
    centre.hub.tell(BOOTH, "desired", desired)
    wait_for("monitoring to be on", lambda: _did(centre) == _report(desired))
    assert centre.wait_for_body(MonitoringGap, 3)[-1].gap_id == gap.gap_id


def _did(centre: Centre) -> Reported | None:
    """What it does, without what it is made of."""
    reported = centre.reported()
    return reported and reported.model_copy(update={"device": None})


def _report(desired: Desired) -> Reported:
    return Reported(
        revision=desired.revision,
        monitoring=desired.monitoring,
        profile=desired.profile.name,
        profile_version=desired.profile.version,
    )


def test_a_picture_on_demand_arrives_as_evidence(centre: Centre) -> None:
    write_video(centre.video, map(textured, range(30)))
    centre.agent.start()
    wait_for("a picture to show", lambda: centre.health().camera == "ok")
    answer = parse_reply(centre.hub.command(BOOTH, SnapshotCommand().to_json())[1])
    assert isinstance(answer, SnapshotReply)
    data = wait_for("the picture", lambda: centre.evidence.stored.get(answer.evidence.sha256))
    assert len(data) == answer.evidence.size_bytes


def test_a_technician_reads_facts_and_log_and_has_the_agent_start_again(centre: Centre) -> None:
    write_video(centre.video, map(textured, range(30)))
    centre.agent.start()
    facts = wait_for("the first report", centre.reported).device
    assert facts is not None
    certificate = load_pem_x509_certificate(centre.config.tls.certificate.read_bytes())
    assert int(facts.certificate_serial, 16) == certificate.serial_number
    assert wait_for("health", centre.health).memory_total_bytes
    log = parse_reply(centre.hub.command(BOOTH, LogsCommand().to_json())[1])
    assert isinstance(log, LogsReply)
    assert any("is monitored" in line for line in log.lines)
    assert parse_reply(centre.hub.command(BOOTH, RestartCommand().to_json())[1]) == DoneReply()
    wait_for("the agent to end", lambda: not centre.agent.running)
    assert centre.agent.stop() == RESTART_EXIT
    centre.agent.start()
    steps = centre.wait_for_body(MonitoringStep, 3)
    assert [step.step for step in steps] == ["started", "stopped", "started"]
    assert not centre.bodies(MonitoringGap)  # it went down cleanly
    centre.check_chain()


def test_monitoring_goes_on_without_a_hub_and_all_of_it_arrives_later(centre: Centre) -> None:
    seeing_then_covered(centre.video)
    centre.hub.say("offline")
    centre.evidence.answer = lambda _sha256, _data: 503
    began = datetime.now().astimezone()
    centre.agent.start()
    wait_for("evidence to wait", lambda: centre.health().spool_files > 0 and "upload_failed" in centre.health().errors)
    assert centre.health().outbox_depth > 1
    assert centre.hub.links == {}
    centre.evidence.answer = lambda _sha256, _data: 201
    centre.hub.say("online")
    (opened, *_) = centre.wait_for_body(ViolationOpened)
    assert opened.violation.opened_at > began
    wait_for("the picture", lambda: centre.evidence.stored.get(opened.violation.evidence[0].sha256))
    assert centre.agent.stop() == 0
    centre.check_chain()


def test_a_device_without_a_usable_key_does_not_start_and_says_why(centre: Centre) -> None:
    centre.config.tls.key.write_bytes(b"not a key")
    centre.agent.start()
    wait_for("the end", lambda: not centre.agent.running)
    assert centre.agent.stop() == 2
    assert "invigil device enrol" in centre.agent.tail()


def test_a_second_agent_on_the_same_state_does_not_start(centre: Centre, tmp_path: Path) -> None:
    write_video(centre.video, map(textured, range(30)))
    centre.agent.start()
    centre.wait_for_body(MonitoringStep)
    second = Program(centre.agent.command, tmp_path / "second.log").start()
    wait_for("its end", lambda: not second.running)
    assert second.stop() == 2
    assert "another agent" in second.tail()
    centre.agent.must_run()


def test_the_service_manager_hears_that_it_is_up_sees_and_leaves(centre: Centre) -> None:
    seeing_then_covered(centre.video)
    address = centre.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(address))
        ear.settimeout(60)
        program, *arguments = centre.agent.command
        centre.agent.command = ["env", f"NOTIFY_SOCKET={address}", str(BIN / program), *arguments]
        centre.agent.start()
        assert ear.recv(500) == b"READY=1"
        heard = [ear.recv(500).decode() for _ in range(3)]
        assert all(each.startswith("WATCHDOG=1\nSTATUS=booth booth-1: ") for each in heard), heard
        wait_for("frames, in words", lambda: "frames/s; " in ear.recv(500).decode())
        centre.agent.stop()
        while (said := ear.recv(500)) != b"STOPPING=1":
            assert said.startswith(b"WATCHDOG=1")
