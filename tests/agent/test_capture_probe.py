"""Finding cameras: which are there, which deliver, and the first that does. Files stand in for hardware."""

from pathlib import Path
from typing import Any

import pytest

from agent.capture import probe
from agent.capture.camera import CameraError
from agent.capture.picamera import PiCamera
from agent.capture.probe import AutoCamera, open_camera, probe_cameras
from contract.device import CameraConfig
from tests.support.footage import textured, write_video


@pytest.fixture
def candidates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """A broken camera first, then one that works."""
    good = write_video(tmp_path / "good.mp4", map(textured, range(5)))
    found: list[tuple[Any, str]] = [("replay", str(tmp_path / "gone.mp4")), ("replay", str(good))]
    monkeypatch.setattr(probe, "_candidates", lambda: found)
    return found


def test_every_camera_is_tried(candidates: list[tuple[Any, str]]) -> None:
    broken, works = probe_cameras()
    assert (broken.delivers, works.delivers) == (False, True)
    assert "no such file" in broken.detail
    assert works.as_dict() == {"kind": "replay", "source": candidates[1][1], "delivers": True, "detail": "320 x 240"}


def test_auto_takes_the_first_that_delivers(candidates: list[tuple[Any, str]]) -> None:
    camera = open_camera(CameraConfig(kind="auto"))
    assert isinstance(camera, AutoCamera)
    camera.open()
    assert [camera.read().index for _ in range(3)] == [0, 1, 2]
    assert "good.mp4" in camera.name
    camera.close()
    with pytest.raises(CameraError, match="not open"):
        camera.read()


def test_auto_without_a_camera_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_candidates", list)
    with pytest.raises(CameraError, match="no camera found"):
        open_camera(CameraConfig()).open()


def test_auto_says_what_is_wrong_with_each(candidates: list[tuple[Any, str]]) -> None:
    del candidates[1]
    with pytest.raises(CameraError, match=r"gone\.mp4: no such file"):
        open_camera(CameraConfig()).open()


def test_picamera_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "picamera2", None)  # an import of it now fails, as on a laptop
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        open_camera(CameraConfig(kind="picamera2")).open()
    assert PiCamera.sources() == []
