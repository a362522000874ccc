"""Whether a photo could be taken now, and if not, why, as a candidate would say it."""

from collections import Counter, deque
from typing import Final, Literal

from agent.vision.observation import Observation, nearest

Hint = Literal["covered", "dark", "blurred", "no_face", "several", "far", "near_edge", "turned", "good"]

SMOOTH_LOOKS: Final = 7
"""The commonest of so many looks is said: a sentence that changes ten times a second cannot be read."""
MIN_BRIGHT_PHOTO: Final = 50.0
"""Grey level of the brightest twentieth: below it a face is noise (`agent.vision.identity.MIN_CROP_BRIGHT`)."""
MIN_FACE_SHARE: Final = 0.18
"""Of the picture's height. In 480 lines that is a face of 86 pixels: enough to compare with a document."""
EDGE_SHARE: Final = 0.02
MAX_TURN_DEG: Final = 25.0


class Sight:
    """Not for several threads."""

    def __init__(self) -> None:
        self._recent: deque[Hint] = deque(maxlen=SMOOTH_LOOKS)
        self._face_seen = False

    @property
    def hint(self) -> Hint | None:
        """None before anybody looked."""
        return Counter(self._recent).most_common(1)[0][0] if self._recent else None

    @property
    def face_seen(self) -> bool:
        """In the newest picture in which somebody looked for faces."""
        return self._face_seen

    def see(self, observation: Observation, *, faces_matter: bool) -> None:
        hint = hint_of(observation, faces_matter=faces_matter)
        if observation.living is not None:
            self._face_seen = bool(observation.living) and observation.camera.sees
        if hint is not None:
            self._recent.append(hint)


def hint_of(observation: Observation, *, faces_matter: bool) -> Hint | None:
    """None where nobody looked for faces in this picture and nothing else is wrong with it."""
    camera, faces = observation.camera, observation.living
    if camera.known and camera.blocked:
        return "covered"
    if camera.known and camera.bright < MIN_BRIGHT_PHOTO:
        return "dark"
    if camera.known and camera.blurred:
        return "blurred"
    if not faces_matter:
        return "good"
    if faces is None:
        return None
    if not faces:
        return "no_face"
    return "several" if len(faces) > 1 else _hint_of_face(observation)


def _hint_of_face(observation: Observation) -> Hint:
    face, (width, height) = nearest(observation.living or ()), observation.frame_wh
    x1, y1, x2, y2 = face.box_xyxy
    if y2 - y1 < MIN_FACE_SHARE * height:
        return "far"
    if x1 < EDGE_SHARE * width or x2 > (1 - EDGE_SHARE) * width or y1 < EDGE_SHARE * height:
        return "near_edge"
    if face.pose is not None and max(abs(face.pose.yaw_deg), abs(face.pose.pitch_deg)) > MAX_TURN_DEG:
        return "turned"
    return "good"
