"""The spool: whole files under their own hash, sealed, never more bytes than allowed, the least valuable go first."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import StorageError
from agent.evidence.sealed import CHUNK_BYTES, Label, SealedReader, seal, sealed_size, spool_key
from agent.evidence.snapshot import encode_jpeg, take_snapshot
from agent.evidence.spool import Spool, SpooledFile
from agent.frame import Frame
from agent.health import Trouble
from contract.chain import sha256_hex
from contract.messages import DropReason
from contract.violation import EvidenceRole, Severity

KEY = bytes(range(32))
LARGE = random.Random(5).randbytes(3 * CHUNK_BYTES + 17)
PIECE = 10_000
ROLES: tuple[EvidenceRole, ...] = ("segment", "clip", "snapshot")
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")

Make = Callable[..., Spool]


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def dropped() -> list[tuple[str, DropReason]]:
    return []


@pytest.fixture
def make(tmp_path: Path, trouble: Trouble, dropped: list[tuple[str, DropReason]]) -> Make:
    def make(max_bytes: int = 2**22, key: bytes = KEY, folder: str = "spool", reserve_bytes: int = 0) -> Spool:
        spool = Spool(tmp_path / folder, max_bytes, trouble, key, reserve_bytes=reserve_bytes)
        spool.on_dropped = lambda file, reason: dropped.append((file.sha256, reason))
        return spool

    return make


def piece(number: int) -> bytes:
    return random.Random(number).randbytes(PIECE)


def put(spool: Spool, number: int, role: EvidenceRole = "clip", severity: Severity = "medium") -> str:
    return spool.put(piece(number), "video/mp4", role=role, severity=severity)


def held(spool: Spool) -> set[str]:
    return {file.sha256 for file in spool.files()}


def content(spool: Spool, sha256: str) -> bytes:
    with spool.open(sha256) as file:
        return file.read()


# --- sealed ---


def test_a_file_is_named_by_its_content_and_comes_back_as_it_was(make: Make) -> None:
    spool = make()
    assert spool.put(LARGE, "video/mp4") == sha256_hex(LARGE)
    assert spool.put(LARGE, "video/mp4") == sha256_hex(LARGE)
    (file,) = spool.files()
    assert (file.sha256, file.media_type, file.size_bytes) == (sha256_hex(LARGE), "video/mp4", len(LARGE))
    assert (file.label.role, spool.size(file.sha256)) == ("clip", len(LARGE))
    assert content(spool, file.sha256) == LARGE
    assert file.path.stat().st_size == sealed_size(file.label)
    assert spool.filled.is_set()


def test_nothing_of_the_content_can_be_read_on_the_disk(tmp_path: Path, make: Make) -> None:
    data = b"the face of a candidate " * 10_000
    make().put(data, "image/jpeg")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"candidate" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0 or path.is_dir()


@given(st.lists(st.tuples(st.integers(0, len(LARGE) + 10), st.integers(0, 2 * CHUNK_BYTES)), max_size=8))
def test_any_stretch_can_be_read(tmp_path_factory: pytest.TempPathFactory, stretches: list[tuple[int, int]]) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"), 2**22, Trouble(), KEY)
    sha256 = spool.put(LARGE, "video/mp4")
    with spool.open(sha256) as file:
        for begin, size in stretches:
            assert file.seek(begin) == begin
            assert file.read(size) == LARGE[begin : begin + size]
        assert file.seek(-5, os.SEEK_END) == len(LARGE) - 5
        assert file.read() == LARGE[-5:]


@given(st.data())
def test_a_bit_that_flips_or_a_byte_that_is_missing_never_gives_wrong_content(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("sealed") / "file"
    short = LARGE[: CHUNK_BYTES + 9]
    label = Label(
        sha256=sha256_hex(short),
        role="clip",
        media_type="video/mp4",
        severity="low",
        size_bytes=len(short),
        written_ns=1,
    )
    whole = b"".join(seal(KEY, label, short))
    assert len(whole) == sealed_size(label)
    where = data.draw(st.one_of(st.integers(0, 400), st.integers(0, len(whole) - 1)))
    if data.draw(st.booleans()):
        path.write_bytes(whole[:where])
    else:
        path.write_bytes(
            whole[:where] + bytes([whole[where] ^ (1 << data.draw(st.integers(0, 7)))]) + whole[where + 1 :]
        )
    damaged: list[bool] = []
    with pytest.raises(StorageError), SealedReader(path, (KEY,), lambda: damaged.append(True)) as reader:
        reader.read()
    assert damaged == [True]


def test_the_key_is_the_devices_and_always_the_same() -> None:
    one, other = ec.derive_private_key(12345, ec.SECP256R1()), ec.derive_private_key(12346, ec.SECP256R1())
    assert spool_key(one) == spool_key(ec.derive_private_key(12345, ec.SECP256R1()))
    assert spool_key(one) != spool_key(other)
    assert len(spool_key(one)) == 32


def test_what_another_device_left_is_told_to_be_lost_and_removed(
    make: Make, dropped: list[tuple[str, DropReason]]
) -> None:
    sha256 = put(make(), 1)
    spool = make(key=bytes(32))
    assert spool.files() == []
    spool.tell_of_damage()
    assert dropped == [(sha256, "damaged")]
    assert make().files() == []


def test_damage_that_shows_when_it_is_read_drops_the_file(make: Make, dropped: list[tuple[str, DropReason]]) -> None:
    spool = make()
    sha256 = spool.put(LARGE, "video/mp4")
    path = spool.files()[0].path
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-3])
    with spool.open(sha256) as file:
        assert file.read(10) == LARGE[:10]
        file.seek(len(LARGE) - 5)
        with pytest.raises(StorageError, match="damaged"):
            file.read()
    assert dropped == [(sha256, "damaged")]
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        spool.open(sha256)


# --- bounded ---


def room_for(pieces: int) -> int:
    """Bytes of a spool that takes so many, and not one more."""
    return pieces * (PIECE + 600)


def test_recording_goes_before_clips_and_clips_before_snapshots(
    make: Make, dropped: list[tuple[str, DropReason]], trouble: Trouble
) -> None:
    spool = make(room_for(4))
    snapshot, clip = put(spool, 1, "snapshot", "low"), put(spool, 2, "clip", "high")
    old, new = put(spool, 3, "segment"), put(spool, 4, "segment")
    for number in range(10, 14):
        put(spool, number, "snapshot", "low")
    assert [sha256 for sha256, _ in dropped] == [old, new, clip, snapshot], "of snapshots alike the oldest"
    assert {reason for _, reason in dropped} == {"spool_full"}
    assert trouble.of("evidence_dropped") == 4


def test_the_lowest_severity_goes_first(make: Make, dropped: list[tuple[str, DropReason]]) -> None:
    spool = make(room_for(3))
    high, low, medium = put(spool, 1, "clip", "high"), put(spool, 2, "clip", "low"), put(spool, 3, "clip", "medium")
    put(spool, 5, "clip", "high")
    put(spool, 6, "clip", "high")
    assert [sha256 for sha256, _ in dropped] == [low, medium]
    assert high in held(spool)


def test_nothing_goes_for_something_of_less_value(make: Make, dropped: list[tuple[str, DropReason]]) -> None:
    spool = make(room_for(2))
    kept = {put(spool, 1, "snapshot", "low"), put(spool, 2, "clip", "high")}
    for role, severity in (("segment", "high"), ("clip", "medium")):
        with pytest.raises(StorageError) as refused:
            put(spool, 9, role, severity)  # type: ignore[arg-type]
        assert refused.value.kind == "no_room"
    assert held(spool) == kept
    assert dropped == []


def test_refused_files_count_as_room_and_go_before_others(
    tmp_path: Path, make: Make, dropped: list[tuple[str, DropReason]]
) -> None:
    spool = make(room_for(2))
    waiting, refused = put(spool, 1, "segment", "low"), put(spool, 2, "snapshot", "high")
    spool.refuse(refused)
    assert held(spool) == {waiting}
    assert [path.stem for path in (tmp_path / "spool" / "refused").iterdir()] == [refused]
    spool = make(room_for(2))
    new = put(spool, 3, "segment", "low")
    assert held(spool) == {waiting, new}
    assert [sha256 for sha256, _ in dropped] == [refused]


def test_more_than_the_whole_spool_is_refused_and_drops_nothing(make: Make) -> None:
    spool = make(room_for(2))
    kept = put(spool, 1, "segment")
    with pytest.raises(StorageError, match="does not fit"):
        spool.put(LARGE, "image/jpeg")
    assert held(spool) == {kept}


@given(
    st.lists(st.tuples(st.sampled_from(["segment", "clip", "snapshot"]), st.sampled_from(["low", "medium", "high"])))
)
def test_whatever_comes_it_stays_within_its_bound_and_keeps_what_is_worth_most(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[EvidenceRole, Severity]]
) -> None:
    folder, gone = tmp_path_factory.mktemp("spool"), list[SpooledFile]()
    spool = Spool(folder, room_for(4), Trouble(), KEY, reserve_bytes=0)
    spool.on_dropped = lambda file, _reason: gone.append(file)
    for number, (role, severity) in enumerate(files):
        try:
            put(spool, number, role, severity)
        except StorageError:
            assert len(spool.files()) == 4
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= room_for(4)
    values = sorted(file.value for file in spool.files())
    assert len(spool.files()) == min(4, len(files))
    assert all(file.value <= values[0] for file in gone)


@given(st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(SEVERITIES)), min_size=1, max_size=25))
def test_what_goes_is_the_recording_before_clips_before_snapshots_then_the_lowest_severity_then_the_oldest(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[EvidenceRole, Severity]]
) -> None:
    """Against a list that is told the sentence above and nothing of `SpooledFile.value`."""
    spool, gone = Spool(tmp_path_factory.mktemp("spool"), room_for(4), Trouble(), KEY, reserve_bytes=0), list[str]()
    spool.on_dropped = lambda file, _reason: gone.append(file.sha256)
    kept: list[tuple[int, int, int, str]] = []
    should_go: list[str] = []
    for number, (role, severity) in enumerate(files):
        new = ROLES.index(role), SEVERITIES.index(severity), number, sha256_hex(piece(number))
        if len(kept) == 4 and min(kept)[:2] > new[:2]:
            with pytest.raises(StorageError):
                put(spool, number, role, severity)
            continue
        put(spool, number, role, severity)
        if len(kept) == 4:
            kept.remove(least := min(kept))
            should_go.append(least[3])
        kept.append(new)
    assert gone == should_go
    assert held(spool) == {each[3] for each in kept}


# --- uploaded ---


@given(st.lists(st.tuples(st.sampled_from((*ROLES, "boxes")), st.sampled_from(SEVERITIES)), max_size=15))
def test_pictures_go_up_first_the_gravest_before_the_others_and_the_newest_of_those(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[EvidenceRole, Severity]]
) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"), 2**22, Trouble(), KEY, reserve_bytes=0)
    order: list[tuple[int, int, int, str]] = []
    for number, (role, severity) in enumerate(files):
        sha256 = put(spool, number, role, severity)
        nth = ("snapshot", "boxes", "clip", "segment").index(role)
        order.append((nth, -SEVERITIES.index(severity), number if role == "segment" else -number, sha256))
    sent = list[str]()
    while (file := spool.next(sent)) is not None:
        sent.append(file.sha256)
    assert sent == [each[3] for each in sorted(order)] == [file.sha256 for file in spool.files()]


def test_what_somebody_may_be_looking_at_is_uploaded_first(make: Make) -> None:
    spool = make()
    early, late = put(spool, 1, "segment"), put(spool, 2, "segment")
    clip, snapshot, newest = put(spool, 3), put(spool, 4, "snapshot"), put(spool, 5, "snapshot")
    order = [newest, snapshot, clip, early, late]
    assert [file.sha256 for file in spool.files()] == order
    assert (first := spool.next()) is not None
    assert first.sha256 == newest
    assert (third := spool.next({newest, snapshot})) is not None
    assert third.sha256 == clip
    assert spool.next(order) is None


def test_what_the_hub_has_is_gone_for_good(make: Make) -> None:
    spool = make()
    sha256 = put(spool, 1)
    spool.remove(sha256)
    spool.remove(sha256)
    spool.refuse(sha256)
    with pytest.raises(FileNotFoundError):
        spool.size(sha256)
    assert make().files() == []


def test_files_of_an_earlier_run_are_found_again_with_all_that_was_known(make: Make) -> None:
    before = make()
    put(before, 1, "segment", "low")
    put(before, 2, "snapshot", "high")
    after = make()
    assert after.files() == before.files()
    assert content(after, after.files()[0].sha256) == piece(2)


def test_an_unfinished_file_of_a_crash_is_never_uploaded(tmp_path: Path, make: Make) -> None:
    make()
    (tmp_path / "spool" / f"{'0' * 64}.clip.3.part").write_bytes(b"half a clip")
    (tmp_path / "spool" / "notes.txt").write_bytes(b"a technician's")
    assert make().files() == []
    assert [path.name for path in (tmp_path / "spool").iterdir() if path.is_file()] == ["notes.txt"]


# --- the disk ---


def test_a_disk_that_takes_nothing_is_one_sentence_and_leaves_no_rest(tmp_path: Path, make: Make) -> None:
    spool = make()
    (tmp_path / "spool" / "refused").rmdir()
    (tmp_path / "spool").rmdir()
    (tmp_path / "spool").write_bytes(b"a file where the folder was")
    with pytest.raises(StorageError, match="cannot be written") as failed:
        spool.put(b"picture", "image/jpeg")
    assert failed.value.kind == "failed"
    with pytest.raises(StorageError, match="cannot be used"):
        make()


def test_the_last_megabytes_of_a_disk_are_the_outboxes(make: Make, dropped: list[tuple[str, DropReason]]) -> None:
    kept = put(make(), 1, "segment")
    spool = make(reserve_bytes=2**60)
    with pytest.raises(StorageError) as full:
        put(spool, 2, "snapshot")
    assert full.value.kind == "full"
    assert held(spool) == {kept}, "dropping it would not have helped"
    assert dropped == []


# --- snapshots ---


def test_a_snapshot_is_a_picture_that_its_reference_names(make: Make) -> None:
    spool = make()
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, 32:] = 255
    taken_at = datetime(2026, 3, 2, tzinfo=UTC)
    reference = take_snapshot(Frame(image, 1.0, taken_at, 0), spool, "high")
    (file,) = spool.files()
    data = content(spool, file.sha256)
    assert (reference.sha256, reference.size_bytes) == (sha256_hex(data), len(data))
    assert (reference.role, reference.media_type, reference.taken_at) == ("snapshot", "image/jpeg", taken_at)
    assert (file.label.role, file.label.severity) == ("snapshot", "high")
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert np.abs(decoded.astype(int) - image).mean() < 3


def test_an_empty_picture_is_an_error_of_ours() -> None:
    with pytest.raises(StorageError, match="JPEG"):
        encode_jpeg(Frame(np.zeros((0, 0, 3), np.uint8), 0.0, datetime.now(UTC), 0))
