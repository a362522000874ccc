"""Watches a video for objects: one view a turn, and what the looks of the last second agree on.

A booth has no time for all views of every frame, but an object that matters is there for seconds. So each turn costs
one inference, the views take turns, and what is small, near or tilted is seen by the one it suits. A hand or a shadow
that resembles a phone in one frame and one view does not survive the mean. A look at the whole picture also tells where
people are, which helps to find their faces.
"""

from collections import deque
from typing import Final

from agent.frame import BgrImage
from agent.vision.fusion import Look
from agent.vision.objects import ObjectDetector
from agent.vision.observation import Detection
from agent.vision.views import video_views, whole

MEMORY_S: Final = 0.9
"""How long a look counts: three turns at 3 Hz, and less than the second after which a rule lets an object go."""
PAIR_S: Final = 1.5
"""How long the one before the newest counts in any case. At one turn a second, the slowest pace there is, two looks
still agree, and one of them has the whole picture; one alone would let a hand stand for a phone."""
BODIES_S: Final = 1.5
"""How long bodies count: two looks at the whole picture, which comes every other turn."""
MAX_LOOKS: Final = 8
"""Looks remembered at most, the oldest dropped first: what a second has if somebody turns the pace up."""


class ObjectWatch:
    """Remembers the looks at one camera. Call from one thread, with frames in order."""

    def __init__(self, detector: ObjectDetector) -> None:
        self._detector = detector
        self._looks: deque[tuple[float, tuple[int, int], Look]] = deque(maxlen=MAX_LOOKS)
        self._turn = 0
        self._bodies: tuple[float, tuple[Detection, ...]] | None = None

    def detect(self, image: BgrImage, captured_s: float, *, all_of_it: bool = False) -> tuple[Detection, ...]:
        """Wanted objects of about the last second, best first; raises `DetectorError`.

        With `all_of_it` the whole picture is looked at out of turn.
        """
        height, width = image.shape[:2]
        views, everything = video_views(width, height), whole(width, height)
        view = everything if all_of_it else views[self._turn % len(views)]
        look = self._detector.look(image, view)
        if not all_of_it:
            self._turn += 1
        if view.region_xyxy == everything.region_xyxy and view.labels is None:
            self._bodies = captured_s, look.bodies
        self._looks.append((captured_s, (width, height), look))
        recent = [
            entry
            for age, entry in enumerate(reversed(self._looks))
            if 0 <= captured_s - entry[0] < (PAIR_S if age <= 1 else MEMORY_S) and entry[1] == (width, height)
        ][::-1]
        self._looks = deque(recent, maxlen=MAX_LOOKS)
        return self._detector.agree([entry[2] for entry in recent])

    def bodies(self, captured_s: float) -> tuple[float, tuple[Detection, ...]] | None:
        """When the whole picture was looked at last and who was there, best first; None if that is too long ago."""
        if self._bodies is None or not 0 <= captured_s - self._bodies[0] <= BODIES_S:
            return None
        return self._bodies
