"""Programs are started, waited for, stopped, and never left behind. Real processes throughout."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.console import ProvisioningError
from provisioning.programs import Program, beside_python, run

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Program]]:
    programs: list[Program] = []
    yield programs
    for program in programs:
        program.stop(timeout_s=5)


def start(started: list[Program], tmp_path: Path, code: str) -> Program:
    program = Program("helper", [sys.executable, "-c", code], tmp_path / "logs" / "helper.log")
    started.append(program)
    program.start()
    return program


def said(program: Program, words: str = "") -> str:
    return program.wait_for(
        "its first line",
        lambda: (program.log.read_text().strip() or None) if words in program.log.read_text() else None,
        60,
    )


def gone(pid: int) -> bool:
    """Whether no process has this id any more, or only its unburied remains."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_stops_what_the_program_started(started: list[Program], tmp_path: Path) -> None:
    program = start(started, tmp_path, PARENT)
    child = int(said(program))
    assert not gone(child)
    assert program.stop(), "it heard SIGTERM"
    assert program.exit_code is not None
    while not gone(child):
        time.sleep(0.01)


def test_kills_what_does_not_listen(started: list[Program], tmp_path: Path) -> None:
    program = start(started, tmp_path, DEAF)
    said(program, "deaf")
    assert not program.stop(timeout_s=0.2)
    assert gone(program.pid)


def test_a_program_that_ends_early_shows_its_last_words(started: list[Program], tmp_path: Path) -> None:
    program = start(started, tmp_path, "print('out of paper'); raise SystemExit(3)")
    with pytest.raises(ProvisioningError, match=r"(?s)ended by itself \(exit 3\).*out of paper") as caught:
        program.wait_for("a miracle", lambda: None, 60)
    assert str(program.log) in caught.value.hint


def test_waiting_in_vain_says_for_what(started: list[Program], tmp_path: Path) -> None:
    program = start(started, tmp_path, DEAF)
    with pytest.raises(ProvisioningError, match="in vain for a miracle"):
        program.wait_for("a miracle", lambda: None, 0.2)


def test_gets_a_process_group_of_its_own(started: list[Program], tmp_path: Path) -> None:
    """Ctrl-C in the terminal must reach the demonstration alone, which then stops the others in order."""
    program = start(started, tmp_path, DEAF)
    assert os.getpgid(program.pid) != os.getpgid(0)


def test_stopping_what_never_started_is_harmless(tmp_path: Path) -> None:
    assert Program("never", ["true"], tmp_path / "never.log").stop()


def test_run_gives_the_answer_or_the_reason() -> None:
    assert run([sys.executable, "-c", "import os; print(os.environ['WORD'])"], env={"WORD": "hello"}) == "hello\n"
    with pytest.raises(ProvisioningError, match=r"exit 4.*no paper"):
        run([sys.executable, "-c", "import sys; print('no paper', file=sys.stderr); sys.exit(4)"])
    with pytest.raises(ProvisioningError, match="took longer"):
        run([sys.executable, "-c", "import time; time.sleep(600)"], timeout_s=0.2)
    with pytest.raises(ProvisioningError, match="not installed"):
        run(["no-such-program-anywhere"])
    with pytest.raises(ProvisioningError, match="not installed beside"):
        beside_python("no-such-program-anywhere")


def test_waiting_for_an_end_ends_either_way(started: list[Program], tmp_path: Path) -> None:
    assert start(started, tmp_path, "raise SystemExit(0)").ends_within(60)
    assert not start(started, tmp_path, DEAF).ends_within(0.2)
    assert not Program("never", ["true"], tmp_path / "never.log").ends_within(0.2)
