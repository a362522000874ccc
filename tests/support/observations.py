"""Observations made by hand, for tests of rules."""

from datetime import UTC, datetime, timedelta

from agent.vision.observation import CameraState, Detection, Face, HeadPose, Observation, Speech

ZERO = datetime(2026, 1, 1, tzinfo=UTC)

SEEING = CameraState(
    luma_mean=120,
    luma_std=50,
    sharpness=400,
    change=1.5,
    edges=20,
    min_edges=2.4,
    still_s=0,
    blocked=False,
    frozen=False,
)


def face(yaw_deg: float = 0.0, pitch_deg: float = 0.0, size: float = 100.0, score: float = 0.9) -> Face:
    return Face((0.0, 0.0, size, size), score, HeadPose(yaw_deg, pitch_deg, 0.0))


def item(label: str, score: float) -> Detection:
    return Detection(label, score, (10.0, 10.0, 60.0, 60.0))


def seen(
    captured_s: float,
    *,
    faces: tuple[Face, ...] | None = (),
    objects: tuple[Detection, ...] | None = (),
    camera: CameraState = SEEING,
    speech: Speech | None = None,
) -> Observation:
    """By default everybody looked and found an empty booth, and nobody listened."""
    return Observation(captured_s, ZERO + timedelta(seconds=captured_s), (640, 480), faces, objects, camera, speech)
