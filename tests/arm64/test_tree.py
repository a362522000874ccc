"""What must not go wrong with a folder that is entered as root: it is never deleted with something mounted in it."""

import os
import sys
from pathlib import Path

import pytest

from tests.arm64 import tree
from tests.arm64.host import Arm64Error
from tests.arm64.tree import _finish, mounts_under, only_one_at_a_time, remove

MOUNTINFO = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:22 / {root}/proc rw,nosuid - proc proc rw
41 22 0:5 / {root}/dev rw - devtmpfs devtmpfs rw
42 41 0:24 / {root}/dev/pts rw - devpts devpts rw
43 22 254:0 /else {root}-other/dev rw - ext4 /dev/vda rw
44 22 254:0 /else {root}/with\\040space rw - ext4 /dev/vda rw
"""


def test_mounts_inside_are_found_innermost_first(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "trixie"
    told = MOUNTINFO.format(root=root)
    assert set(mounts_under(root, told)) == {f"{root}/{name}" for name in ("dev/pts", "proc", "dev", "with space")}
    found = mounts_under(root, told)
    assert found.index(f"{root}/dev/pts") < found.index(f"{root}/dev"), "in the order in which they can be unmounted"
    (tmp_path / "link").symlink_to(root)
    assert mounts_under(tmp_path / "link", told) == found
    assert mounts_under(tmp_path / "bookworm", told) == []


def test_the_mounts_of_this_machine_are_read() -> None:
    assert "/proc" in mounts_under(Path("/"), Path("/proc/self/mountinfo").read_text())


def test_a_tree_with_a_mount_in_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "proc").mkdir()
    monkeypatch.setattr(tree, "mounts_under", lambda path, told: [f"{path}/proc"])
    with pytest.raises(Arm64Error, match=f"first: umount {tmp_path}/proc"):
        remove(tmp_path)
    assert (tmp_path / "proc").is_dir()


def test_a_tree_without_is_removed_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "trixie" / "usr").mkdir(parents=True)
    (tmp_path / "beside").mkdir()
    (tmp_path / "trixie" / "link").symlink_to(tmp_path / "beside")
    remove(tmp_path / "trixie")
    remove(tmp_path / "trixie")
    assert os.listdir(tmp_path) == ["beside"]


def test_two_runs_do_not_share_a_cache(tmp_path: Path) -> None:
    another = only_one_at_a_time(tmp_path)
    with only_one_at_a_time(tmp_path), pytest.raises(Arm64Error, match="another make test-arm64"):
        another.__enter__()
    with only_one_at_a_time(tmp_path):
        pass


def test_a_command_that_hangs_is_ended_with_all_that_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "HANGS_S", 0.5)
    reading, writing = os.pipe()
    with os.fdopen(reading) as heard:
        with os.fdopen(writing, "w") as said, pytest.raises(Arm64Error, match="so it was ended"):
            _finish(["sleep", "6000"], {"PATH": os.defpath}, said, said)
        assert heard.read() == "", "the pipe ends when the last one that holds it has ended"


def test_a_command_gives_its_status_and_what_it_took(tmp_path: Path) -> None:
    with (tmp_path / "said").open("w") as said:
        status, took_s, memory_mb = _finish([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ), said, said)
    assert status == 3
    assert took_s > 0
    assert memory_mb > 1


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with (tmp_path / "said").open("w") as said, pytest.raises(Arm64Error, match=r"system-packages\.sh arm64"):
        _finish(["no-such-program"], {}, said, said)
