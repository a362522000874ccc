"""Draws what was found into pictures: boxes, where a head points, which rules are broken. One look for all commands."""

import math
from collections.abc import Collection, Sequence
from typing import Final

import cv2
import numpy as np

from agent.frame import BgrImage
from agent.rules.table import direction_of
from agent.vision.observation import Box, Detection, Face
from contract.profiles import Rules
from contract.violation import Violation, ViolationKind

Colour = tuple[int, int, int]

INSIDE: Final[Colour] = (96, 176, 72)
"""BGR of what breaks no rule."""
OUTSIDE: Final[Colour] = (52, 60, 222)
"""And of what does."""
SOON: Final[Colour] = (40, 160, 235)
"""Of a rule that is about to be broken."""
PAPER: Final[Colour] = (30, 28, 26)
INK: Final[Colour] = (236, 236, 236)
FADED: Final[Colour] = (128, 128, 128)
FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
PANEL_W: Final = 216
"""Width of the column with the rules' states, pixels at 480 lines."""


def draw(image: BgrImage, faces: Sequence[Face], objects: Sequence[Detection], rules: Rules) -> BgrImage:
    """A copy with boxes and pose arrows: red for what a rule objects to, green for the rest.

    Objects below their rule's score are left out, so that the picture shows what counted.
    """
    canvas = image.copy()
    for face in faces:
        away = direction_of(face, rules)
        colour = OUTSIDE if away or len(faces) > 1 else INSIDE
        pose = "" if face.pose is None else f"{face.pose.yaw_deg:+.0f} {face.pose.pitch_deg:+.0f} deg"
        _box(canvas, face.box_xyxy, f"{away[0]} {pose}" if away else pose, colour)
        _arrow(canvas, face, colour)
    limits = rules.prohibited_object.min_score
    for item in objects:
        if item.score >= limits.get(item.label, math.inf):
            _box(canvas, item.box_xyxy, f"{item.label} {item.score:.2f}", OUTSIDE)
    return canvas


def with_panel(
    canvas: BgrImage,
    title: str,
    kinds: Sequence[ViolationKind],
    broken: Sequence[Violation],
    pending: Collection[str] = (),
    off: Collection[str] = (),
) -> BgrImage:
    """The picture with a column to its right that names every rule and marks the ones that are broken now.

    `pending` are kinds whose condition holds but has not lasted yet, `off` those that the profile does not ask for.
    Nothing of the picture is covered.
    """
    height, scale = canvas.shape[0], max(0.4, canvas.shape[0] / 480)
    panel = np.empty((height, round(PANEL_W * scale), 3), dtype=np.uint8)
    panel[:] = PAPER
    _text(panel, title, (12, 28), INK, scale)
    for row, kind in enumerate(kinds):
        labels = [violation.label for violation in broken if violation.kind == kind]
        y = 64 + 34 * row
        colour = OUTSIDE if labels else SOON if kind in pending else FADED
        centre = round(18 * scale), round((y - 5) * scale)
        cv2.circle(panel, centre, max(2, round(6 * scale)), colour, 1 if colour == FADED else -1, cv2.LINE_AA)
        said = ", ".join(label for label in labels if label)
        name = kind.replace("_", " ") + (" (off)" if kind in off else "")
        _text(panel, name, (34, y), FADED if colour == FADED else INK, scale)
        if said:
            _text(panel, said, (34, y + 15), OUTSIDE, 0.8 * scale, at_scale=scale)
    return np.asarray(np.hstack([canvas, panel]), dtype=np.uint8)


def caption(canvas: BgrImage, text: str) -> BgrImage:
    """The picture with a line of text below it."""
    scale = max(0.4, canvas.shape[0] / 480)
    strip = np.empty((round(28 * scale), canvas.shape[1], 3), dtype=np.uint8)
    strip[:] = PAPER
    _text(strip, text, (10, 19), INK, scale)
    return np.asarray(np.vstack([canvas, strip]), dtype=np.uint8)


def _box(canvas: BgrImage, box: Box, text: str, colour: Colour) -> None:
    """A box with its text on a plate of the same colour: legible on any background."""
    x1, y1, x2, y2 = (round(value) for value in box)
    scale = max(0.4, canvas.shape[0] / 480)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, max(1, round(2 * scale)), cv2.LINE_AA)
    if not text:
        return
    (width, height), below = cv2.getTextSize(text, FONT, 0.45 * scale, max(1, round(scale)))
    pad = round(3 * scale)
    top = max(0, y1 - height - below - pad)
    left = max(0, min(x1, canvas.shape[1] - width - 2 * pad))
    cv2.rectangle(canvas, (left, top), (left + width + 2 * pad, top + height + below + pad), colour, -1)
    _put(canvas, text, (left + pad, top + height + pad // 2 + 1), INK, 0.45 * scale, max(1, round(scale)))


def _arrow(canvas: BgrImage, face: Face, colour: Colour) -> None:
    """From between the eyes to where the nose points, as long as the head is turned."""
    if face.pose is None:
        return
    x1, y1, x2, y2 = face.box_xyxy
    yaw, pitch, length = math.radians(face.pose.yaw_deg), math.radians(face.pose.pitch_deg), 0.9 * (x2 - x1)
    start = round((x1 + x2) / 2), round(y1 + 0.45 * (y2 - y1))
    end = (
        round(start[0] - length * math.sin(yaw) * math.cos(pitch)),
        round(start[1] - length * math.sin(pitch)),
    )
    thickness = max(1, round(2 * canvas.shape[0] / 480))
    cv2.circle(canvas, start, thickness + 1, colour, -1, cv2.LINE_AA)
    cv2.arrowedLine(canvas, start, end, colour, thickness, cv2.LINE_AA, tipLength=0.25)


def _text(
    canvas: BgrImage, text: str, at: tuple[int, int], colour: Colour, scale: float, at_scale: float | None = None
) -> None:
    """Text at a place given for a picture of 480 lines."""
    place = at_scale or scale
    _put(canvas, text, (round(at[0] * place), round(at[1] * place)), colour, 0.45 * scale, max(1, round(scale)))


def _put(canvas: BgrImage, text: str, at: tuple[int, int], colour: Colour, size: float, thickness: int) -> None:
    cv2.putText(canvas, text, at, FONT, size, colour, thickness, cv2.LINE_AA)
