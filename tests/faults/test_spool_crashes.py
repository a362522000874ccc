"""The spool of a booth that is killed at any byte of a write, loses power, or runs out of disk: nothing kept is lost.

`make faults` tries ten times as many points as `make test`.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.errors import StorageError
from agent.evidence.spool import Spool
from agent.health import Trouble
from contract.chain import sha256_hex
from contract.messages import DropReason
from tests.support.processes import ROOT, run

POINTS = 400 if "INVIGIL_KILL_ROUNDS" in os.environ else 40
KEY = bytes(range(32))

pytestmark = [pytest.mark.slow]


@pytest.mark.timeout(900)
def test_a_booth_killed_anywhere_loses_nothing_that_was_kept_and_uploads_no_half_file(tmp_path: Path) -> None:
    said = run("python", "-m", "tests.support.crashing_spool", tmp_path / "spool", str(POINTS), "7")
    assert said.startswith(f"{POINTS} crashes")
    assert {"open", "write", "fsync", "replace"} <= set(said.replace("'", " ").split()), said
    print(said)


@pytest.mark.parametrize(
    "careless",
    [
        "spool._sync_folder = lambda folder: None",
        "spool._write_fully = lambda handle, data: os.write(handle, data[: len(data) // 2])",
    ],
)
def test_a_careless_spool_would_be_found_out(tmp_path: Path, careless: str) -> None:
    """Names that are not flushed, and writes that are only begun."""
    program = (
        "import os; from pathlib import Path\n"
        "from agent.evidence import spool; from tests.support import crashing_spool\n"
        f"{careless}\n"
        f"crashing_spool.main(Path({str(tmp_path / 'spool')!r}), 40, 7)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "acknowledged and lost" in done.stderr or "half a file" in done.stderr


def piece(number: int) -> bytes:
    return number.to_bytes(4, "big") * 75_000


@contextmanager
def full_soon(folder: Path) -> Iterator[bool]:
    """A file system of two megabytes where we may mount one (then True), else files that cannot grow beyond 200 kB."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0:
        try:
            yield True
        finally:
            unmount = ["umount", str(folder)]
            subprocess.run(unmount, check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        yield False
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_costs_the_least_valuable_and_no_half_file(tmp_path: Path) -> None:
    dropped: list[tuple[str, DropReason]] = []
    with full_soon(tmp_path / "disk") as mounted:
        folder = tmp_path / "disk" / "spool"
        spool = Spool(folder, 2**30, Trouble(), KEY, reserve_bytes=400_000 if mounted else 0)
        spool.on_dropped = lambda file, reason: dropped.append((file.sha256, reason))
        kept, refused = list[str](), list[str]()
        for number in range(12):
            try:
                kept.append(spool.put(piece(number), "video/mp4", role="clip" if number % 2 else "segment"))
            except StorageError as error:
                refused.append(error.kind)
        if mounted:
            free = os.statvfs(folder)
            assert free.f_bavail * free.f_frsize >= 400_000, "the outbox's room"
            assert len(kept) + len(refused) == 12
            assert {reason for _, reason in dropped} == {"disk_full"}
            assert {file.label.role for file in spool.files()} == {"clip"}, "recordings went for clips"
        assert set(refused) <= {"full"}
        assert mounted or len(refused) == 12
        again = Spool(folder, 2**30, Trouble(), KEY)
        assert again.files() == spool.files()
        assert {file.sha256 for file in again.files()} == set(kept) - {sha256 for sha256, _ in dropped}
        for file in again.files():
            with again.open(file.sha256) as content:
                assert sha256_hex(content.read()) == file.sha256
        assert list(folder.glob("*.part")) == []


def test_a_disk_filled_by_others_to_its_last_byte_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    with full_soon(tmp_path / "disk") as mounted:
        folder = tmp_path / "disk" / "spool"
        spool = Spool(folder, 2**30, Trouble(), KEY, reserve_bytes=0)
        kept = spool.put(b"kept" * 1000, "image/jpeg")
        with suppress(OSError), (tmp_path / "disk" / "others").open("wb", buffering=0) as others:
            while others.write(bytes(4096)):
                pass
        with pytest.raises(StorageError) as full:
            spool.put(piece(1), "video/mp4")
        assert full.value.kind == "full"
        with spool.open(kept) as content:
            assert content.read() == b"kept" * 1000
        assert list(folder.glob("*.part")) == []
        if mounted:
            (tmp_path / "disk" / "others").unlink()
            assert spool.put(piece(1), "video/mp4") in {file.sha256 for file in spool.files()}
