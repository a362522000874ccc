"""The switch under power cuts: whatever of it reached the disk, a whole release starts, and the next look decides."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.status import FRESH_S, AgentStatus, boot_id, boottime_s, status_path, write_status
from provisioning.update import settle
from tests.support.reports_of_health import a_health

OLD, NEW = "1.0.0", "1.1.0"
Names = dict[str, bytes | str | None]
"""What lies under a name: a file's bytes, a link's target, nothing."""


class Disk:
    """Keeps what reached the disk apart from what the system holds: a name that was replaced is the old one again until
    its folder is flushed, and a file that was not flushed may be empty."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.flushed: set[str] = set()
        self.safe: Names = self._now()
        self.waiting: list[tuple[str, bytes | str | None, bool]] = []
        self.cuts: list[Names] = []
        self._fsync, self._replace = os.fsync, os.replace
        monkeypatch.setattr(os, "fsync", self.fsync)
        monkeypatch.setattr(os, "replace", self.replace)

    def fsync(self, handle: int) -> None:
        self._fsync(handle)
        path = os.readlink(f"/proc/self/fd/{handle}")
        if not os.path.isdir(path):
            self.flushed.add(path)
            return
        for name, content, _whole in [each for each in self.waiting if os.path.dirname(each[0]) == path]:
            self.safe[name] = content
        self.waiting = [each for each in self.waiting if os.path.dirname(each[0]) != path]
        self._cut()

    def replace(self, new: Path, there: Path) -> None:
        whole = new.is_symlink() or str(new) in self.flushed
        self._replace(new, there)
        self.flushed.discard(str(new))
        self.waiting.append((str(there), _content(there), whole))
        self._cut()

    def _cut(self) -> None:
        """Every way in which the disk could look if the power failed now."""
        for kept in itertools.product((False, True), repeat=len(self.waiting)):
            looks = dict(self.safe)
            for (name, content, whole), keep in zip(self.waiting, kept, strict=True):
                if keep:
                    looks[name] = content if whole else b""
            self.cuts.append(looks)

    def _now(self) -> Names:
        names = (self.root / "current", self.root / "state" / "update.json")
        return {str(name): _content(name) for name in names}

    def show(self, looks: Names) -> None:
        for name, content in looks.items():
            path = Path(name)
            path.unlink(missing_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif content is not None:
                path.symlink_to(content)


def _content(path: Path) -> bytes | str | None:
    if path.is_symlink():
        return os.readlink(path)
    return path.read_bytes() if path.exists() else None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "opt"
    for version in (OLD, NEW):
        (root / "releases" / version).mkdir(parents=True)
    (root / "state").mkdir()
    settle.point_at(root, OLD)
    return root


def trial(**changes: Any) -> dict[str, Any]:
    return {
        "phase": "trial",
        "from": OLD,
        "to": NEW,
        "reason": "",
        "needs_hub": True,
        "starts": 0,
        "starts_max": 3,
        "boot_id": settle.boot_id(),
        "since_s": settle.now_s() - 100,
        "limit_s": 300.0,
        "well_for_s": 10.0,
    } | changes


def says(path: Path, **changes: Any) -> None:
    health = {"version": NEW, "uptime_s": 50.0, "camera": "ok"} | changes.pop("health", {})
    said = {"pid": os.getpid(), "boot_id": settle.boot_id(), "boottime_s": settle.now_s(), "hub_here": True}
    path.write_text(json.dumps({**said, "health": health} | changes))


def switch(root: Path) -> None:
    with settle.turn(root):
        settle.write_journal(root, trial())
        settle.point_at(root, NEW)


def ends(root: Path, status: Path) -> Iterator[Callable[[], settle.Journal]]:
    """The ways in which a trial ends."""

    def well() -> settle.Journal:
        says(status)
        return settle.settle(root, status)

    def crashes() -> settle.Journal:
        status.unlink(missing_ok=True)
        for _ in range(settle.STARTS_MAX + 1):
            journal = settle.settle(root, status, starting=True)
        return journal

    yield from (well, crashes)


@pytest.mark.parametrize("way", [0, 1], ids=["well", "crashes"])
def test_at_every_power_cut_a_whole_release_is_started_and_the_next_look_decides(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: int
) -> None:
    status = tmp_path / "status.json"
    settle.write_journal(root, {"phase": "tested", "from": OLD, "to": NEW})
    with monkeypatch.context() as patched:
        disk = Disk(root, patched)
        switch(root)
        list(ends(root, status))[way]()
    assert len(disk.cuts) > 8
    phases = set()
    for looks in disk.cuts:
        for after in (0, 1):
            disk.show(looks)
            assert settle.current(root) in (OLD, NEW)
            assert settle.read_journal(root)["phase"] != "none"
            list(ends(root, status))[after]()
            journal = settle.read_journal(root)
            assert journal["phase"] in ("tested", "failed", "healthy", "rolled_back")
            runs = NEW if journal["phase"] == "healthy" else OLD
            assert settle.current(root) == runs, journal
            phases.add(journal["phase"])
    assert {"failed", "healthy", "rolled_back"} <= phases


def test_a_link_is_never_ahead_of_its_journal(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a release would be started that nobody tries."""
    settle.write_journal(root, {"phase": "tested", "from": OLD, "to": NEW})
    with monkeypatch.context() as patched:
        disk = Disk(root, patched)
        switch(root)
    for looks in disk.cuts:
        disk.show(looks)
        if settle.current(root) == NEW:
            assert settle.read_journal(root)["phase"] == "trial"


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ({}, ""),
        ({"hub_here": False}, "hub"),
        ({"health": {"version": OLD}}, "another one runs"),
        ({"health": {"uptime_s": 400.0}}, "another one runs"),
        ({"health": {"uptime_s": 5.0}}, "5 s only"),
        ({"health": {"camera": "starting"}}, "camera"),
        ({"health": {"camera": "lost"}}, ""),
        ({"health": {"uptime_s": "long"}}, "nobody understands"),
        ({"pid": 2**22 + 1}, "none runs"),
        ({"boot_id": "another"}, "none runs"),
        ({"boottime_s": 1.0}, "none runs"),
    ],
)
def test_who_is_well(tmp_path: Path, said: dict[str, Any], lacks: str) -> None:
    status = tmp_path / "status.json"
    says(status, **said)
    found = settle.lacks(settle.read_agent(status), trial())
    assert found == "" if lacks == "" else lacks in found


def test_the_limit_counts_from_the_boards_start(root: Path, tmp_path: Path) -> None:
    switch(root)
    settle.write_journal(root, trial(boot_id="before the power cut", since_s=10**9))
    journal = settle.settle(root, tmp_path / "status.json")
    assert journal["phase"] == "trial"
    assert journal["boot_id"] == settle.boot_id()
    settle.write_journal(root, trial(since_s=settle.now_s() - 301))
    assert settle.settle(root, tmp_path / "status.json")["phase"] == "rolled_back"
    assert settle.current(root) == OLD


def test_a_link_that_somebody_else_moved_and_a_journal_that_nobody_can_read_are_left_alone(
    root: Path, tmp_path: Path
) -> None:
    settle.write_journal(root, trial(to="2.0.0"))
    settle.point_at(root, NEW)
    assert settle.settle(root, tmp_path / "status.json")["phase"] == "failed"
    for text in ("", "{", "[]", '{"phase": 7}'):
        (root / "state" / "update.json").write_text(text)
        assert settle.settle(root, tmp_path / "status.json", starting=True)["phase"] == "none"
    assert settle.current(root) == NEW


def test_what_the_agent_writes_is_what_is_read(tmp_path: Path) -> None:
    def written(**changes: Any) -> settle.Journal:
        health = a_health(version=NEW, uptime_s=50.0)
        said = {"pid": os.getpid(), "boot_id": boot_id(), "boottime_s": boottime_s(), "at": health.at, "health": health}
        write_status(tmp_path, AgentStatus(**said | changes))
        return settle.read_agent(status_path(tmp_path))

    assert settle.lacks(written(hub_here=True), trial()) == ""
    assert "hub" in settle.lacks(written(hub_here=False), trial())
    assert written(exam_session_on=True)["exam_session_on"] is True
    assert settle.FRESH_S == FRESH_S


def test_the_agents_folder_is_where_its_configuration_says(tmp_path: Path) -> None:
    config = tmp_path / "device.toml"
    assert settle.status_file(config) == tmp_path / "state" / "status.json"
    config.write_text('state_dir = "/var/lib/invigil-agent"\n')
    assert settle.status_file(config) == Path("/var/lib/invigil-agent/status.json")
    config.write_text('booth = "b"\n\n[hub]\nstate_dir = "/elsewhere"\n')
    assert settle.status_file(config) == tmp_path / "state" / "status.json"
