"""Releases on a board with systemd: from a stick as the guide says, and from the hub over MQTT and HTTPS to a real
agent, through root's updater under its unit, and back by themselves where the new agent does not come up."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.board import AGENT, BOOTH, FIRST, Board, a_board
from tests.support.guide import GUIDE, ON_A_BOARD, as_root, blocks
from tests.support.processes import wait_for

pytestmark = pytest.mark.timeout(900)

STAND_INS = ("/usr/bin/cage", "/usr/bin/chromium")
"""What the screen's unit starts, where the system lacks it: the guide installs a booth with a screen."""
NEW, BAD = "1.1.0", "1.2.0"
MISTAKE = {
    "agent/app.py": ("        self._identity = Identity(config)\n", "        raise RuntimeError('nobody tried it')\n")
}
"""Everything loads and looks at pictures, so that no self-test finds it; it ends as soon as it is started."""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with a_board(tmp_path) as board:
        board.install()
        yield board


def test_the_guides_lines_for_a_system_that_runs(board: Board) -> None:
    for path in STAND_INS:
        board.booted.ask(
            "sh", "-c", f"[ -e {path} ] || (printf '#!/bin/sh\\nexec sleep 1d\\n' >{path}; chmod +x {path})"
        )
    board.put_on_stick(board.workshop.real(NEW))
    ran = []
    for block in blocks(GUIDE.read_text()):
        for line in block.lines if ON_A_BOARD in block.comment else ():
            machine, _, command = line.partition("$ ")
            assert machine == "device", line
            follow(board, command)
            ran.append(command)
            if command.endswith("systemctl start invigil-agent"):
                wait_for("the booth to be online", lambda: board.is_online(FIRST))
            if "device update" in command:
                assert board.runs == NEW
                wait_for("the booth to be online again", lambda: board.is_online(NEW))
    assert [command.split()[-1] for command in ran if "rollback" in command] == ["rollback"]
    assert len(ran) == 5
    assert board.runs == FIRST
    wait_for("the release of before to be online", lambda: board.is_online(FIRST))


def follow(board: Board, command: str) -> None:
    words = as_root(shlex.split(command.replace("https://hub.example:8443", board.centre.url)))
    env = {"PATH": "/opt/invigil/current/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    if "enrol" in words:
        words += board.camera
        env["INVIGIL_CLAIM_CODE"] = board.centre.claim_code(BOOTH)
    done = board.booted.run(*words, env=env, stdin="y\n" if "rollback" in words else "")
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_a_rollout_reaches_the_agent_and_stops_where_a_release_does_not_come_up(board: Board) -> None:
    board.enrol()
    board.start()
    wait_for("its version to be known", lambda: board.is_online(FIRST))
    done = roll_out(board, board.workshop.real(NEW))
    (device,) = done["devices"]
    assert (done["rollout"]["state"], device["state"]) == ("done", "healthy"), device["reason"]
    assert (device["version_before"], device["version"]) == (FIRST, NEW)
    assert board.runs == NEW
    assert board.is_online(NEW)
    assert board.booted.shows("invigil-update.service", "Result") == "success"

    stopped = roll_out(board, board.workshop.real(BAD, MISTAKE))
    (device,) = stopped["devices"]
    assert (stopped["rollout"]["state"], device["state"]) == ("stopped", "rolled_back"), device["reason"]
    assert "started 3 times and was never well" in device["reason"]
    assert BOOTH in stopped["rollout"]["reason"]
    assert board.runs == NEW
    said = board.booted.ask("journalctl", "--no-pager", "-u", AGENT)
    assert said.count("RuntimeError: nobody tried it") == 3
    wait_for("the release of before to be online", lambda: board.is_online(NEW))
    assert board.booted.ask("ls", "/opt/invigil/releases").split() == [FIRST, NEW]


def roll_out(board: Board, release: Path) -> Any:
    """To its end."""
    board.ask_hub("POST", "/releases", content=release.read_bytes())
    version = release.stem.removeprefix("invigil-")
    begun = board.ask_hub("POST", "/rollouts", json={"version": version, "settle_s": 0})
    path = f"/rollouts/{begun['rollout']['rollout_id']}"

    def ended() -> Any:
        said = board.ask_hub("GET", path)
        return said if said["rollout"]["state"] in ("done", "stopped") else None

    return wait_for(f"the rollout of {version} to end", ended, timeout_s=400)
