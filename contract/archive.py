"""A zip file with one possible layout: what is in it decides every byte, so no byte can change unseen.

Members are stored, never compressed; times, attributes and versions are constants; there are no comments and no extra
fields but the offset that zip64 needs. Any unzip program reads it. A reader here works out every byte that is not a
member's content and compares: a flipped bit that other programs would overlook is found, and a zip bomb, a link or a
path out of the folder cannot be written down in the first place.
"""

import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

MEMBER_MAX_BYTES: Final = 2**32 - 2
"""Larger ones would need zip64 in the local header; evidence files are far smaller."""
MEMBERS_MAX: Final = 500_000
DIRECTORY_MAX_BYTES: Final = MEMBERS_MAX * 256
CHUNK_BYTES: Final = 256 * 1024

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_NAME_MAX: Final = 120
_NEEDS: Final = 20
_NEEDS_64: Final = 45
_MADE_BY: Final = 3 << 8
"""Unix, so that the attributes below count."""
_DAY: Final = 0x21
"""1 January 1980, midnight: the earliest that a zip can say."""
_FILE: Final = 0o100644 << 16
_16: Final = 0xFFFF
_32: Final = 0xFFFFFFFF

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_OFFSET_64: Final = struct.Struct("<2HQ")
_END: Final = struct.Struct("<4s4H2IH")
_END_64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64: Final = struct.Struct("<4sIQI")


class ArchiveError(ValueError):
    """A file that is no such archive. `where` is the member it is about; empty for the archive itself."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    size_bytes: int
    crc32: int
    offset: int
    """Of the local header."""

    @property
    def data_offset(self) -> int:
        return self.offset + _LOCAL.size + len(self.name)

    def local_header(self) -> bytes:
        name, size = self.name.encode(), self.size_bytes
        return _LOCAL.pack(b"PK\3\4", _NEEDS, 0, 0, 0, _DAY, self.crc32, size, size, len(name), 0) + name

    def central_header(self) -> bytes:
        name, size, far = self.name.encode(), self.size_bytes, self.offset >= _32
        extra = _OFFSET_64.pack(1, 8, self.offset) if far else b""
        return (
            _CENTRAL.pack(
                b"PK\1\2",
                _MADE_BY | (_NEEDS_64 if far else _NEEDS),
                _NEEDS_64 if far else _NEEDS,
                *(0, 0, 0, _DAY),
                *(self.crc32, size, size),
                *(len(name), len(extra), 0, 0, 0),
                _FILE,
                _32 if far else self.offset,
            )
            + name
            + extra
        )


class ArchiveWriter:
    """Says which bytes to write, in order; it holds no content. Members keep the order in which they are added."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._offset = 0

    def begin(self, name: str, size_bytes: int, crc32: int) -> bytes:
        """What goes before a member's content; exactly `size_bytes` of content must follow."""
        if problem := _name_problem(name):
            raise ArchiveError(name, problem)
        if size_bytes > MEMBER_MAX_BYTES:
            raise ArchiveError(name, f"{size_bytes} bytes are too many for one member")
        entry = Entry(name, size_bytes, crc32, self._offset)
        self._entries.append(entry)
        self._offset = entry.data_offset + size_bytes
        return entry.local_header()

    def add(self, name: str, data: bytes) -> bytes:
        """A whole member."""
        return self.begin(name, len(data), zlib.crc32(data)) + data

    def end(self) -> bytes:
        """What goes after the last member."""
        directory = b"".join(entry.central_header() for entry in self._entries)
        return directory + _end(len(self._entries), self._offset, len(directory))


