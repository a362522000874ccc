"""Videos that are not as expected, replayed through the real detectors and rules."""

import json
import struct
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from agent.capture.camera import CameraError, EndOfVideo
from agent.capture.replay import ReplayCamera
from agent.frame import BgrImage, Frame
from agent.replay import replay_files
from tests.support.portrait import HEIGHT, WIDTH, scene
from tests.support.weights import real_weights

UPRIGHT = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
TURNED = {
    90: struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30),
    180: struct.pack(">9i", -(1 << 16), 0, 0, 0, -(1 << 16), 0, 0, 0, 1 << 30),
    270: struct.pack(">9i", 0, -(1 << 16), 0, 1 << 16, 0, 0, 0, 0, 1 << 30),
}
"""The display matrix of an MP4 track header, by the clockwise turn that shows the picture upright."""


def write(
    path: Path, images: Iterable[BgrImage], *, codec: str = "libx264", pixels: str = "yuv420p", fps: int = 10
) -> Path:
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "crf": "15"} if codec == "libx264" else {}  # the sensor's noise must stay
        stream: Any = container.add_stream(codec, rate=fps, options=options)
        stream.pix_fmt = pixels
        for number, image in enumerate(images):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def write_at(path: Path, images: Iterable[BgrImage], times_s: Iterable[float]) -> Path:
    """Frames at any times, in milliseconds."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mjpeg", rate=1000, options={"strict": "unofficial"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for image, time_s in zip(images, times_s, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def read_all(path: Path) -> tuple[list[Frame], ReplayCamera]:
    camera, frames = ReplayCamera(path), []
    camera.open()
    try:
        while True:
            frames.append(camera.read())
    except EndOfVideo:
        return frames, camera
    finally:
        camera.close()


def kinds(tmp_path: Path, video: Path, profile: str = "strict") -> list[str]:
    real_weights()
    assert replay_files([video], profile=profile, events_dir=tmp_path / "e", realtime=False, weights_dir=None) == 0
    return [json.loads(line)["kind"] for line in (tmp_path / "e" / f"{video.stem}.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("codec", "pixels"),
    [("ffv1", "gray"), ("ffv1", "gray16le"), ("ffv1", "bgra"), ("libx264", "yuv420p10le"), ("mjpeg", "yuvj422p")],
)
def test_every_kind_of_pixel_shows_the_candidate(tmp_path: Path, codec: str, pixels: str) -> None:
    video = write(tmp_path / "v.mkv", (scene(seed=n) for n in range(20)), codec=codec, pixels=pixels)
    assert kinds(tmp_path, video) == []


@pytest.mark.parametrize("turn", TURNED)
def test_a_video_with_rotation_metadata_is_seen_upright(tmp_path: Path, turn: int) -> None:
    quarters = turn // 90
    lying = [np.ascontiguousarray(np.rot90(scene(seed=n), quarters)) for n in range(20)]
    data = write(tmp_path / "v.mp4", lying).read_bytes()
    header = data.index(b"tkhd")
    turned = data[:header] + data[header:].replace(UPRIGHT, TURNED[turn], 1)
    (tmp_path / "v.mp4").write_bytes(turned)
    frames, _ = read_all(tmp_path / "v.mp4")
    assert frames[0].frame_wh == (WIDTH, HEIGHT)
    assert float(cv2.absdiff(frames[0].image, scene(seed=0)).mean()) < 10
    assert kinds(tmp_path, tmp_path / "v.mp4") == []


def test_a_resolution_that_changes_in_mid_stream_is_followed_and_times_are_made_up_where_there_are_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bare H.264, as network cameras save it, says no times; without them every frame was dropped."""
    large = write(tmp_path / "large.h264", (scene(seed=n) for n in range(15)))
    small = write(tmp_path / "small.h264", (cv2.resize(scene(seed=n), (320, 240)) for n in range(15)))  # type: ignore[misc]
    video = tmp_path / "both.h264"
    video.write_bytes(large.read_bytes() + small.read_bytes())
    frames, camera = read_all(video)
    assert [frame.frame_wh for frame in frames] == [(640, 480)] * 15 + [(320, 240)] * 15
    assert [round(frame.captured_s, 3) for frame in frames] == [n / 10 for n in range(30)]
    assert camera.untimed == 30
    assert kinds(tmp_path, video) == []
    assert "0 violation(s), 30 frame(s) had no time" in capsys.readouterr().err


def test_a_video_of_which_nothing_can_be_decoded_is_an_error_and_no_clean_bill(tmp_path: Path) -> None:
    data = bytearray(
        write(tmp_path / "v.mkv", (scene(seed=n) for n in range(3)), codec="ffv1", pixels="gray").read_bytes()
    )
    camera = ReplayCamera(tmp_path / "v.mkv")
    middle = data.index(b"\xa3", len(data) // 50)  # the first SimpleBlock; the headers stay
    data[middle + 16 :] = bytes(len(data) - middle - 16)
    (tmp_path / "v.mkv").write_bytes(data)
    camera.open()
    with pytest.raises(CameraError, match="no picture of this video can be decoded"):
        camera.read()
    camera.close()


def test_frames_too_small_to_show_anything_are_a_blocked_camera(tmp_path: Path) -> None:
    video = write(tmp_path / "v.mkv", [np.zeros((8, 8, 3), np.uint8)] * 20, codec="ffv1", pixels="bgr0")
    assert kinds(tmp_path, video) == ["camera_blocked"]


def test_120_frames_a_second_find_what_15_find(tmp_path: Path) -> None:
    video = write(tmp_path / "v.mp4", (scene(0, seed=n) for n in range(240)), fps=120)
    assert kinds(tmp_path, video) == ["no_face"]


def test_one_frame_a_minute_raises_nothing_that_nobody_saw(tmp_path: Path) -> None:
    video = write_at(tmp_path / "v.mkv", (scene(n % 2, seed=n) for n in range(6)), (60.0 * n for n in range(6)))
    frames, _ = read_all(video)
    assert [frame.captured_s for frame in frames] == [60.0 * n for n in range(6)]
    assert kinds(tmp_path, video) == []


def test_a_video_with_sound_only_is_named_and_the_next_one_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real_weights()
    sound, video = tmp_path / "sound.mp4", write(tmp_path / "v.mp4", (scene(0, seed=n) for n in range(20)))
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert replay_files([sound, video], profile="strict", events_dir=tmp_path, realtime=False, weights_dir=None) == 1
    assert f"✗ {sound}: no video in this file" in capsys.readouterr().err
    assert json.loads((tmp_path / "v.jsonl").read_text())["kind"] == "no_face"
