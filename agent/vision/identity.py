"""Whether the face before the camera is still the one that was there when the exam session began.

The first good looks are learned, later ones compared with them, and only the similarity leaves this file. What was
learned is in memory alone: it ends with the exam session, with monitoring, or with the process. It never follows the
face as it changes, or somebody could lead it from one face to another.

Looks are rare while one face stays in the picture, and each second when somebody else could have sat down: after the
face was gone, after there were several, after nobody looked. Call from one thread, with frames in order.
"""

import logging
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final
from uuid import UUID

import cv2
import numpy as np

from agent.frame import BgrImage, Frame
from agent.vision.boxes import overlap_of_smaller
from agent.vision.face_embedding import Embedding, FaceEmbedding
from agent.vision.observation import SAME_PERSON, Box, CameraState, Face, FivePoints, Identity

log = logging.getLogger(__name__)

LEARN_LOOKS: Final = 5
"""Good looks that are learned: their mean is steadier than any of them, and five seconds are there at any check-in."""
COMPARE_LOOKS: Final = 3
"""Good looks whose median counts, so that no single one decides."""
EVERY_S: Final = 1.0
"""Between looks while somebody else could sit there; looks closer together would be the same look twice."""
CALM_S: Final = 10.0
"""Between looks while the same face stays. Nobody changes places without leaving the picture or being two in it."""
DOUBT_S: Final = 30.0
"""How long an unlike face is looked at each second; after that the calm pace is soon enough to see it change."""
ABSENT_S: Final = 1.0
"""Without a face for this long, somebody else could be the next one. A turned head is lost for less."""
EMPTY_S: Final = 300.0
"""Where no exam session says who sits there: an empty chair of this long means that the next one is the next."""
MAX_TURN_DEG: Final = 20.0
"""Either way, and up or down: embedding networks are trained on faces, not on ears."""
MIN_EYES_PX: Final = 24.0
"""From eye to eye. In the aligned crop it is 35, so at less than this much would be invented by enlarging."""
MIN_CROP_FOCUS: Final = 1.2
"""How much steeper the crop's steepest places are than after a blur of two pixels. Faces of the labelled footage have
1.27 and more, most of them 2; moved or blurred by three pixels of the crop they have less than 1.2."""
MIN_CROP_BRIGHT: Final = 50.0
"""Grey level that the brightest twentieth of the crop must reach: below that a face is noise."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who sits there, as far as anybody says. What was learned belongs to one of these."""

    exam_session: UUID | None = None
    otherwise: Hashable = None
    """What else changes with the candidate, for a hub that names no exam session."""


NOBODY_SAYS: Final = Sitting()


