"""What all machines look at: a few seconds of video and one picture, drawn at run time from the public-domain portrait.

Under emulation a second of video takes about a minute, so each scene lasts just longer than the `strict` profile holds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from agent.frame import BgrImage
from tests.support.portrait import dark, scene
from tests.support.video import write_video

FPS: Final = 5
LAPTOP_XYWH: Final = (380, 180, 200, 124)
"""Of the drawn laptop's screen."""


def write_clip(path: Path) -> Path:
    """One person, two, a laptop and nobody, a hand on the lens. Raises four kinds of violation."""
    plan: tuple[tuple[float, Callable[[int], BgrImage]], ...] = (
        (0.4, scene_of(1)),
        (0.8, scene_of(2)),
        (1.6, lambda number: with_laptop(scene(0, number))),
        (1.4, dark),
    )
    draws = [draw for seconds, draw in plan for _ in range(round(seconds * FPS))]
    return write_video(path, (draw(number) for number, draw in enumerate(draws)), FPS)


def write_picture(path: Path) -> Path:
    """Two people, as PNG: what is measured in their faces can be compared number by number."""
    if not cv2.imwrite(str(path), scene(2)):
        raise OSError(f"{path} cannot be written")
    return path


def scene_of(faces: int) -> Callable[[int], BgrImage]:
    return lambda number: scene(faces, number)


def with_laptop(picture: BgrImage) -> BgrImage:
    """An open laptop drawn in: a lit screen with a page on it, and five rows of keys."""
    drawn = picture.copy()
    x, y, width, height = LAPTOP_XYWH
    foot, spread = y + height, width // 8
    cv2.rectangle(drawn, (x, y), (x + width, foot), (40, 40, 42), -1)
    cv2.rectangle(drawn, (x + 8, y + 8), (x + width - 8, foot - 8), (200, 150, 90), -1)
    cv2.rectangle(drawn, (x + 30, y + 25), (x + width - 60, foot - 50), (245, 245, 245), -1)
    corners = [(x, foot), (x + width, foot), (x + width + spread, foot + 64), (x - spread, foot + 64)]
    cv2.fillPoly(drawn, [np.array(corners)], (170, 170, 172))
    for row in range(5):
        left, step, top = x + 8 - spread * row // 8, (width - 16 + spread * row // 4) / 13, foot + 8 + row * 8
        for key in range(13):
            at = left + round(key * step)
            cv2.rectangle(drawn, (at, top), (at + width // 17, top + 6), (30, 30, 30), -1)
    cv2.rectangle(drawn, (x + width // 3, foot + 46), (x + 2 * width // 3, foot + 62), (150, 150, 152), -1)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.8), np.uint8)
