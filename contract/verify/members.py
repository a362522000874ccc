"""The members of a bundle against its manifest: each is read once, in pieces, and hashed on the way."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from contract.archive import ArchiveError, ArchiveReader, Entry
from contract.bundle import (
    CA,
    COUNTERSIGNATURES,
    MANIFEST,
    MANIFEST_MAX_BYTES,
    MEMBER_NAME,
    SIGNATURE,
    Manifest,
    Member,
    in_order,
)
from contract.verify.report import Report
from contract.wire import InvalidError


class Members:
    """What is in the archive. `open` gives None where it cannot be read at all, and says why in the report."""

    def __init__(
        self, archive: ArchiveReader, report: Report, manifest: Manifest, raw: bytes, signature: bytes
    ) -> None:
        self.manifest = manifest
        self.manifest_bytes = raw
        self.signature = signature
        self._archive = archive
        self._report = report
        self._entries = {entry.name: entry for entry in archive.entries}
        self._listed: dict[str, Member] = {}
        self._digests: dict[str, str] = {}
        self._unread = set(self._entries) - {MANIFEST, SIGNATURE}

    @classmethod
    def open(cls, file: BinaryIO, report: Report) -> "Members | None":
        try:
            archive = ArchiveReader(file)
            raw = _whole(archive, MANIFEST, MANIFEST_MAX_BYTES)
            signature = _whole(archive, SIGNATURE, 200)
        except ArchiveError as error:
            report.wrong("archive", error.where, error.problem)
            return None
        try:
            manifest = Manifest.parse(raw)
        except InvalidError as error:
            report.wrong("manifest", MANIFEST, f"cannot be read: {error}")
            return None
        members = cls(archive, report, manifest, raw, signature)
        members._compare()
        return members

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self, folder: str) -> list[str]:
        return [name for name in self._entries if name.startswith(folder)]

    def listed(self, name: str) -> Member | None:
        return self._listed.get(name)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content; whether it is what the manifest says comes out with the last piece."""
        entry, listed, problem = self._entries[name], self._listed.get(name), ""
        self._unread.discard(name)
        digest = hashlib.sha256()
        try:
            for piece in self._archive.read(entry):
                digest.update(piece)
                yield piece
        except ArchiveError as error:
            problem = error.problem
        self._digests[name] = digest.hexdigest()
        if listed is not None and digest.hexdigest() != listed.sha256:
            self._report.wrong("manifest", name, "its bytes are not those that the manifest lists")
        elif problem:
            self._report.wrong("archive", name, problem)

    def sha256(self, name: str) -> str:
        """Of a member whose pieces were all taken."""
        return self._digests[name]

    def read(self, name: str, limit: int) -> bytes | None:
        """A small member as a whole; None where it is not there or too large, which is in the report then."""
        entry = self._entries.get(name)
        if entry is None:
            self._report.wrong("manifest", name, "is not in the bundle")
            return None
        if entry.size_bytes > limit:
            self._report.wrong("archive", name, f"{entry.size_bytes} bytes; at most {limit} make sense here")
            return None
        return b"".join(self.pieces(name))

    def finish(self) -> None:
        """Reads what nothing asked for, so that every byte of the bundle was looked at."""
        for name in sorted(self._unread):
            self._report.wrong("manifest", name, "belongs to nothing in this bundle")
            for _ in self.pieces(name):
                pass
        size = sum(entry.size_bytes for entry in self._entries.values())
        self._report.held["archive"] = f"{len(self._entries)} members, {size:,} bytes, no byte without a meaning"
        self._report.held["manifest"] = f"every member has the size and SHA-256 that {MANIFEST} lists"

    def _compare(self) -> None:
        """Names, order and sizes; contents come later."""
        report = self._report
        for member in self.manifest.members:
            if member.name in self._listed:
                report.wrong("manifest", member.name, "is listed twice")
            self._listed[member.name] = member
        names = [entry.name for entry in self._archive.entries]
        for name in names:
            if not MEMBER_NAME.fullmatch(name):
                report.wrong("archive", name, "is no member that a bundle has")
        for name in sorted(self._listed.keys() - self._entries.keys()):
            report.wrong("manifest", name, "was removed: the manifest lists it, the bundle does not have it")
        for name in sorted(self._unread - self._listed.keys()):
            report.wrong("manifest", name, "was added: the manifest does not list it")
        for name, member in self._listed.items():
            entry: Entry | None = self._entries.get(name)
            if entry is not None and entry.size_bytes != member.size_bytes:
                problem = f"has {entry.size_bytes} bytes; the manifest lists {member.size_bytes}"
                report.wrong("manifest", name, problem)
        if names != in_order(names):
            report.wrong("archive", "", "the members are not in their order")
        for name in (CA, COUNTERSIGNATURES):
            if name not in self._entries and name not in self._listed:
                report.wrong("manifest", name, "is not in the bundle")


def _whole(archive: ArchiveReader, name: str, limit: int) -> bytes:
    entry = next((entry for entry in archive.entries if entry.name == name), None)
    if entry is None:
        raise ArchiveError(name, "is not there: this is no bundle, or it was removed")
    if entry.size_bytes > limit:
        raise ArchiveError(name, f"{entry.size_bytes} bytes; at most {limit} make sense here")
    return b"".join(archive.read(entry))
