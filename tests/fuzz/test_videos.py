"""Damaged videos: what people send as a clip to try rules on, and what replay and evaluation read.

FFmpeg is C: a mistake in it ends a process. So they are played in one of its own (as `invigil-agent judge` is), and the
test is that none of them ends it, hangs it, or takes more memory than it may have.
"""

import io
import random
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.support import damage
from tests.support.damaged_video import CPU_S, play
from tests.support.fuzz import Record, count_of
from tests.support.processes import ROOT

FORMATS = {"mp4": "libx264", "webm": "libvpx", "mkv": "mpeg4", "avi": "mjpeg"}


@cache
def video(kind: str) -> bytes:
    """A second of a moving bar, small."""
    file = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov"} if kind == "mp4" else {}
    with av.open(file, "w", format="matroska" if kind == "mkv" else kind, options=options) as container:
        stream: Any = container.add_stream(FORMATS[kind], rate=12)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuvj420p" if kind == "avi" else "yuv420p"
        for number in range(12):
            image = np.zeros((64, 96, 3), np.uint8)
            image[:, number * 8 : number * 8 + 8] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_videos(kind: str, tmp_path: Path, record: Record) -> None:
    count = count_of(0.05, short=15)
    others = [video(other) for other in FORMATS]
    (tmp_path / "000000").write_bytes(video(kind))
    for number in range(1, count):
        rng = random.Random(f"{kind} {number}")
        data = rng.randbytes(2000) if number % 20 == 0 else damage.bytes_of(rng, video(kind), others)
        (tmp_path / f"{number:06}").write_bytes(data)
    played = subprocess.run(
        [sys.executable, "-m", "tests.support.damaged_video", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    said = dict(line.split(" ", 1) for line in played.stdout.splitlines())
    left = sorted({path.name for path in tmp_path.iterdir()} - set(said))
    assert played.returncode == 0, (
        f"exit {played.returncode} (CPU bound {CPU_S} s) at {left[:1]}: {played.stderr[-2000:]}"
    )
    assert not left
    assert said["000000"] == "whole"
    endless = [name for name, what in said.items() if what.startswith("goes on")]
    assert not endless, f"videos of a second that go on for ever: {endless}"
    whole = sum(what == "whole" for what in said.values())
    row = {"parser": f"video: {kind}", "inputs": count, "taken": whole, "refused": count - whole}
    record("fuzz", row | {"slowest_ms": "", "bytes_per_byte": ""})


def test_a_title_that_is_no_text(tmp_path: Path) -> None:
    """It ended the process that looks at a clip, and the person who tried it was told nothing."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(video("mp4").replace(b"VideoHandler", b"Video\xb0andler"))
    assert path.read_bytes() != video("mp4")
    assert play(path) == "whole"
