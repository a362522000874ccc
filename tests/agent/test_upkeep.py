"""What a technician asks of a booth from afar: its facts, its log without secrets, its light, a restart."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from agent import health
from agent.facts import device_facts
from agent.light import Light
from agent.logbook import KEPT, Logbook
from agent.reboot import FILE, NOBODY, Reboot
from agent.upkeep import Upkeep
from contract.live import DoneReply
from contract.messages import ErrorReply
from contract.sitting import SittingState
from contract.topics import MAX_PAYLOAD_BYTES
from contract.upkeep import (
    LOG_LINE_CHARS,
    LOG_LINES_MAX,
    IdentifyCommand,
    IdentifyReply,
    LogsCommand,
    LogsReply,
    RebootCommand,
    RestartCommand,
)
from tests.support.broker import Broker


@pytest.fixture
def logbook() -> Iterator[Logbook]:
    made = Logbook()
    root = logging.getLogger()
    root.addHandler(made)
    yield made
    root.removeHandler(made)


def test_only_the_agents_own_lines_are_kept_and_the_newest_come_in_order(logbook: Logbook) -> None:
    logging.getLogger("httpx").error("GET https://hub.example/secret")
    own = logging.getLogger("agent.test")
    own.setLevel(logging.DEBUG)
    own.debug("too small")
    for number in range(KEPT + 5):
        own.info("line %d", number)
    said = logbook.newest(3)
    assert [line.rsplit(": ")[1] for line in said.lines] == ["line 1002", "line 1003", "line 1004"]
    assert said.dropped == 5


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("claim code K7QF-3MZP taken", "K7QF"),
        ("key -----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49", "MIGH"),
        ("no way to rtsp://ann:hunter2@10.0.0.7/stream", "hunter2"),
        ("token abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH= refused", "abcdefghij"),
        ("evidence " + "5f" * 32 + " kept", "5f5f"),
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(logbook: Logbook, message: str, gone: str) -> None:
    logging.getLogger("agent.test").warning(message)
    (line,) = logbook.newest(10).lines
    assert gone not in line
    assert "…" in line


def test_an_exception_is_named_and_what_it_holds_stays_here(logbook: Logbook) -> None:
    try:
        raise ValueError("Ada Byron")
    except ValueError:
        logging.getLogger("agent.test").exception("A frame could not be looked at.")
    (line,) = logbook.newest(10).lines
    assert line.endswith("A frame could not be looked at. [ValueError]")


def test_the_longest_answer_fits_into_one_message(logbook: Logbook) -> None:
    for _ in range(LOG_LINES_MAX):
        logging.getLogger("agent.test").warning("🎓" * 1000 + "\r\n\x1b[31m")
    said = logbook.newest(LOG_LINES_MAX)
    assert all(len(line) == LOG_LINE_CHARS for line in said.lines)
    assert 30 < len(said.lines) < LOG_LINES_MAX
    assert len(said.to_json()) < MAX_PAYLOAD_BYTES
    assert LogsReply.parse(said.to_json()) == said


def leds(folder: Path) -> Path:
    trigger = folder / "led0" / "trigger"
    trigger.parent.mkdir(parents=True)
    trigger.write_text("none [mmc0] timer heartbeat")
    return trigger


def test_a_light_blinks_and_then_shows_again_what_it_showed(tmp_path: Path) -> None:
    trigger = leds(tmp_path)
    light = Light(tmp_path)
    assert light.blink(60)
    assert light.blink(60)  # a second time keeps what it was before the first
    assert trigger.read_text() == "timer"
    light.rest()
    assert trigger.read_text() == "mmc0"
    assert not Light(tmp_path / "nowhere").blink(1)


class Sat:
    state: SittingState | None = None


def test_a_restart_is_refused_during_an_exam_session_unless_forced(logbook: Logbook, tmp_path: Path) -> None:
    sat, left = Sat(), threading.Event()
    upkeep = Upkeep(logbook, None, lambda: sat.state, Light(tmp_path))
    upkeep.on_restart = left.set
    sat.state = "in_progress"
    refused = upkeep.restart(RestartCommand())
    assert isinstance(refused, ErrorReply)
    assert "in_progress" in refused.reason
    assert not upkeep.restarting
    assert upkeep.restart(RestartCommand(force=True)) == DoneReply()
    assert left.wait(30)
    assert upkeep.restarting
    sat.state = "completed"
    assert upkeep.restart(RestartCommand()) == DoneReply()


def test_who_can_show_nothing_says_so_and_a_light_alone_is_enough(logbook: Logbook, tmp_path: Path) -> None:
    dark = Upkeep(logbook, None, lambda: None, Light(tmp_path / "none"))
    said = dark.identify(IdentifyCommand(name="Booth 1"))
    assert isinstance(said, ErrorReply)
    leds(tmp_path)
    bright = Upkeep(logbook, None, lambda: None, Light(tmp_path))
    assert bright.identify(IdentifyCommand(name="Booth 1")) == IdentifyReply(screen=False, light=True)
    bright.stop()
    assert isinstance(bright.logs(LogsCommand()), LogsReply)


def test_facts_are_the_boards_and_the_certificates_own(tmp_path: Path) -> None:
    config = Broker(tmp_path).device("booth-1", tmp_path)
    tree = tmp_path / "proc/device-tree"
    tree.mkdir(parents=True)
    (tree / "model").write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n')
    facts = device_facts(config, tmp_path)
    assert (facts.model, facts.os) == ("Raspberry Pi 5 Model B Rev 1.0", "Debian GNU/Linux 13 (trixie)")
    assert int(facts.certificate_serial, 16) > 0
    assert facts.certificate_until is not None
    assert device_facts(config, tmp_path / "nowhere").model == ""


def test_what_the_board_does_not_tell_is_none(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert health.memory_bytes(nowhere) == (None, None)
    assert (health.board_uptime_s(nowhere), health.load_1m(nowhere), health.throttle_bits(nowhere)) == (None,) * 3
    assert health.disk_total_bytes(nowhere) is None
    bits = tmp_path / "bits"
    bits.write_text("0x50000\n")
    assert (health.throttle_bits(bits), health.throttled(bits)) == (0x50000, False)
    total, available = health.memory_bytes()
    assert total is not None
    assert available is not None
    assert 0 < available < total


def test_a_reboot_is_asked_of_whoever_may_and_never_in_an_exam_session(logbook: Logbook, tmp_path: Path) -> None:
    sitting: list[SittingState | None] = ["paused"]
    board = Reboot({"RUNTIME_DIRECTORY": str(tmp_path)}, within_s=60)
    upkeep = Upkeep(logbook, None, lambda: sitting[0], Light(tmp_path), board)
    refused = upkeep.reboot(RebootCommand())
    assert isinstance(refused, ErrorReply)
    assert "an exam session is on here (paused)" in refused.reason
    assert not (tmp_path / FILE).exists()

    sitting[0] = None
    answer = upkeep.reboot(RebootCommand())
    assert isinstance(answer, Future)
    (tmp_path / FILE).unlink()  # as invigil-reboot.service does
    assert answer.result(60) == DoneReply()


def test_a_reboot_that_nobody_heeds_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    answer = Reboot({"RUNTIME_DIRECTORY": str(tmp_path)}, within_s=0.1).ask()
    assert isinstance(answer, Future)
    assert answer.result(60) == NOBODY
    assert not (tmp_path / FILE).exists()
    assert Reboot({}).ask() == NOBODY, "without systemd"
    assert Reboot({"RUNTIME_DIRECTORY": str(tmp_path / "gone")}).ask() == NOBODY
