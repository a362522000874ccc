"""`device.toml`: what a booth device must know before it can reach anything.

Everything that may change during an exam comes from the hub in `desired`. Written by `invigil device enrol`, read by
the agent, editable by a technician: an unknown key is refused with the nearest known one.
"""

import os
import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from contract.toml import read_toml
from contract.wire import BoothId, InvalidError, Wire


class CameraConfig(Wire):
    kind: Literal["auto", "v4l2", "picamera2", "gstreamer", "replay"] = Field(
        "auto", description="auto takes the first camera that delivers a frame"
    )
    source: str = Field(
        "",
        description="/dev/video0 for v4l2, camera number for picamera2, a file for replay; for gstreamer the number of "
        "a Jetson's camera, or what gst-launch-1.0 is to begin with",
    )
    width: int = Field(640, description="pixels asked of the camera", ge=64, le=4096)
    height: int = Field(480, description="pixels asked of the camera", ge=64, le=4096)
    fps: int = Field(15, description="frames per second asked of the camera", ge=1, le=120)


class MicrophoneConfig(Wire):
    """It is opened only while the rule profile forbids speaking, somebody watches, or evidence is to have sound."""

    kind: Literal["auto", "none", "alsa", "replay"] = Field(
        "auto", description="auto takes the first input that delivers sound; none leaves the booth deaf"
    )
    source: str = Field("", description="ALSA's name for alsa (default, plughw:1,0, pipewire), a file for replay")


FaceEngineChoice = Literal["auto", "mediapipe", "litert"]


class VisionConfig(Wire):
    face_engine: FaceEngineChoice = Field(
        "auto",
        description="runtime of the face networks: litert runs on every processor, mediapipe needs system libraries; "
        "auto takes the first that can run here",
    )


EncoderChoice = Literal["auto", "libx264", "v4l2m2m", "gstreamer"]


class StreamingConfig(Wire):
    enabled: bool = Field(True, description="whether anybody may watch live at all")
    max_viewers: int = Field(16, description="more are refused", ge=1, le=64)
    high_bps: int = Field(1_000_000, description="bits per second at the camera's size", ge=100_000, le=20_000_000)
    low_bps: int = Field(200_000, description="bits per second for slow links, 480 x 360 at 10 fps", ge=50_000)
    encoder: EncoderChoice = Field(
        "auto", description="v4l2m2m (Raspberry Pi 4) and gstreamer (Jetson) use the board's own; auto what is there"
    )


class EvidenceConfig(Wire):
    clips: bool = Field(
        True,
        description="video of every violation, which keeps the encoder busy while an exam is monitored; without it "
        "there are pictures only, and no recording either",
    )
    upload_bps: int = Field(
        4_000_000, description="evidence is uploaded no faster, bits per second; 0 for as fast as it goes", ge=0
    )


class ScreenConfig(Wire):
    """There is no address to set: the page is served on loopback only."""

    enabled: bool = Field(True, description="whether this booth has a screen for the candidate")
    port: int = Field(8470, description="where Chromium finds the page here; 0 takes any free one", ge=0, le=65535)
    lang: str = Field("en", description="language of the page's texts", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


class HubConfig(Wire):
    url: str = Field(description="the hub's REST address, such as https://hub.example:8443")
    mqtt_host: str = Field(description="where the broker is")
    mqtt_port: int = Field(8883, description="of the broker, with TLS", ge=1, le=65535)


class TlsConfig(Wire):
    """PEM files; relative paths are relative to device.toml."""

    ca: Path = Field(Path("ca.pem"), description="the hub's authority, which vouches for broker and hub")
    certificate: Path = Field(Path("device.pem"), description="this device's, in the booth's name")
    key: Path = Field(
        Path("device.key"), description="its private key, or what its TPM wrapped: for the agent alone to read"
    )


class DeviceConfig(Wire):
    booth: BoothId = Field(description="the place it watches, as its certificate says")
    state_dir: Path = Field(Path("state"), description="outbox and evidence waiting for upload")
    weights_dir: Path | None = Field(None, description="where the model weights lie; default: models/weights")
    spool_max_bytes: int = Field(512 * 2**20, description="evidence kept while the hub is away", ge=2**20)
    hub: HubConfig
    camera: CameraConfig = CameraConfig()
    microphone: MicrophoneConfig = MicrophoneConfig()
    vision: VisionConfig = VisionConfig()
    streaming: StreamingConfig = StreamingConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    screen: ScreenConfig = ScreenConfig()
    tls: TlsConfig = TlsConfig()


IDENTITY: Final = "identity"
_PAIR: Final = re.compile(rf"{IDENTITY}-[0-9a-f]{{12}}")


def behind_links(path: Path) -> Path:
    """The file of a key or certificate that was renewed, which is a link: `device.key` leads to `identity/device.key`,
    and `identity` to the folder of the pair. Any other link is left as it is: who reads as root follows none.
    """
    link = path.parent / IDENTITY
    try:
        if os.readlink(path) != f"{IDENTITY}/{path.name}" or not _PAIR.fullmatch(folder := os.readlink(link)):
            return path
    except OSError:
        return path
    return path if (path.parent / folder).is_symlink() else path.parent / folder / path.name


def load_device_config(path: Path) -> DeviceConfig:
    """Read and resolve `device.toml`; raises `InvalidError` naming the file and the field."""
    try:
        config = DeviceConfig.configure(read_toml(path))
    except InvalidError as error:
        raise InvalidError(f"{path}: {error}") from error
    here = path.parent.resolve()
    tls = config.tls
    return config.model_copy(
        update={
            "state_dir": here / config.state_dir,
            "weights_dir": here / config.weights_dir if config.weights_dir else None,
            "tls": TlsConfig(ca=here / tls.ca, certificate=here / tls.certificate, key=here / tls.key),
        }
    )
