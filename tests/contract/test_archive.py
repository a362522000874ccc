"""Archives have one layout: what is written can be read by others, and nothing else is read here."""

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from contract.archive import ArchiveError, ArchiveReader, ArchiveWriter

CONTENT = {"a.txt": b"first", "folder/b.bin": bytes(range(256)) * 4, "folder/empty": b""}


def written(content: dict[str, bytes] = CONTENT) -> bytes:
    writer = ArchiveWriter()
    return b"".join(writer.add(name, data) for name, data in content.items()) + writer.end()


def read(data: bytes) -> dict[str, bytes]:
    reader = ArchiveReader(io.BytesIO(data))
    return {entry.name: b"".join(reader.read(entry)) for entry in reader.entries}


def refused(data: bytes) -> str:
    with pytest.raises(ArchiveError) as error:
        read(data)
    return str(error.value)


def test_what_is_written_is_read() -> None:
    assert read(written()) == CONTENT
    assert read(written({})) == {}


def test_any_other_program_reads_it() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as file:
        assert file.testzip() is None
        assert {name: file.read(name) for name in file.namelist()} == CONTENT
        assert all(info.external_attr >> 16 == 0o100644 for info in file.infolist())


def test_no_bit_can_be_flipped() -> None:
    data = written({"a.txt": b"first", "b.txt": b"second"})
    for at in range(len(data) * 8):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << at % 8
        refused(bytes(changed))


def test_nothing_can_be_cut_off_or_added() -> None:
    data = written()
    for length in range(len(data)):
        refused(data[:length])
    assert "appended" in refused(data + b"\0")
    refused(b"\0" + data)


def made(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    """By Python's own zip writer."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        change(archive)
    return file.getvalue()


def _link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("link", (1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o120777 << 16
    archive.writestr(info, "/etc/passwd")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: a.writestr("bomb", b"\0" * 10_000_000, zipfile.ZIP_DEFLATED), "compressed"),
        (lambda a: a.writestr("../../etc/cron.d/x", b"x"), "path out of the folder"),
        (lambda a: a.writestr("/etc/passwd", b"x"), "path out of the folder"),
        (lambda a: a.writestr("C:\\x", b"x"), "path out of the folder"),
        (lambda a: a.writestr("a\u0301", b"x"), "no name"),
        (lambda a: a.writestr("x" * 200, b"x"), "no name"),
        (lambda a: a.writestr("folder/", b""), "no name"),
        (lambda a: a.writestr("a\nb", b""), "no name"),
        (_link, "symbolic link"),
        (lambda a: a.writestr("a", b"today"), "time"),
        (lambda a: setattr(a, "comment", b"hello"), "cut short, or something was appended"),
    ],
)
def test_what_a_bundle_never_holds_is_named(change: Callable[[zipfile.ZipFile], None], says: str) -> None:
    assert says in refused(made(change))


def test_a_name_that_is_there_twice_is_named() -> None:
    writer = ArchiveWriter()
    data = writer.add("a", b"1") + writer.add("a", b"2") + writer.end()
    assert refused(data) == "a: is in the archive twice"


@pytest.mark.parametrize("data", [b"", b"PK\5\6", b"not a zip at all, but some text that is long enough"])
def test_what_is_no_zip_is_named(data: bytes) -> None:
    assert "zip" in refused(data) or "does not end" in refused(data)


def test_claims_are_not_believed() -> None:
    """A few bytes that promise half a million members, or a member of four gigabytes, cost nothing."""
    end = written({})
    assert "directory" in refused(end[:8] + b"\xfe\xff\xfe\xff" + end[12:])
    data = written({"a": b"x"})
    huge = data.replace(b"\1\0\0\0\1\0\0\0", b"\xf0\xff\xff\xff\xf0\xff\xff\xff")
    assert "4294967280 bytes" in refused(huge)


def test_a_writer_takes_no_name_that_a_reader_refuses() -> None:
    with pytest.raises(ArchiveError, match="path"):
        ArchiveWriter().add("../x", b"")
    with pytest.raises(ArchiveError, match="too many"):
        ArchiveWriter().begin("x", 2**32, 0)


def test_an_archive_may_be_larger_than_four_gigabytes(tmp_path: Path) -> None:
    """A sparse file: only headers are really written, and read."""
    path, writer, size = tmp_path / "large.zip", ArchiveWriter(), 2**32 - 100
    with path.open("wb") as file:
        file.write(writer.begin("first", size, 0))
        file.seek(size, io.SEEK_CUR)
        file.write(writer.add("second", b"beyond") + writer.add("third", b"too") + writer.end())
    with path.open("rb") as file:
        reader = ArchiveReader(file)
        assert [entry.name for entry in reader.entries] == ["first", "second", "third"]
        assert b"".join(reader.read(reader.entries[1])) == b"beyond"
    with zipfile.ZipFile(path) as other:
        assert other.read("second") == b"beyond"
        assert other.read("third") == b"too"


def test_more_members_than_sixteen_bits_count() -> None:
    content = {f"m{number}": b"" for number in range(65_600)}
    data = written(content)
    assert len(ArchiveReader(io.BytesIO(data)).entries) == 65_600
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 65_600


class Short(io.BytesIO):
    """A file that shrinks while it is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        return b"" if size == 5 else super().read(size)


def test_a_file_that_shrinks_while_it_is_read() -> None:
    reader = ArchiveReader(cast(BinaryIO, Short(written({"a": b"12345"}))))
    with pytest.raises(ArchiveError, match="ended while it was read"):
        list(reader.read(reader.entries[0]))


def test_checksums_are_those_of_zip() -> None:
    assert zlib.crc32(CONTENT["a.txt"]).to_bytes(4, "little") in written()
