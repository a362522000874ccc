"""Where to look again for a face: at the heads of bodies. Says which bodies lack one, and whether a finding is a head.

The short-range face detector sees the whole picture as 128 × 128, so it loses a face narrower than an eighth of it, and
one thrown back or bowed leaves it little to go by. The object detector finds the body all the same, and on a piece of
the picture around its head the same network finds the face.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.frame import BgrImage
from agent.vision.facemesh import FaceKeypoints
from agent.vision.observation import Box, Detection, Face

SCALES: Final = (0.8, 1.1)
"""Sides of the squares around a head, as a share of the body's shorter side: who sits at a desk is two to three faces
wide, who is cut off by the picture's edge or turned sideways little more than one."""
ABOVE: Final = 0.15
"""How much of the square lies above the body's box, which ends at the hair."""
MIN_SIDE: Final = 24
"""Pixels. In a smaller square the face has fewer than ten, and nobody could say whose direction it looks in."""
HEAD_DEPTH: Final = 0.65
"""A head's middle lies within this share of the body's shorter side from the top of its box."""
HEAD_WIDTHS: Final = (0.1, 1.0)
"""Width of a face as a share of the body's shorter side."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A square of the picture, clipped to it, whole pixels."""

    x1: int
    y1: int
    x2: int
    y2: int

    def of(self, image: BgrImage) -> BgrImage:
        return np.ascontiguousarray(image[self.y1 : self.y2, self.x1 : self.x2])

    def to_picture(self, face: FaceKeypoints) -> FaceKeypoints:
        """The same in pixels of the whole picture."""
        x1, y1, x2, y2 = face.box_xyxy
        box = (x1 + self.x1, y1 + self.y1, x2 + self.x1, y2 + self.y1)
        return FaceKeypoints(box, face.score, tuple((x + self.x1, y + self.y1) for x, y in face.points_xy))


def pieces(body: Box, frame_wh: tuple[int, int]) -> list[Piece]:
    """The squares in which this body's head must be; none if it is too small to tell anything."""
    x1, y1, x2, _ = body
    found = []
    for scale in SCALES:
        side = scale * _breadth(body)
        left, top = (x1 + x2 - side) / 2, y1 - ABOVE * side
        piece = Piece(
            max(0, round(left)),
            max(0, round(top)),
            min(frame_wh[0], round(left + side)),
            min(frame_wh[1], round(top + side)),
        )
        if min(piece.x2 - piece.x1, piece.y2 - piece.y1) >= MIN_SIDE:
            found.append(piece)
    return found


def is_head_of(face: Box, body: Box) -> bool:
    """Whether a face lies where this body's head must be, and has the size of one."""
    x, y = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
    breadth, width = _breadth(body), face[2] - face[0]
    inside = body[0] <= x <= body[2] and body[1] - ABOVE * breadth <= y <= body[1] + HEAD_DEPTH * breadth
    return inside and HEAD_WIDTHS[0] * breadth <= width <= HEAD_WIDTHS[1] * breadth


def without_face(bodies: Sequence[Detection], faces: Sequence[Face]) -> list[Detection]:
    """Bodies that none of the faces belongs to; a face belongs to one body, the one whose head is nearest to it."""
    left = list(bodies)
    for face in faces:
        mine = [body for body in left if is_head_of(face.box_xyxy, body.box_xyxy)]
        if mine:
            left.remove(min(mine, key=lambda body: _away(face.box_xyxy, body.box_xyxy)))
    return left


def _breadth(body: Box) -> float:
    return min(body[2] - body[0], body[3] - body[1])


def _away(face: Box, body: Box) -> float:
    """How far the face's middle lies from the middle of the box's upper edge, in breadths of the body."""
    x, y = (face[0] + face[2] - body[0] - body[2]) / 2, (face[1] + face[3]) / 2 - body[1]
    return float(np.hypot(x, y)) / max(_breadth(body), 1.0)
