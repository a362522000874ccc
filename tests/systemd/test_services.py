"""Our units under a systemd that runs: who is made and may read what, what comes back, what is watched."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.board import AGENT, Board, a_board
from tests.support.processes import wait_for

pytestmark = pytest.mark.timeout(900)

ENABLED = {
    "invigil-agent.service",
    "invigil-announce.service",
    "invigil-reboot.path",
    "invigil-renew.timer",
    "invigil-update.path",
}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with a_board(tmp_path) as board:
        board.install()
        yield board


def states(board: Board) -> set[str]:
    """Units of ours that are active."""
    listed = board.booted.ask("systemctl", "list-units", "--plain", "--no-legend", "--state=active", "invigil-*")
    return {line.split()[0] for line in listed.splitlines()}


def owned(board: Board, path: str) -> str:
    return board.booted.ask("stat", "-c", "%U:%G %a", path)


SERVED: Final = ("agent", "key_files", "certificate", "broker", "hub")


def test_before_and_after_the_enrolment(board: Board) -> None:
    booted = board.booted
    assert set(booted.ask("id", "-nG", "invigil-agent").split()) == {"invigil-agent", "audio", "video", "render", "tss"}
    assert owned(board, "/etc/invigil") == "root:invigil-agent 770"
    assert owned(board, "/opt/invigil") == "root:root 755"
    for unit in ENABLED:
        assert booted.ask("systemctl", "is-enabled", unit) == "enabled"
    # Nobody to be yet: it waits and says who it is, and the agent is no failure.
    assert states(board) == ENABLED - {AGENT}
    assert booted.shows(AGENT, "ConditionResult") == "no"

    board.enrol()
    board.start()
    wait_for("the announcement to end", lambda: "invigil-announce.service" not in states(board))
    assert states(board) == ENABLED - {"invigil-announce.service"}
    assert owned(board, "/var/lib/invigil-agent") == "invigil-agent:invigil-agent 700"
    assert booted.ask("ps", "-o", "user=", "-p", str(board.agent_pid())).startswith("invigil")

    # What root enrolled again is handed over at the next start of the board.
    booted.ask("sh", "-c", "cd /etc/invigil && chown -R root:root . && chmod 644 device.key")
    booted.ask("systemctl", "reboot")
    wait_for("the board to be off", booted.is_off)
    booted.switch_on()
    assert owned(board, "/etc/invigil/device.key") == "invigil-agent:invigil-agent 600"
    assert owned(board, "/etc/invigil/device.toml") == "invigil-agent:invigil-agent 640"
    wait_for("the agent that starts by itself", board.is_online)
    assert states(board) == ENABLED - {"invigil-announce.service"}

    wait_for("the doctor to be content", lambda: _checks(board, *SERVED) == {"ok"})


def _checks(board: Board, *names: str) -> set[str]:
    doctor = board.booted.run("/opt/invigil/current/bin/invigil", "device", "doctor", "--json")
    checks = {each["name"]: each["state"] for each in json.loads(doctor.stdout)["checks"]}
    return {checks[name] for name in names}


def test_an_agent_that_ends_or_hangs_comes_back(board: Board) -> None:
    board.enrol()
    board.start()
    first = board.agent_pid()
    board.booted.ask("kill", "-KILL", str(first))
    wait_for("another agent", lambda: board.agent_pid() not in (0, first))
    wait_for("it to be up", lambda: board.booted.shows(AGENT, "ActiveState") == "active")
    assert board.restarts() == 1

    # One that stands still is found by the watchdog: nothing else would.
    second = board.agent_pid()
    board.booted.ask("kill", f"-{signal.SIGSTOP.name}", str(second))
    wait_for("the watchdog", lambda: board.agent_pid() not in (0, second), timeout_s=200)
    wait_for("it to be up", lambda: board.booted.shows(AGENT, "ActiveState") == "active")
    assert board.restarts() == 2
    assert "Watchdog timeout" in board.booted.ask("journalctl", "--no-pager", "-u", AGENT)
    wait_for("the booth to be online", board.is_online)


def test_the_hub_has_the_board_start_again(board: Board) -> None:
    board.enrol()
    board.start()
    device = board.device()
    board.ask_hub("POST", f"/devices/{device['device_id']}/reboot", json={})
    wait_for("the board to be off", board.booted.is_off)
    board.booted.switch_on()
    assert board.booted.run("test", "-e", "/run/invigil-agent/reboot").returncode != 0, "else it never ends"
    wait_for("the booth to be online", board.is_online)
