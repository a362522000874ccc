"""Which camera: the one a configuration names, or the first of this device's that delivers."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from agent.capture.backends import back_end
from agent.capture.camera import Camera, CameraError
from agent.frame import Frame
from contract.device import CameraConfig

DeviceKind = Literal["v4l2", "picamera2", "gstreamer"]


@dataclass(frozen=True, slots=True)
class FoundCamera:
    kind: DeviceKind
    source: str
    delivers: bool
    detail: str
    """Picture size, or what is wrong."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def open_camera(config: CameraConfig) -> Camera:
    """The camera that `config` describes, not opened yet."""
    return AutoCamera(config) if config.kind == "auto" else back_end(config.kind, config.source, config)


def probe_cameras(wanted: CameraConfig | None = None) -> list[FoundCamera]:
    """Every camera there is, each tried for one frame. CSI cameras first: their V4L2 nodes do not give pictures."""
    base = wanted or CameraConfig()
    found = []
    for kind, source in _candidates():
        camera = back_end(kind, source, base)
        try:
            camera.open()
            width, height = camera.read().frame_wh
            found.append(FoundCamera(kind, source, True, f"{width} x {height}"))
        except CameraError as error:
            found.append(FoundCamera(kind, source, False, str(error)))
        finally:
            camera.close()
    return found


def _candidates() -> list[tuple[DeviceKind, str]]:
    from agent.capture.gstreamer import GstreamerCamera
    from agent.capture.picamera import PiCamera

    nodes = sorted(Path("/dev").glob("video*"), key=lambda node: (len(node.name), node.name))
    csi: list[tuple[DeviceKind, str]] = [("picamera2", number) for number in PiCamera.sources()]
    csi += [("gstreamer", number) for number in GstreamerCamera.sources()]
    return csi + [("v4l2", str(node)) for node in nodes]


class AutoCamera:
    """The first camera that delivers a frame, chosen anew at every `open`: it may have been plugged in elsewhere."""

    def __init__(self, config: CameraConfig) -> None:
        self.name = "auto"
        self._config = config
        self._camera: Camera | None = None
        self._known: dict[tuple[str, str], Camera] = {}
        """Kept over `open`, because a V4L2 camera remembers which drivers block."""
        self._first: Frame | None = None

    def open(self) -> None:
        self.close()
        problems = []
        for kind, source in _candidates():
            camera = self._known.setdefault((kind, source), back_end(kind, source, self._config))
            try:
                camera.open()
                self._first = camera.read()
            except CameraError as error:
                problems.append(str(error))
                camera.close()
                continue
            self._camera, self.name = camera, camera.name
            return
        raise CameraError("; ".join(problems) or "no camera found: nothing at /dev/video*, no CSI camera")

    def read(self) -> Frame:
        if self._camera is None:
            raise CameraError("auto: not open")
        first, self._first = self._first, None
        return first or self._camera.read()

    def close(self) -> None:
        camera, self._camera = self._camera, None
        self._first = None
        if camera is not None:
            camera.close()
