"""A copy of a video with everything drawn in that was found, for `replay --draw`."""

from collections.abc import Collection, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from agent.draw import draw, with_panel
from agent.frame import BgrImage, Frame
from agent.rules.table import RULES
from agent.vision.observation import Detection, Face, Observation
from contract.profiles import Rules
from contract.violation import Violation
from contract.wire import InvalidError

TIME_BASE: Final = Fraction(1, 1000)
"""Milliseconds: frames keep their own times, also when they come irregularly."""
FACES_STAY_S: Final = 0.25
OBJECTS_STAY_S: Final = 0.6
"""Detectors look at some frames only; what they saw last is drawn for about twice their period."""


class AnnotatedVideo:
    """Writes H.264 into `path`, of the size of the first frame. Use from one thread, as a context."""

    def __init__(self, path: Path, rules: Rules) -> None:
        """Raises `InvalidError` when the file cannot be written."""
        self._path, self._rules = path, rules
        self._stream: Any = None
        self._last_ms = -1
        self._faces: tuple[float, tuple[Face, ...]] = (0.0, ())
        self._objects: tuple[float, tuple[Detection, ...]] = (0.0, ())
        self._kinds = tuple(dict.fromkeys(rule.kind for rule in RULES))
        on = {rule.kind for rule in RULES if getattr(rules, rule.name).enabled}
        self._off = tuple(kind for kind in self._kinds if kind not in on)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(path), "w", format="mp4")
        except (av.error.FFmpegError, OSError) as error:
            raise InvalidError(f"{path}: cannot be written ({error.strerror})") from error

    def __enter__(self) -> "AnnotatedVideo":
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def add(
        self,
        frame: Frame,
        observation: Observation,
        broken: Sequence[Violation],
        pending: Collection[str] = (),
    ) -> None:
        """One frame with what was found in it, or just before it.

        `broken` are the violations open now, `pending` names of rules whose condition holds but has not lasted yet.
        """
        now_s = frame.captured_s
        if observation.faces is not None:
            self._faces = now_s, observation.faces
        if observation.objects is not None:
            self._objects = now_s, observation.objects
        faces = self._faces[1] if now_s - self._faces[0] <= FACES_STAY_S else ()
        objects = self._objects[1] if now_s - self._objects[0] <= OBJECTS_STAY_S else ()
        soon = {rule.kind for rule in RULES if rule.name in pending}
        minutes, seconds = divmod(now_s, 60)
        drawn = draw(frame.image, faces, objects, self._rules)
        title = f"{minutes:.0f}:{seconds:04.1f}"
        self._encode(with_panel(drawn, title, self._kinds, broken, soon, self._off), now_s)

    def _encode(self, image: BgrImage, now_s: float) -> None:
        height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2  # colour is stored for two by two pixels
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=30, options={"preset": "veryfast", "crf": "23"})
            self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
            self._stream.codec_context.time_base = TIME_BASE
        elif (self._stream.width, self._stream.height) != (width, height):
            return  # a video may change its size in the middle; this one cannot
        pixels = np.ascontiguousarray(image[:height, :width])
        picture = av.VideoFrame.from_ndarray(pixels, format="bgr24")
        self._last_ms = max(self._last_ms + 1, round(now_s * 1000))
        picture.pts, picture.time_base = self._last_ms, TIME_BASE
        self._container.mux(self._stream.encode(picture))
