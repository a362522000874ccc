"""What vision found in one frame: the only thing that rules see."""

from dataclasses import dataclass
from datetime import datetime

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the frame (`box_xyxy`)."""


@dataclass(frozen=True, slots=True)
class Detection:
    label: str
    score: float
    """0..1, the detector's own scale."""
    box_xyxy: Box


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Degrees; +yaw turns towards the picture's left edge, +pitch looks up, +roll tilts clockwise in the picture."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


@dataclass(frozen=True, slots=True)
class Face:
    box_xyxy: Box
    score: float
    pose: HeadPose | None
    """None where only the short-range detector found the face and its keypoints allow no estimate."""
    gaze: tuple[float, float] | None = None
    """Eyes against the head: (left, up) in -1..1 from blendshapes, image coordinates. None without them."""


@dataclass(frozen=True, slots=True)
class CameraState:
    """What the picture itself says about the camera."""

    luma_mean: float
    """Grey level, 0..255."""
    luma_std: float
    sharpness: float
    """Variance of the Laplacian at 160 px width."""
    change: float
    """Mean absolute grey difference to the previous frame that was looked at, 0..255; infinity for the first."""
    edges: float
    """99th percentile of the gradient at 160 px width after a blur, grey levels per pixel: what is left on a covered
    lens is noise, which the blur takes away."""
    min_edges: float
    """What `edges` must reach in this light for the camera to count as uncovered."""
    still_s: float
    """How long the picture has not changed, seconds."""
    blocked: bool
    frozen: bool

    @property
    def sees(self) -> bool:
        """Whether the picture shows what is before the camera now."""
        return not (self.blocked or self.frozen)


@dataclass(frozen=True, slots=True)
class Observation:
    """All that was found in one frame. None means that nobody looked (off, not its turn), not that nothing is there."""

    captured_s: float
    wall_time: datetime
    frame_wh: tuple[int, int]
    faces: tuple[Face, ...] | None
    objects: tuple[Detection, ...] | None
    camera: CameraState