class ArchiveReader:
    """Reads an archive of this layout from a seekable file; raises `ArchiveError` for anything else.

    Opening reads the directory and the headers, at most `DIRECTORY_MAX_BYTES` in memory; contents are read in pieces.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        count, start, length = self._read_end()
        self.entries = self._read_directory(count, start, length)
        self._check_layout(start, length)

    def read(self, entry: Entry) -> Iterator[bytes]:
        """The content in pieces; raises `ArchiveError` after the last when the checksum does not fit."""
        crc, left, at = 0, entry.size_bytes, entry.data_offset
        while left:
            self._file.seek(at)
            piece = self._file.read(min(left, CHUNK_BYTES))
            if not piece:
                raise ArchiveError(entry.name, "the file ended while it was read")
            crc = zlib.crc32(piece, crc)
            left, at = left - len(piece), at + len(piece)
            yield piece
        if crc != entry.crc32:
            raise ArchiveError(entry.name, "its bytes are not those that the checksum was made of")

    def _read_end(self) -> tuple[int, int, int]:
        """Number of members, offset and length of the directory."""
        if self._size < _END.size:
            raise ArchiveError("", f"not a zip file: {self._size} bytes are too few")
        fields = _END.unpack(self._at(self._size - _END.size, _END.size))
        if fields[0] != b"PK\5\6" or fields[-1] != 0:
            problem = "the file does not end where a bundle ends: it was cut short, or something was appended"
            raise ArchiveError("", problem)
        count, length, start = fields[4], fields[5], fields[6]
        if count == _16 or _32 in (start, length):
            count, start, length = self._read_end_64()
        if count > MEMBERS_MAX or length > DIRECTORY_MAX_BYTES:
            raise ArchiveError("", f"{count} members are more than any bundle has")
        expected = _end(count, start, length)
        if start + length + len(expected) != self._size:
            raise ArchiveError("", "the directory is not where it should be: bytes were removed or added")
        if self._at(start + length, len(expected)) != expected:
            raise ArchiveError("", "the end record was altered")
        return count, start, length

    def _read_end_64(self) -> tuple[int, int, int]:
        before = _END_64.size + _LOCATOR_64.size + _END.size
        if self._size < before:
            raise ArchiveError("", "the end record was altered")
        fields = _END_64.unpack(self._at(self._size - before, _END_64.size))
        return fields[7], fields[9], fields[8]

    def _read_directory(self, count: int, start: int, length: int) -> tuple[Entry, ...]:
        directory, at, entries = self._at(start, length), 0, []
        names: set[str] = set()
        for _ in range(count):
            entry = _entry(directory, at)
            if entry.name in names:
                raise ArchiveError(entry.name, "is in the archive twice")
            names.add(entry.name)
            entries.append(entry)
            at += len(entry.central_header())
        if at != length:
            raise ArchiveError("", "the directory holds more than its members")
        return tuple(entries)

    def _check_layout(self, start: int, length: int) -> None:
        """One member after the other, from the first byte to the directory, without a gap."""
        at = 0
        for entry in self.entries:
            if entry.offset != at:
                raise ArchiveError(entry.name, "does not begin where the member before it ends")
            at = entry.data_offset + entry.size_bytes
            if at > start:
                raise ArchiveError(entry.name, f"says that it has {entry.size_bytes} bytes; the file has not")
            header = entry.local_header()
            if self._at(entry.offset, len(header)) != header:
                raise ArchiveError(entry.name, "its header says something else than the directory")
        if at != start:
            raise ArchiveError("", "there are bytes between the last member and the directory")

    def _at(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)


def _entry(directory: bytes, at: int) -> Entry:
    """One line of the directory, taken only if its bytes are what this layout makes of name, size and checksum."""
    if len(directory) - at < _CENTRAL.size:
        raise ArchiveError("", "the directory is cut short")
    fields = _CENTRAL.unpack_from(directory, at)
    if fields[0] != b"PK\1\2":
        raise ArchiveError("", "the directory was altered")
    flags, method, crc32, packed, size, name_length, extra_length = *fields[3:5], *fields[7:12]
    raw = directory[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
    name, offset = raw.decode("ascii", "replace"), fields[16]
    if problem := _name_problem(name):
        raise ArchiveError(name[:_NAME_MAX], problem)
    if method != 0 or packed != size:
        raise ArchiveError(
            name, f"is compressed, {packed} bytes for {size}; in a bundle nothing is, so it is no zip bomb"
        )
    if flags & 1:
        raise ArchiveError(name, "is encrypted")
    if fields[15] >> 28 == 0xA:
        raise ArchiveError(name, "is a symbolic link")
    if offset == _32 and extra_length == _OFFSET_64.size:
        extra_at = at + _CENTRAL.size + name_length
        if len(directory) - extra_at < _OFFSET_64.size:
            raise ArchiveError(name, "the directory is cut short")
        offset = _OFFSET_64.unpack_from(directory, extra_at)[2]
    entry = Entry(name, size, crc32, offset)
    header = entry.central_header()
    if directory[at : at + len(header)] != header:
        raise ArchiveError(name, "bytes of its directory entry were altered (time, attributes, extra fields)")
    return entry


def _end(count: int, start: int, length: int) -> bytes:
    large = count >= _16 or start >= _32 or length >= _32
    end = _END.pack(b"PK\5\6", 0, 0, min(count, _16), min(count, _16), min(length, _32), min(start, _32), 0)
    if not large:
        return end
    end_64 = _END_64.pack(
        b"PK\6\6", _END_64.size - 12, _MADE_BY | _NEEDS_64, _NEEDS_64, 0, 0, count, count, length, start
    )
    return end_64 + _LOCATOR_64.pack(b"PK\6\7", 0, start + length, 1) + end


def _name_problem(name: str) -> str:
    if name.startswith(("/", "\\")) or ".." in name.split("/") or "\\" in name or ":" in name:
        return "a path out of the folder is no member's name"
    if len(name) > _NAME_MAX or not _NAME.fullmatch(name):
        return "is no name that a member of a bundle can have"
    return ""
