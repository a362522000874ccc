"""What vision found in one frame: the only thing that rules see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the frame (`box_xyxy`)."""

FivePoints = tuple[tuple[float, float], ...]
"""Middle of either eye, nose tip, either corner of the mouth in pixels; the left of the picture first."""

MIN_BRIGHT: Final = 20.0
"""Grey level that the brightest twentieth of the picture must reach. A test portrait under a sensor's noise loses its
landmarks at 12; at 17 they are still there; rooms at a quarter of normal light have 40 and more."""
MIN_FOCUS: Final = 1.3
"""A portrait that fills half the picture loses its landmarks at 1.39, which is a blur of 8 pixels in 640 (sigma); sharp
pictures have 1.8 to 2.3, photographs of 60 pixels blown up to 640 have 1.4 and more."""
SAME_PERSON: Final = 0.363
"""Cosine similarity from which two SFace embeddings are of one person, as OpenCV publishes it (threshold_cosine in the
network's demo, `models/face_recognition_sface` of opencv_zoo)."""
MIN_SHIFT: Final = 0.04
"""Share of the width: two to three degrees with a common lens. Less is a table that somebody leans on."""
MIN_SPEECH: Final = 0.5
"""Probability from which Silero's authors take a window for speech."""


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
    points_xy: FivePoints | None = None
    """None where the landmark network did not confirm the face."""
    lips: float | None = None
    """How far they are apart, share of the face's height. None without landmarks, or where the face is too small."""
    still: bool = False
    """It does not move, and living faces always do: a picture, a poster, a reflection (`agent.vision.stillness`)."""
    worn: bool = False
    """It lies on somebody's body, below their head: on what they wear or hold before them (`agent.vision.prints`)."""

    @property
    def lives(self) -> bool:
        """Whether it is somebody's, and no picture's."""
        return not (self.still or self.worn)


@dataclass(frozen=True, slots=True)
class Faceless:
    """Somebody is there whose face nobody finds: turned away, thrown back, bowed, or hidden."""

    body: Detection
    missing_s: float
    """How long ago the last look was that found a face, seconds."""
    last_pose: HeadPose | None
    """Of the face just before it was lost, if this body has stayed where that one was."""
    sure: bool
    """Whether the body was seen since the face was lost."""


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
    bright: float = 255.0
    """95th percentile of the grey level: the lit part of the picture, however small a window is in it."""
    focus: float = float("inf")
    """How much steeper the steepest places are than after a blur; 1 where there was nothing fine to lose."""
    shift: float = 0.0
    """How far the picture lies from what was learned of the place, share of its width; 0 where nobody can say."""
    moved: bool = False
    known: bool = True
    """False where nobody measured: the check itself failed. Then nothing here says that all is well."""

    @property
    def dark(self) -> bool:
        """There are edges left, and yet hardly anybody could tell what they are of."""
        return not self.blocked and self.bright < MIN_BRIGHT

    @property
    def blurred(self) -> bool:
        """Nothing fine is left in a picture that is light enough to tell."""
        return not self.blocked and not self.dark and self.focus < MIN_FOCUS

    @property
    def sees(self) -> bool:
        """Whether the picture shows what is before the camera now."""
        return not (self.blocked or self.frozen)


Speaker = Literal["candidate", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Speech:
    """What the microphone says: whether somebody speaks, not what."""

    probability: float
    """Mean over the windows since somebody began to speak; of the newest window while nobody does."""
    since_s: float | None
    """When somebody began to speak, on the clock of `captured_s`; None while nobody does."""
    speaker: Speaker = "unknown"
    """Whose voice it is, as far as the candidate's mouth tells."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How like the face there now is to the one that was learned. Nothing else of a face leaves the detector."""

    similarity: float
    """Cosine, -1..1: the median of the last few good looks."""
    looks: int
    """Good looks since somebody else could have sat down."""
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """All that was found in one frame. None means that nobody looked (off, not its turn), not that nothing is there."""

    captured_s: float
    wall_time: datetime
    frame_wh: tuple[int, int]
    faces: tuple[Face, ...] | None
    objects: tuple[Detection, ...] | None
    camera: CameraState
    speech: Speech | None = None
    identity: Identity | None = None
    """None while nobody can say who is there."""
    faceless: Faceless | None = None
    """Set where there is a body and no living face."""

    @property
    def living(self) -> tuple[Face, ...] | None:
        """The faces that are no pictures."""
        if self.faces is None or all(face.lives for face in self.faces):
            return self.faces
        return tuple(face for face in self.faces if face.lives)


def nearest(faces: Sequence[Face]) -> Face:
    """The largest face: the candidate's, if several are there."""
    if len(faces) == 1:
        return faces[0]
    return max(faces, key=lambda face: (face.box_xyxy[2] - face.box_xyxy[0]) * (face.box_xyxy[3] - face.box_xyxy[1]))
