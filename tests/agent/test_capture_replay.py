"""A video file as a camera: times, ends, and files that are not what they should be."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from agent.capture.camera import CameraError, EndOfVideo
from agent.capture.probe import open_camera
from agent.capture.replay import EPOCH, ReplayCamera
from agent.frame import Frame
from contract.device import CameraConfig
from tests.support.footage import FPS, HEIGHT, WIDTH, textured, write_video


def frames_of(camera: ReplayCamera) -> tuple[list[Frame], CameraError]:
    """All frames, and what came after the last one."""
    frames = []
    camera.open()
    try:
        while True:
            frames.append(camera.read())
    except CameraError as end:
        return frames, end
    finally:
        camera.close()


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "booth.mp4", map(textured, range(30)))


def test_frames_come_at_their_presentation_times(video: Path) -> None:
    frames, end = frames_of(ReplayCamera(video))
    assert isinstance(end, EndOfVideo)
    assert [round(frame.captured_s, 6) for frame in frames] == [round(n / FPS, 6) for n in range(30)]
    assert [frame.index for frame in frames] == list(range(30))
    assert frames[0].frame_wh == (WIDTH, HEIGHT)
    assert frames[0].image.dtype == np.uint8
    assert [(frame.wall_time - EPOCH).total_seconds() for frame in frames[:3]] == [0.0, 0.1, 0.2]


def test_a_file_is_read_again_from_its_beginning(video: Path) -> None:
    camera = ReplayCamera(video)
    first, _ = frames_of(camera)
    second, _ = frames_of(camera)
    assert [frame.captured_s for frame in first] == [frame.captured_s for frame in second]


def test_time_rises_over_the_seam_of_a_loop(video: Path) -> None:
    camera = ReplayCamera(video, loop=True)
    camera.open()
    times = [camera.read().captured_s for _ in range(70)]
    camera.close()
    assert np.allclose(np.diff(times), 1 / FPS)


def test_a_realtime_replay_stamps_with_the_clock_and_keeps_the_pace(tmp_path: Path) -> None:
    frames, _ = frames_of(ReplayCamera(write_video(tmp_path / "short.mp4", map(textured, range(5))), realtime=True))
    took_s = (frames[-1].wall_time - frames[0].wall_time).total_seconds()
    assert frames[0].wall_time.year > 2000
    assert took_s >= 0.4 - 0.05


def empty(path: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(5000))


def sound_only(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())


def without_its_end(path: Path) -> None:
    """An MP4 keeps its index at the end: cut off, nothing of it can be read."""
    whole = write_video(path.with_name("whole.mp4"), map(textured, range(30))).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (None, "no such file"),
        (empty, "the file is empty"),
        (noise, "not a video"),
        (sound_only, "no video in this file"),
        (without_its_end, "not a video that can be read, or cut off"),
        (Path.mkdir, "a folder"),
    ],
)
def test_a_file_that_is_no_video_says_so(tmp_path: Path, spoil: Callable[[Path], None] | None, sentence: str) -> None:
    path = tmp_path / "bad.mp4"
    if spoil:
        spoil(path)
    with pytest.raises(CameraError, match=sentence) as caught:
        ReplayCamera(path).open()
    assert str(path) in str(caught.value)


def fast_start(source: Path, target: Path) -> Path:
    """The same video with its index in front, as cameras and streams write it."""
    with av.open(str(source)) as given, av.open(str(target), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    return target


def test_a_cut_off_video_gives_what_it_has_and_then_a_counted_error(video: Path, tmp_path: Path) -> None:
    whole = fast_start(video, tmp_path / "fast.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    camera = ReplayCamera(tmp_path / "cut.mp4")
    frames, end = frames_of(camera)
    assert 5 <= len(frames) < 25
    assert not isinstance(end, EndOfVideo)
    assert "cut off at" in str(end)
    assert camera.errors >= 1


def test_a_damaged_middle_does_not_end_the_video(video: Path, tmp_path: Path) -> None:
    spoilt = bytearray(fast_start(video, tmp_path / "fast.mp4").read_bytes())
    middle = len(spoilt) // 2
    spoilt[middle : middle + 400] = np.random.default_rng(2).bytes(400)
    (tmp_path / "spoilt.mp4").write_bytes(spoilt)
    frames, end = frames_of(ReplayCamera(tmp_path / "spoilt.mp4"))
    assert isinstance(end, EndOfVideo)
    assert frames[-1].captured_s == pytest.approx(2.9)


def test_frames_whose_time_does_not_rise_are_dropped_and_counted(video: Path, tmp_path: Path) -> None:
    stream_path = tmp_path / "once.ts"
    with av.open(str(video)) as given, av.open(str(stream_path), "w", format="mpegts") as container:
        stream = container.add_stream("mpeg2video", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in given.decode(video=0):
            container.mux(stream.encode(picture.reformat(format="yuv420p")))
        container.mux(stream.encode())
    twice = tmp_path / "twice.ts"
    twice.write_bytes(stream_path.read_bytes() * 2)  # its clock starts again half way
    camera = ReplayCamera(twice)
    frames, _ = frames_of(camera)
    times = [frame.captured_s for frame in frames]
    assert times == sorted(set(times))
    assert camera.out_of_order >= 20


def test_the_configuration_asks_for_a_replay(video: Path) -> None:
    camera = open_camera(CameraConfig(kind="replay", source=str(video)))
    camera.open()
    assert camera.read().frame_wh == (WIDTH, HEIGHT)
    camera.close()
    camera.close()
