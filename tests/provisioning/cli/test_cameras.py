"""`invigil device cameras`, with the agent's real program: videos and test pictures are the cameras."""

import json
from pathlib import Path

import cv2
import pytest

from tests.support.cli import invigil
from tests.support.footage import textured, write_video


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "video.mp4", map(textured, range(30)))


def test_a_camera_is_measured_and_takes_a_picture(video: Path, tmp_path: Path) -> None:
    picture = tmp_path / "camera.jpg"
    words = ("device", "cameras", "--kind", "replay", "--source", video)
    said = invigil(*words, "--test", "--seconds", "1", "--picture", picture, "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer.keys() == {
        *("camera", "width", "height", "frames", "seconds", "fps", "first_frame_s", "longest_gap_s", "picture"),
    }
    assert answer["frames"] >= 2
    assert answer["fps"] > 0
    image = cv2.imread(str(picture))
    assert image is not None
    assert image.shape[1::-1] == (answer["width"], answer["height"]) == (320, 240)


def test_a_pipeline_is_a_camera_as_well() -> None:
    source = "videotestsrc is-live=true pattern=ball"
    said = invigil("device", "cameras", "--kind", "gstreamer", "--source", source, "--test", "--seconds", "1")
    assert said.code == 0, said.err
    assert "640 x 480" in said.out
    assert "frames per second" in said.out


def test_a_camera_that_is_not_there_is_said(tmp_path: Path) -> None:
    said = invigil("device", "cameras", "--kind", "v4l2", "--source", "/dev/video-none", "--test")
    assert said.code == 1
    assert "/dev/video-none: cannot be opened" in said.err
    assert "→" in said.err
    wrong = invigil("device", "cameras", "--kind", "webcam", "--test")
    assert wrong.code == 1
    assert "kind" in wrong.err


def test_a_picture_that_cannot_be_written_is_said(video: Path, tmp_path: Path) -> None:
    said = invigil("device", "cameras", "--kind", "replay", "--source", video, "--picture", tmp_path / "no" / "x.jpg")
    assert said.code == 1
    assert "cannot be written" in said.err


def test_the_cameras_of_this_machine_are_listed_or_their_lack_is_said() -> None:
    said = invigil("device", "cameras", "--json")
    found = json.loads(said.out)["cameras"]
    assert said.code == (0 if any(camera["delivers"] for camera in found) else 1)
    assert all(camera.keys() == {"kind", "source", "delivers", "detail"} for camera in found)
    assert found or "no camera was found" in said.err
