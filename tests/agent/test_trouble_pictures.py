"""`inspect` on every kind of picture file: what can be read shows the face, the rest is named and stops nothing."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from agent.inspect import inspect_files
from tests.support.portrait import portrait, portrait_path
from tests.support.weights import real_weights


def inspect(paths: list[Path], capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    real_weights()
    code = inspect_files(paths, draw_dir=None, as_json=True, profile="strict", weights_dir=None)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def saved(path: Path, image: Any) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


def grey() -> NDArray[Any]:
    return np.asarray(cv2.cvtColor(portrait(), cv2.COLOR_BGR2GRAY))


def held_sideways(path: Path) -> Path:
    """As a telephone writes it: the sensor's lines lie on their side, and EXIF orientation 6 says so."""
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(np.rot90(portrait())))
    assert done
    tag = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0" + b"MM\0*" + struct.pack(">IH", 8, 1) + tag + struct.pack(">I", 0)
    data = encoded.tobytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    return path


def png_of(path: Path, width: int, height: int) -> Path:
    """A PNG whose header promises so many pixels, and which has a thousand bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
    return path


def test_every_kind_of_picture_shows_the_face(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [
        saved(tmp_path / "grey.png", grey()),
        saved(tmp_path / "grey16.png", grey().astype(np.uint16) * 257),
        saved(tmp_path / "colour16.png", portrait().astype(np.uint16) * 257),
        saved(tmp_path / "alpha.png", cv2.cvtColor(portrait(), cv2.COLOR_BGR2BGRA)),
        saved(tmp_path / "large.jpg", cv2.resize(portrait(), (3840, 4500))),
        held_sideways(tmp_path / "sideways.jpg"),
    ]
    code, lines = inspect(paths, capsys)
    assert code == 0
    for line in lines:
        (face,) = line["faces"]
        assert face["away"] is False, line
        assert abs(face["roll_deg"]) < 15, line


def test_what_is_no_picture_is_named_and_a_picture_that_shows_nothing_is_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.png"
    whole = saved(tmp_path / "whole.png", grey()).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    bad = [cut, png_of(tmp_path / "promises.png", 60000, 60000), png_of(tmp_path / "zero.png", 0, 0)]
    dot, line_only = saved(tmp_path / "1x1.png", portrait()[:1, :1]), saved(tmp_path / "row.png", portrait()[:1])
    code, lines = inspect([*bad, dot, line_only, portrait_path()], capsys)
    assert code == 1
    assert [line["error"].split(": ")[1].split(" (")[0] for line in lines[:3]] == ["not a picture that can be read"] * 3
    assert [line["faces"] for line in lines[3:5]] == [[], []]
    assert len(lines[5]["faces"]) == 1
