"""What the service manager hears, over real sockets."""

import socket
from pathlib import Path

import pytest

from agent.supervisor import Progress, Supervisor


@pytest.mark.parametrize("abstract", [False, True])
def test_it_hears_in_systemds_words(tmp_path: Path, abstract: bool) -> None:
    name = f"@{tmp_path.name}-{id(tmp_path)}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0{name[1:]}" if abstract else name)
        supervisor = Supervisor(name)
        supervisor.ready()
        supervisor.alive("booth a: 15 frames/s")
        supervisor.stopping()
        assert [ear.recv(200) for _ in range(3)] == [
            b"READY=1",
            b"WATCHDOG=1\nSTATUS=booth a: 15 frames/s",
            b"STOPPING=1",
        ]


def test_a_manager_that_is_gone_or_does_not_listen_holds_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Supervisor("").ready()
    assert caplog.messages == []
    Supervisor(str(tmp_path / "nobody")).ready()
    assert "was not told READY=1" in caplog.text
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "deaf"))
        supervisor = Supervisor(str(tmp_path / "deaf"))
        for _ in range(2000):
            supervisor.alive("again")
    assert "was not told WATCHDOG=1" in caplog.text


def test_progress_is_made_when_every_part_went_on() -> None:
    turns = {"camera": 0, "networks": 0}
    progress = Progress(lambda: turns["camera"], lambda: turns["networks"])
    assert progress.made(), "what has just begun is not late"
    assert not progress.made()
    turns["camera"] += 5
    assert not progress.made(), "the networks hang"
    turns["networks"] += 1
    assert progress.made()
    assert not progress.made()
