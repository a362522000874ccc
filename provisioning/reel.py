"""A reel for booths without a camera, drawn at run time from a portrait that matplotlib ships.

The portrait (`grace_hopper.jpg`, a photograph by the United States Navy, public domain) is the candidate. Each scene
lasts longer than the longest hold time of the `standard` profile, so each shows up as what it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import sin, tau
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from matplotlib import get_data_path
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""HxWx3, BGR."""

FRAME_WH: Final = (640, 480)
FPS: Final = 15
NOISE_LEVELS: Final = 3.0
"""Grey levels (standard deviation): about what a cheap sensor shows indoors, so that no scene looks frozen."""


@dataclass(frozen=True)
class Scene:
    """What is to be seen, for how long, and the violation it must raise (None: none)."""

    name: str
    duration_s: float
    raises: str | None


SCENES: Final = (
    Scene("one", 8, None),
    Scene("several", 7, "multiple_faces"),
    Scene("one", 7, None),
    Scene("empty", 8, "no_face"),
    Scene("one", 7, None),
    Scene("covered", 8, "camera_blocked"),
)

Draw = Callable[[float], Picture]


def write_reel(path: Path, *, start: int = 0) -> Path:
    """Write the reel to `path` as H.264, about 45 s long. `start` names the scene to begin with."""
    grain = _grain()
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=FPS, options={"preset": "superfast", "crf": "25", "g": str(2 * FPS)}
        )
        stream.width, stream.height = FRAME_WH
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for number, picture in enumerate(_pictures(start)):
            grainy = _bytes(cv2.add(picture, grain[number % len(grain)], dtype=cv2.CV_16S))
            frame = av.VideoFrame.from_ndarray(grainy, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def timeline(start: int = 0) -> Iterator[tuple[Scene, float]]:
    """Each scene with the second at which it begins."""
    begins_s = 0.0
    for scene in SCENES[start:] + SCENES[:start]:
        yield scene, begins_s
        begins_s += scene.duration_s


def _pictures(start: int) -> Iterator[Picture]:
    draw = _draws()
    for scene, begins_s in timeline(start):
        for number in range(round(scene.duration_s * FPS)):
            yield draw[scene.name](begins_s + number / FPS)


def _draws() -> dict[str, Draw]:
    """How each scene looks at a moment of the reel (seconds)."""
    portrait = _portrait(420)
    pair = (_portrait(330), _portrait(330)[:, ::-1])
    room = _room()

    def one(at_s: float) -> Picture:
        return _placed(room, portrait, 0.5, at_s)

    def several(at_s: float) -> Picture:
        return _placed(_placed(room, pair[0], 0.27, at_s), pair[1], 0.73, at_s + 1.3)

    def empty(at_s: float) -> Picture:
        return room.copy()

    def covered(at_s: float) -> Picture:
        return np.full((FRAME_WH[1], FRAME_WH[0], 3), 6, np.uint8)

    return {"one": one, "several": several, "empty": empty, "covered": covered}


def _grain() -> list[NDArray[np.int16]]:
    """One second of sensor noise; it repeats, which nobody sees and no comparison of neighbouring frames notices."""
    random = np.random.default_rng(0)
    shape = (FRAME_WH[1], FRAME_WH[0], 1)
    return [random.normal(0, NOISE_LEVELS, shape).astype(np.int16).repeat(3, axis=2) for _ in range(FPS)]


def _portrait(height: int) -> Picture:
    """Head and shoulders, `height` pixels tall."""
    path = Path(get_data_path()) / "sample_data" / "grace_hopper.jpg"
    picture = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(path)
    width = round(picture.shape[1] * height / picture.shape[0])
    return _bytes(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def _room() -> Picture:
    """A wall with a window's light on it and a desk: something with edges, where a blank wall would look covered."""
    width, height = FRAME_WH
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = 150 + 60 * np.exp(-(((across - 0.2) / 0.35) ** 2 + ((down - 0.25) / 0.4) ** 2))
    room = _bytes(np.stack([light * 0.92, light * 0.97, light], axis=-1))
    cv2.rectangle(room, (40, 40), (150, 190), (235, 228, 215), -1)
    for x, y in ((95, 40), (40, 115)):
        cv2.line(room, (x, y), (x if x == 95 else 150, 190 if x == 95 else y), (150, 145, 140), 4)
    cv2.rectangle(room, (500, 60), (600, 150), (120, 140, 150), 5)
    cv2.rectangle(room, (0, 400), (width, height), (70, 95, 125), -1)
    cv2.line(room, (0, 400), (width, 400), (50, 70, 95), 3)
    return room


def _placed(room: Picture, portrait: Picture, centre: float, at_s: float) -> Picture:
    """The portrait in front of the room, its foot at the picture's foot, swaying a little as a person does."""
    width, height = FRAME_WH
    x = round(width * centre - portrait.shape[1] / 2 + 8 * sin(tau * at_s / 5))
    y = round(height - portrait.shape[0] + 6 + 4 * sin(tau * at_s / 3.1))
    picture = room.copy()
    visible = portrait[: height - y]
    picture[y : y + visible.shape[0], x : x + visible.shape[1]] = visible
    return picture


def _bytes(values: NDArray[Any]) -> Picture:
    clipped: Picture = np.clip(values, 0, 255).astype(np.uint8)
    return clipped