class IdentityWatch:
    """Learns one face and compares later ones with it."""

    def __init__(self, embedding: FaceEmbedding, sitting: Sitting) -> None:
        self.embedding = embedding
        self._sitting = sitting
        self._learning: list[Embedding] = []
        self._template: Embedding | None = None
        self._learned_at: datetime | None = None
        self._recent: deque[float] = deque(maxlen=COMPARE_LOOKS)
        self._looks = 0
        self._box: Box | None = None
        self._seen_s = self._looked_s = self._doubt_since_s = float("-inf")

    def sits(self, sitting: Sitting) -> None:
        """What was learned ends with the sitting that it was learned in."""
        if sitting != self._sitting:
            self.forget()
        self._sitting = sitting

    def forget(self) -> None:
        """Overwrites what was learned and begins anew."""
        known = self._template is not None
        for vector in (*self._learning, *(() if self._template is None else (self._template,))):
            vector.fill(0)
        self._learning.clear()
        self._template = self._learned_at = None
        self._interrupt(float("-inf"))
        if known:
            log.info("The candidate's face is forgotten.")

    @property
    def about(self) -> str:
        """For health: what it does, and since when it knows whom."""
        if self._learned_at is None:
            return f"learns the candidate's face: {len(self._learning)} of {LEARN_LOOKS} good looks"
        return f"knows the candidate's face since {self._learned_at:%H:%M:%S} UTC; in memory only"

    def follow(self, faces: tuple[Face, ...], camera: CameraState, now_s: float) -> Identity | None:
        """Who is there as far as the looks so far tell. Every time somebody looked for faces; costs nothing."""
        absent_s = now_s - self._seen_s
        if absent_s > EMPTY_S and self._sitting.exam_session is None and self._template is not None:
            self.forget()
        if not camera.sees:
            return None
        if len(faces) > 1:
            self._interrupt(now_s)
        if len(faces) != 1:
            return None
        (face,) = faces
        jumped = self._box is not None and overlap_of_smaller(face.box_xyxy, self._box) <= 0
        if absent_s > ABSENT_S or jumped:
            self._interrupt(now_s)
        self._seen_s, self._box = now_s, face.box_xyxy
        if self._learned_at is None or len(self._recent) < COMPARE_LOOKS:
            return None
        return Identity(median(self._recent), self._looks, self._learned_at)

    def wants(self, faces: tuple[Face, ...], camera: CameraState, now_s: float) -> bool:
        """Whether this picture is good enough for a look, and it is time for one."""
        if len(faces) != 1 or not camera.sees or camera.dark or camera.blurred or _points_of(faces[0]) is None:
            return False
        return not 0 <= now_s - self._looked_s < self._pause_s(now_s)

    def look(self, frame: Frame, face: Face, now_s: float) -> None:
        """Learn or compare, if the face is sharp and lit; raises `DetectorError`."""
        points_xy = _points_of(face)
        if points_xy is None:
            return
        crop = self.embedding.crop(frame.image, points_xy)
        if not good_crop(crop):
            return
        vector = self.embedding.embed(crop)
        self._looked_s = now_s
        if self._template is None:
            self._learn(vector, frame.wall_time)
        else:
            self._compare(float(vector @ self._template), now_s)

    def _learn(self, vector: Embedding, wall_time: datetime) -> None:
        """All looks that are learned must be of one person; one that is not begins anew."""
        if self._learning and float(vector @ _mean(self._learning)) < SAME_PERSON:
            self._learning.clear()
        self._learning.append(vector)
        if len(self._learning) < LEARN_LOOKS:
            return
        self._template, self._learned_at = _mean(self._learning), wall_time
        for learned in self._learning:
            learned.fill(0)
        self._learning.clear()
        log.info("The candidate's face is learned, in memory only.")

    def _compare(self, similarity: float, now_s: float) -> None:
        was_like = self._like
        self._recent.append(similarity)
        self._looks += 1
        if was_like and not self._like:
            self._doubt_since_s = now_s

    @property
    def _like(self) -> bool:
        """Nothing lately speaks against it."""
        return not self._recent or min(self._recent[-1], median(self._recent)) >= SAME_PERSON

    def _pause_s(self, now_s: float) -> float:
        if self._template is None or len(self._recent) < COMPARE_LOOKS:
            return EVERY_S
        return EVERY_S if not self._like and now_s - self._doubt_since_s <= DOUBT_S else CALM_S

    def _interrupt(self, now_s: float) -> None:
        """From here on it could be somebody else: looks from before say nothing of who is there now."""
        self._recent.clear()
        self._looks, self._box = 0, None
        self._doubt_since_s = now_s
        if self._template is None:
            self._learning.clear()


def _points_of(face: Face) -> FivePoints | None:
    """Its five points if it is confirmed, frontal and large enough, else None."""
    points_xy, pose = face.points_xy, face.pose
    if points_xy is None or pose is None or max(abs(pose.yaw_deg), abs(pose.pitch_deg)) > MAX_TURN_DEG:
        return None
    (x1, y1), (x2, y2) = points_xy[:2]
    return points_xy if float(np.hypot(x2 - x1, y2 - y1)) >= MIN_EYES_PX else None


def good_crop(crop: BgrImage) -> bool:
    """Sharp and lit enough that the embedding network has something to see."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    if float(np.percentile(grey, 95)) < MIN_CROP_BRIGHT:
        return False
    return _steepest(grey) >= MIN_CROP_FOCUS * _steepest(cv2.GaussianBlur(grey, (0, 0), 2.0)) > 0


def _steepest(grey: cv2.typing.MatLike) -> float:
    slope = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return float(np.percentile(slope, 99))


def _mean(vectors: list[Embedding]) -> Embedding:
    total: Embedding = np.stack(vectors).sum(axis=0)
    return total / np.float32(max(float(np.linalg.norm(total)), 1e-9))
