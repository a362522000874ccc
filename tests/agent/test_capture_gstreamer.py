"""Cameras through GStreamer: real pipelines with test pictures in the camera's place. A Jetson's own source is not
here; what is held of it is the words it would be started with."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from agent.capture import gstreamer
from agent.capture.camera import CameraError
from agent.capture.gstreamer import GstreamerCamera, pipeline
from agent.capture.probe import open_camera, probe_cameras
from contract.device import CameraConfig
from tests.support.processes import wait_for

RED = "videotestsrc is-live=true pattern=red"


def children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in map(int, listed) if b"gst-launch" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def trouble(camera: GstreamerCamera) -> str | None:
    try:
        camera.read()
    except CameraError as error:
        return str(error)
    return None


@pytest.mark.parametrize("width", [320, 322], ids=["rows as they are", "rows that are filled up"])
def test_pictures_come_in_the_size_and_colours_that_were_asked_for(width: int) -> None:
    camera = open_camera(CameraConfig(kind="gstreamer", source=RED, width=width, height=240, fps=15))
    camera.open()
    try:
        frames = [camera.read() for _ in range(3)]
    finally:
        camera.close()
    assert all(frame.frame_wh == (width, 240) for frame in frames)
    assert [frame.index for frame in frames] == sorted({frame.index for frame in frames}), "each once, in order"
    blue, green, red = (int(value) for value in np.median(frames[0].image.reshape(-1, 3), axis=0))
    assert red > 200 > 60 > max(blue, green)
    assert children() == [], "nothing is left running"


def test_a_camera_is_opened_again_after_its_program_died() -> None:
    camera = GstreamerCamera(RED, 160, 120, 15)
    camera.open()
    camera.read()
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)

    assert "ended" in wait_for("the loss to be noticed", lambda: trouble(camera))
    camera.open()
    assert camera.read().frame_wh == (160, 120)
    camera.close()
    camera.close()


def test_a_program_that_hangs_is_noticed_and_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gstreamer, "READ_TIMEOUT_S", 0.5)
    camera = GstreamerCamera(RED, 160, 120, 15)
    camera.open()
    camera.read()
    (pid,) = children()
    os.kill(pid, signal.SIGSTOP)

    assert "delivered no frame for 0.5 s" in wait_for("the stall to be noticed", lambda: trouble(camera))
    camera.close()
    assert children() == []


def test_what_gstreamer_refuses_is_said() -> None:
    camera = GstreamerCamera("filesrc location=/not-there", 160, 120, 15)
    camera.open()
    with pytest.raises(CameraError, match=r"ended .*ERROR"):
        camera.read()
    camera.close()


def test_without_gstreamer_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CameraError, match=r"apt install gstreamer1\.0-tools"):
        GstreamerCamera(RED, 160, 120, 15).open()


def test_quotes_that_do_not_close_are_refused() -> None:
    with pytest.raises(CameraError, match="quotation"):
        pipeline("filesrc location='x", 1, 1, 1)


def test_a_jetsons_sensor_is_asked_for_by_its_number() -> None:
    words = " ".join(pipeline("1", 640, 480, 15))
    assert words.startswith("nvarguscamerasrc sensor-id=1 ! video/x-raw(memory:NVMM),width=640,height=480,")
    assert "framerate=15/1 ! nvvidconv" in words
    assert "! nvvidconv ! videoconvert" in words
    assert pipeline("", 640, 480, 15)[1] == "sensor-id=0"


def test_sensors_are_counted_where_the_vendors_element_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(["vi-output, imx219 9-0010", "vi-output, imx219 10-0010", "HD Webcam"]):
        (tmp_path / "class" / f"video{number}").mkdir(parents=True)
        (tmp_path / "class" / f"video{number}" / "name").write_text(name + "\n")
    assert GstreamerCamera.sources(tmp_path / "class") == [], "the element is not on this machine"
    inspect = tmp_path / "bin" / "gst-inspect-1.0"
    inspect.parent.mkdir()
    inspect.write_text('#!/bin/sh\ntest "$2" = nvarguscamerasrc\n')
    inspect.chmod(0o755)
    monkeypatch.setenv("PATH", str(inspect.parent), prepend=os.pathsep)
    assert GstreamerCamera.sources(tmp_path / "class") == ["0", "1"]
    assert GstreamerCamera.sources(tmp_path / "none") == []


def test_a_jetsons_cameras_come_before_their_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GstreamerCamera, "sources", staticmethod(lambda: ["0"]))
    monkeypatch.setattr(gstreamer, "JETSON", RED)
    first = probe_cameras()[0]
    assert (first.kind, first.source, first.delivers, first.detail) == ("gstreamer", "0", True, "640 x 480")
