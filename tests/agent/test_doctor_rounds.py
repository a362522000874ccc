"""The agent has itself looked at, tells the hub, answers when it is asked, and leaves its status for other programs."""

import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest
import tomli_w

from agent.doctor.patient import Patient
from agent.doctor.rounds import WAITING_MAX, Rounds
from agent.status import FRESH_S, AgentStatus, boot_id, boottime_s, hear_agent, last_words, status_path, write_status
from agent.supervisor import Supervisor
from contract.checkup import Checkup, CheckupCommand, CheckupReply
from contract.device import CameraConfig, DeviceConfig, MicrophoneConfig
from contract.messages import AnyReply, ErrorReply, parse_reply
from tests.support.broker import Broker
from tests.support.footage import textured, write_video
from tests.support.hub_stand_in import HubStandIn
from tests.support.patients import a_config, a_status
from tests.support.processes import Program, wait_for


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path / "broker")
    running.start()
    yield running
    running.stop()


def write_config(folder: Path, broker: Broker) -> Path:
    (folder / "no weights").mkdir()
    base = broker.device("booth-1", folder)
    config = DeviceConfig(
        booth="booth-1",
        state_dir=base.state_dir,
        weights_dir=folder / "no weights",
        hub=base.hub,
        camera=CameraConfig(kind="replay", source=str(folder / "camera.mp4"), fps=10),
        microphone=MicrophoneConfig(kind="none"),
        tls=base.tls,
    )
    path = folder / "device.toml"
    path.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)))
    return path


def test_a_running_agent_answers_with_a_checkup_and_keeps_it_at_the_broker(tmp_path: Path, broker: Broker) -> None:
    write_video(tmp_path / "camera.mp4", map(textured, range(30)))
    path = write_config(tmp_path, broker)
    agent = Program(["invigil-agent", "run", "--config", path], tmp_path / "agent.log")
    with closing(HubStandIn(broker)) as hub:
        agent.start()
        try:
            wait_for("health", lambda: hub.latest("booth-1", "health"))
            _, answer = hub.command("booth-1", CheckupCommand().to_json())
            reply = parse_reply(answer)
            assert isinstance(reply, CheckupReply), agent.tail()
            found = {check.name: check for check in reply.checkup.checks}
            assert reply.checkup.reason == "asked"
            assert found["camera"].state == "ok", found["camera"].said
            assert found["broker"].state == "ok", found["broker"].said
            assert found["weights"].state == "failed"
            assert found["agent"].state == "ok"
            kept = wait_for("the checkup", lambda: hub.latest("booth-1", "checkup"))
            assert Checkup.parse(kept).checks == reply.checkup.checks
            with closing(HubStandIn(broker)) as later:
                assert wait_for("what is retained", lambda: later.latest("booth-1", "checkup")) == kept

            by_hand = Patient.at(path)
            assert by_hand.agent == "running"
            assert by_hand.sight().brightness is not None
            status = wait_for("its status", lambda: last_words(tmp_path / "state"))
            assert status.pid == agent.pid
            assert status_path(tmp_path / "state").stat().st_mode & 0o777 == 0o600
        finally:
            agent.stop()
    assert Patient.at(path).agent == "absent"
    assert last_words(tmp_path / "state") is not None, "its last words stay"


def test_a_checkup_comes_soon_after_the_start_and_whoever_asks_gets_the_next(tmp_path: Path) -> None:
    found: list[Checkup] = []
    config = a_config(tmp_path, microphone=MicrophoneConfig(kind="none"), weights_dir=tmp_path)
    rounds = Rounds(config, a_status, found.append, first_s=0.0)
    rounds.start()
    try:
        wait_for("the first", lambda: found or None)
        assert found[0].reason == "start"
        assert next(check for check in found[0].checks if check.name == "inference").state == "unknown"
    finally:
        rounds.stop()


def test_those_who_ask_too_many_and_those_who_wait_at_the_end_are_told(tmp_path: Path) -> None:
    rounds = Rounds(a_config(tmp_path), a_status, lambda _: None)
    futures: list[Future[AnyReply]] = [rounds.ask() for _ in range(WAITING_MAX + 1)]
    *waiting, refused = futures
    assert isinstance(refused.result(0), ErrorReply)
    rounds.stop()
    assert all(isinstance(future.result(0), ErrorReply) for future in waiting)


def test_a_status_that_cannot_be_taken_is_an_answer_and_the_rounds_go_on(tmp_path: Path) -> None:
    def broken() -> AgentStatus:
        raise OSError(28, "No space left on device")

    rounds = Rounds(a_config(tmp_path), broken, lambda _: None)
    rounds.start()
    try:
        for _ in range(2):
            answer = rounds.ask().result(60)
            assert isinstance(answer, ErrorReply)
            assert "OSError" in answer.reason
    finally:
        rounds.stop()


def system(root: Path, status: AgentStatus, command: bytes) -> Path:
    """A root in which this process runs this command."""
    (root / "proc" / str(status.pid)).mkdir(parents=True)
    (root / "proc" / str(status.pid) / "cmdline").write_bytes(command)
    return root


def test_an_agent_is_heard_while_it_speaks_and_known_when_it_is_silent(tmp_path: Path) -> None:
    root = system(tmp_path / "root", a_status(), b"/opt/invigil/current/bin/python\0-m\0agent\0run\0")
    assert hear_agent(tmp_path, root) == ("absent", None)
    status = a_status()
    write_status(tmp_path, status)
    assert hear_agent(tmp_path, root) == ("running", status)
    write_status(tmp_path, a_status(boottime_s=boottime_s() - FRESH_S - 1))
    assert hear_agent(tmp_path, root) == ("silent", None)
    (root / "proc" / str(os.getpid()) / "cmdline").write_bytes(b"/usr/bin/sshd\0")
    assert hear_agent(tmp_path, root) == ("absent", None), "another process has its number now"
    (root / "proc" / str(os.getpid()) / "cmdline").write_bytes(b"/usr/bin/invigil-agent\0run\0")
    write_status(tmp_path, a_status(boot_id="of an earlier start"))
    assert hear_agent(tmp_path, root) == ("absent", None)
    status_path(tmp_path).write_text("{ half")
    assert hear_agent(tmp_path, root) == ("absent", None)


def test_a_disk_that_takes_no_status_stops_nothing(tmp_path: Path) -> None:
    write_status(tmp_path / "nowhere", a_status())
    assert last_words(tmp_path / "nowhere") is None
    assert boot_id(tmp_path) == ""


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "often"}, None),
        ({}, None),
    ],
)
def test_who_watches_over_the_agent_is_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], seconds: float | None
) -> None:
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert Supervisor("/run/nobody").watchdog_s == seconds
    assert Supervisor("").watchdog_s is None
