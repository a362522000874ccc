"""`invigil demo`: how it ends. That violations reach the hub is tested in `tests/e2e`."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.reel import write_reel
from tests.support.processes import Program, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reel(tmp_path_factory.mktemp("demo") / "video.mp4")


@pytest.fixture
def demo(tmp_path: Path, video: Path) -> Iterator[Program]:
    """A demonstration with all its programs up."""
    data = tmp_path / "demo"
    command: list[str | Path] = ["invigil", "demo", "--video", video, "--data", data, "--port", "0"]
    program = Program(command, tmp_path / "demo.log").start()

    def online() -> bool:
        program.must_run()
        return "both booths are online" in program.log.read_text()

    try:
        wait_for("the booths to come online", online)
        yield program
    finally:
        program.stop()


def descendants(pid: int) -> dict[int, str]:
    """Living processes below `pid`: their ids and names."""
    parents: dict[int, tuple[int, str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")
        except OSError:
            continue  # ended meanwhile
        state, parent = tail.split()[:2]
        if state != "Z":
            parents[int(stat.parent.name)] = (int(parent), head.partition("(")[2])
    found = {pid: ""}
    while True:
        more = {child: name for child, (parent, name) in parents.items() if parent in found and child not in found}
        if not more:
            return {child: name for child, name in found.items() if child != pid}
        found |= more


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def exit_code(program: Program) -> int:
    wait_for("the demonstration to end", lambda: not program.running)
    return program.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_being_stopped_leaves_nothing_running(demo: Program, number: signal.Signals) -> None:
    below = descendants(demo.pid)
    assert sorted(below.values()) == ["invigil-agent", "invigil-agent", "invigil-hub", "mosquitto"]
    os.kill(demo.pid, number)
    assert exit_code(demo) == 0, demo.tail()
    assert [name for pid, name in below.items() if alive(pid)] == []
    assert "was killed" not in demo.log.read_text()
    assert "Traceback" not in demo.log.read_text()


@pytest.mark.parametrize(("name", "argument"), [("booth-1", b"booth-1"), ("hub", b"serve")])
def test_a_program_that_dies_is_shown_with_its_last_words(
    demo: Program, tmp_path: Path, name: str, argument: bytes
) -> None:
    """A hub that dies leaves its broker behind; that must go too."""
    below = descendants(demo.pid)
    victim = next(pid for pid in below if argument in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(victim, signal.SIGKILL)
    assert exit_code(demo) == 1
    said = demo.log.read_text()
    assert f"{name} ended by itself (exit -9)" in said
    assert str(tmp_path / "demo" / "logs" / f"{name}.log") in said
    assert [name for pid, name in below.items() if alive(pid)] == []
