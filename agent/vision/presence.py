"""Tells an empty chair from somebody whose face nobody finds: a body without a face is also information.

A head that is turned, thrown back or bowed until no network finds a face in it still sits on a body, and that stays
where it was. So the last look at the face goes on to count; and a missing face alone does not make the chair empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.vision.boxes import iou
from agent.vision.heads import is_head_of
from agent.vision.observation import Box, Detection, Face, Faceless, HeadPose, nearest

SAME_BODY: Final = 0.5
"""Intersection over union of a body's box before and after the face was lost. A turn of the head moves it little: 0.8
and more in labelled footage. An empty chair or a coat that is taken for a body has another outline."""
LAST_POSE_S: Final = 30.0
"""How long the pose before the loss says where somebody looks, who has not shown a face since."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The last face there was."""

    captured_s: float
    pose: HeadPose | None
    body_xyxy: Box | None


class Presence:
    """Remembers the last face of one camera. Call from one thread, with frames in order."""

    def __init__(self) -> None:
        self._seen: _Seen | None = None
        self.asks = False
        """Whether a look at the whole picture for bodies would tell more than the last one does."""

    def look(
        self, faces: Sequence[Face], bodies: tuple[float, tuple[Detection, ...]] | None, now_s: float
    ) -> Faceless | None:
        """`bodies`: when the whole picture was last looked at and who was there; None if that is unknown."""
        if self._seen is None or self._seen.captured_s > now_s:
            self._seen = _Seen(now_s, None, None)
        if faces:
            face = nearest(faces)
            self._seen, self.asks = _Seen(now_s, face.pose, _body_of(face, bodies, self._seen.body_xyxy)), False
            return None
        seen = self._seen
        sure = bodies is not None and bodies[0] > seen.captured_s
        self.asks = not sure
        if bodies is None or not bodies[1]:
            return None
        missing_s = now_s - seen.captured_s
        body, same = bodies[1][0], 0.0
        if seen.body_xyxy is not None:
            before = seen.body_xyxy
            body = max(bodies[1], key=lambda one: iou(one.box_xyxy, before))
            same = iou(body.box_xyxy, before)
        stayed = same >= SAME_BODY and missing_s <= LAST_POSE_S
        return Faceless(body, missing_s, seen.pose if stayed else None, sure)


def _body_of(face: Face, bodies: tuple[float, tuple[Detection, ...]] | None, before: Box | None) -> Box | None:
    """The body under this face; the one before where nobody looked since."""
    if bodies is None:
        return before
    mine = (body.box_xyxy for body in bodies[1] if is_head_of(face.box_xyxy, body.box_xyxy))
    return next(mine, None)
