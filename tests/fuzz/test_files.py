"""Files that others wrote: bundles, releases, backups, the spool's sealed files, pictures."""

import io
import tarfile
import warnings
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import zstandard
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.errors import StorageError
from agent.evidence.sealed import Label, SealedReader, read_label, seal, spool_key
from agent.inspect import read_image
from contract import release
from contract.archive import ArchiveError, ArchiveReader, ArchiveWriter
from contract.chain import sha256_hex
from contract.release import ReleasedFile, ReleaseManifest, ReleaseSignatures, Target
from contract.wire import InvalidError
from hub.backups.backup import MANIFEST, check_backup
from hub.errors import HubError
from hub.reports.press import take
from tests.support.bundles import a_bundle, check
from tests.support.damage import as_json
from tests.support.fuzz import Fuzz, Record, count_of

MADE_AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@cache
def bundle() -> bytes:
    return a_bundle().sealed()


def test_archives(record: Record) -> None:
    """The zip of a bundle. What is taken has the members that the directory says, and is as long as they are."""

    def parse(data: bytes) -> object:
        archive = ArchiveReader(io.BytesIO(data))
        size = sum(len(piece) for entry in archive.entries for piece in archive.read(entry))
        assert size <= len(data)
        return size

    Fuzz("bundle: archive", parse, {"bundle": bundle()}, (ArchiveError,), memory_ratio=20).run(count_of(0.5), record)


def test_bundles(record: Record) -> None:
    """A report, always; and a bundle with a byte that is not as it was is never whole (more: `make mutations`)."""

    def parse(data: bytes) -> object:
        report = check(data)
        assert (report.verdict == "whole") == (data == bundle())
        assert report.verdict == "whole" or report.findings
        return report

    Fuzz("bundle: verify", parse, {"bundle": bundle()}, (), memory_ratio=100).run(count_of(0.2), record)


def test_releases(record: Record) -> None:
    """What a device may be given to install: whatever is changed in it, nothing of it is taken."""
    key, wheel = Ed25519PrivateKey.generate(), b"PK a wheel"
    file = ReleasedFile(
        name="invigil-1.4.0-py3-none-any.whl", sha256=sha256_hex(wheel), size_bytes=len(wheel), unpacked_bytes=100
    )
    manifest = ReleaseManifest(
        version="1.4.0", made_at=MADE_AT, targets=(Target(machine="aarch64", python="3.13"),), files=(file,)
    ).to_json()
    signatures = ReleaseSignatures(signatures=(release.sign(key, manifest),)).to_json()
    writer = ArchiveWriter()
    members = ((release.MANIFEST, manifest), (release.SIGNATURES, signatures), (release.FILES + file.name, wheel))
    whole = b"".join(writer.add(name, data) for name, data in members) + writer.end()

    def parse(data: bytes) -> object:
        opened = release.open_release(io.BytesIO(data), {"ours": key.public_key()})
        assert opened.manifest.to_json() == manifest
        assert [b"".join(opened.read(each)) for each in opened.manifest.files] == [wheel]
        return opened

    Fuzz("release", parse, {"release": whole}, (InvalidError,), memory_ratio=100).run(count_of(0.5), record)


def test_sealed_files(tmp_path: Path, record: Record) -> None:
    """Evidence on a device's disk. What comes out is what went in, or an error."""
    key, content, path = spool_key(ec.generate_private_key(ec.SECP256R1())), bytes(range(256)) * 600, tmp_path / "file"
    label = Label(
        sha256=sha256_hex(content),
        role="clip",
        media_type="video/mp4",
        severity="high",
        size_bytes=len(content),
        written_ns=1,
    )
    damaged: list[None] = []

    def parse(data: bytes) -> object:
        path.write_bytes(data)
        assert read_label(path, key) == label
        with SealedReader(path, (key,), lambda: damaged.append(None)) as reader:
            assert reader.read() == content
        return label

    seeds = {"sealed": b"".join(seal(key, label, content))}
    Fuzz("sealed evidence", parse, seeds, (StorageError,), memory_ratio=20).run(count_of(0.5), record)
    assert damaged


def test_pictures(tmp_path: Path, record: Record) -> None:
    """`invigil-agent inspect`: a picture, or a sentence."""
    image = np.linspace(0, 255, 64 * 48 * 3, dtype=np.uint8).reshape(48, 64, 3)
    seeds = {kind: cv2.imencode(f".{kind}", image)[1].tobytes() for kind in ("jpg", "png")}
    path = tmp_path / "picture"

    def parse(data: bytes) -> object:
        path.write_bytes(data)
        return read_image(path).shape

    # A header of some bytes may announce a picture of megabytes; OpenCV's own bound is 2^30 pixels.
    Fuzz("picture", parse, seeds, (InvalidError,), memory_floor=4 * 2**30).run(count_of(0.2), record)


def test_backups(tmp_path: Path, record: Record) -> None:
    """Read as a whole before anything is restored: what is not as it was written is named, whatever tar says of it."""
    path, manifest = tmp_path / "hub.tar", {"database": "sqlite", "evidence": "left out", "made_by": "0", "members": []}
    content = {"hub.sqlite": b"SQLite format 3\0" * 40, "data/hub.toml": b"port = 0\n"}
    members = [{"name": name, "size_bytes": len(data), "sha256": sha256_hex(data)} for name, data in content.items()]
    document = manifest | {"members": members, "made_at": MADE_AT.isoformat()}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in (content | {MANIFEST: as_json(document)}).items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    whole = file.getvalue()
    packed = zstandard.compress(whole)

    def parse(data: bytes) -> object:
        name = path if data[:4] != packed[:4] else path.with_suffix(".tar.zst")
        name.write_bytes(data)
        found = check_backup(name)
        assert [member.sha256 for member in found.members] == [sha256_hex(data) for data in content.values()]
        return found

    Fuzz("backup", parse, {"tar": whole, "zst": packed}, (HubError,), memory_ratio=200).run(count_of(0.5), record)


def test_pictures_in_reports(tmp_path: Path, record: Record) -> None:
    """What a booth sent as a snapshot is printed, or said to be damaged."""
    image = np.linspace(0, 255, 64 * 48 * 3, dtype=np.uint8).reshape(48, 64, 3)
    seeds = {kind: cv2.imencode(f".{kind}", image)[1].tobytes() for kind in ("jpg", "png", "webp")}

    def parse(data: bytes) -> object:
        (tmp_path / "0001").write_bytes(data)
        picture = {"file": "0001"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as the press does
            take(tmp_path, picture, "damaged")
        if picture["file"] is None:
            raise InvalidError(picture["missing"])
        return picture

    # The press runs with a bound on memory and time of its own; a picture of 50 million pixels is the largest it takes.
    Fuzz("picture in a report", parse, seeds, (InvalidError,), memory_floor=2**30).run(count_of(0.3), record)
