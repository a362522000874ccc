"""The spool: whole files under their own hash, never more bytes than allowed, the oldest first to go."""

import os
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from agent.errors import StorageError
from agent.evidence.snapshot import encode_jpeg, take_snapshot
from agent.evidence.spool import Spool
from agent.frame import Frame
from agent.health import Trouble
from contract.chain import sha256_hex


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


def put_aged(spool: Spool, folder: Path, data: bytes, age: int) -> str:
    """Put a file and date it back, so that the order does not hang on the clock's resolution."""
    sha256 = spool.put(data, "image/jpeg")
    os.utime(folder / f"{sha256}.jpg", (1_000_000 - age, 1_000_000 - age))
    return sha256


def test_a_file_is_named_by_its_content(tmp_path: Path, trouble: Trouble) -> None:
    spool = Spool(tmp_path, 1000, trouble)
    assert spool.put(b"picture", "image/jpeg") == sha256_hex(b"picture")
    assert spool.put(b"picture", "image/jpeg") == sha256_hex(b"picture")
    (file,) = spool.files()
    assert (file.sha256, file.media_type, file.size_bytes) == (sha256_hex(b"picture"), "image/jpeg", 7)
    assert file.path.read_bytes() == b"picture"
    assert spool.filled.is_set()


def test_the_oldest_go_first_and_each_is_counted(tmp_path: Path, trouble: Trouble) -> None:
    spool = Spool(tmp_path, 100, trouble)
    old, middle, new = (put_aged(spool, tmp_path, bytes([n]) * 30, 10 - n) for n in range(3))
    newest = spool.put(b"x" * 50, "image/jpeg")
    assert {file.sha256 for file in spool.files()} == {new, newest}
    assert {old, middle}.isdisjoint(file.sha256 for file in spool.files())
    assert trouble.of("evidence_dropped") == 2


def test_refused_files_count_as_room_and_go_before_others(tmp_path: Path, trouble: Trouble) -> None:
    spool = Spool(tmp_path, 100, trouble)
    waiting = put_aged(spool, tmp_path, b"w" * 40, 10)
    put_aged(spool, tmp_path, b"r" * 40, 5)
    spool.refuse(spool.files()[1].sha256)
    assert len(list((tmp_path / "refused").iterdir())) == 1
    new = spool.put(b"n" * 40, "image/jpeg")
    assert {file.sha256 for file in spool.files()} == {waiting, new}
    assert list((tmp_path / "refused").iterdir()) == []


def test_more_than_the_whole_spool_is_refused_and_drops_nothing(tmp_path: Path, trouble: Trouble) -> None:
    spool = Spool(tmp_path, 100, trouble)
    kept = spool.put(b"k" * 50, "image/jpeg")
    with pytest.raises(StorageError, match="does not fit"):
        spool.put(b"x" * 101, "image/jpeg")
    assert [file.sha256 for file in spool.files()] == [kept]


def test_an_unfinished_file_of_a_crash_is_never_uploaded(tmp_path: Path, trouble: Trouble) -> None:
    (tmp_path / f"{'0' * 64}.part").write_bytes(b"half a pic")
    spool = Spool(tmp_path, 100, trouble)
    assert spool.files() == []
    assert not list(tmp_path.glob("*.part"))


def test_files_of_an_earlier_run_are_found_again(tmp_path: Path, trouble: Trouble) -> None:
    sha256 = Spool(tmp_path, 100, trouble).put(b"left", "image/jpeg")
    assert [file.sha256 for file in Spool(tmp_path, 100, trouble).files()] == [sha256]


def test_a_disk_that_takes_nothing_is_one_sentence_and_leaves_no_rest(tmp_path: Path, trouble: Trouble) -> None:
    spool = Spool(tmp_path / "spool", 2**20, trouble)
    (tmp_path / "spool" / "refused").rmdir()
    (tmp_path / "spool").rmdir()
    (tmp_path / "spool").write_bytes(b"a file where the folder was")
    with pytest.raises(StorageError, match="cannot be"):
        spool.put(b"picture", "image/jpeg")


def test_a_snapshot_is_a_picture_that_its_reference_names(tmp_path: Path, trouble: Trouble) -> None:
    spool = Spool(tmp_path, 2**20, trouble)
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, 32:] = 255
    taken_at = datetime(2026, 3, 2, tzinfo=UTC)
    reference = take_snapshot(Frame(image, 1.0, taken_at, 0), spool)
    (file,) = spool.files()
    data = file.path.read_bytes()
    assert (reference.sha256, reference.size_bytes) == (sha256_hex(data), len(data))
    assert (reference.role, reference.media_type, reference.taken_at) == ("snapshot", "image/jpeg", taken_at)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert np.abs(decoded.astype(int) - image).mean() < 3


def test_an_empty_picture_is_an_error_of_ours() -> None:
    with pytest.raises(StorageError, match="JPEG"):
        encode_jpeg(Frame(np.zeros((0, 0, 3), np.uint8), 0.0, datetime.now(UTC), 0))
