"""Watches a video for objects: one view a turn, and what the looks of the last second agree on.

A booth has no time for all views of every frame, but an object that matters is there for seconds. So each turn costs
one inference, the views take turns, and what is small, near or tilted is seen by the one it suits. A hand or a shadow
that resembles a phone in one frame and one view does not survive the mean.
"""

from collections import deque
from typing import Final

from agent.frame import BgrImage
from agent.vision.fusion import Look
from agent.vision.objects import ObjectDetector
from agent.vision.observation import Detection
from agent.vision.views import video_views

MEMORY_S: Final = 0.9
"""How long a look counts: three turns at 3 Hz, and less than the second after which a rule lets an object go."""
PAIR_S: Final = 1.5
"""How long the one before the newest counts in any case. At one turn a second, the slowest pace there is, two looks
still agree, and one of them has the whole picture; one alone would let a hand stand for a phone."""
MAX_LOOKS: Final = 8
"""Looks remembered at most, the oldest dropped first: what a second has if somebody turns the pace up."""


class ObjectWatch:
    """Remembers the looks at one camera. Call from one thread, with frames in order."""

    def __init__(self, detector: ObjectDetector) -> None:
        self._detector = detector
        self._looks: deque[tuple[float, tuple[int, int], Look]] = deque(maxlen=MAX_LOOKS)
        self._turn = 0

    def detect(self, image: BgrImage, captured_s: float) -> tuple[Detection, ...]:
        """Wanted objects of about the last second, best first; raises `DetectorError`."""
        height, width = image.shape[:2]
        views = video_views(width, height)
        look = self._detector.look(image, views[self._turn % len(views)])
        self._turn += 1
        self._looks.append((captured_s, (width, height), look))
        recent = [
            entry
            for age, entry in enumerate(reversed(self._looks))
            if 0 <= captured_s - entry[0] < (PAIR_S if age <= 1 else MEMORY_S) and entry[1] == (width, height)
        ][::-1]
        self._looks = deque(recent, maxlen=MAX_LOOKS)
        return self._detector.agree([entry[2] for entry in recent])
