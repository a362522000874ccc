"""Tells a camera that was turned or pushed from people who move before one that stands. Arithmetic on edges.

What stands still in the picture is learned slowly: at each place the strength of its edges, and how much that varies.
A moved camera shows the same things a little aside, so the picture is laid over what was learned at every small shift;
only where it fits well at one shift and badly in place was the camera moved. A person who walks or stands up hides part
of the background and fits at no shift.

What it cannot tell: a camera that was swung to something entirely different looks like a cut in a video, and so does a
candidate who fills the picture. Neither fits anywhere; nothing is claimed, and the new view is learned. A camera that
sags more slowly than `MEMORY_S` is never moved.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.vision.observation import MIN_SHIFT

WIDTH: Final = 80
"""Pixels: fine enough for a shift that matters, and every shift is tried in less than a millisecond."""
LEARN_S: Final = 10.0
"""Of looking at one view before anything is claimed of it: cuts come sooner in edited video, people settle later."""
MEMORY_S: Final = 30.0
"""Time constant with which the background follows."""
ACCEPT_S: Final = 30.0
"""A view that has stayed this long is the new background: the camera has been moved, and stands again."""
FORGET_S: Final = 5.0
"""The same for a view that fits nowhere."""
REACH: Final = 0.25
"""Share of the width within which a shift is looked for."""
FITS: Final = 0.7
"""Correlation of edges from which on two views are the same, seen from aside. Measured: 0.8 and more with a person who
moves a little, 0.65 for another person in the same studio, 0.3 and less for other rooms, each at its best shift."""
FITS_WORSE: Final = 0.25
"""So much worse the picture must fit in place."""
UNLIKE: Final = 0.35
"""A picture that fits less in place does not show what was learned; nothing is learned from it."""
STEADY: Final = 0.5
"""Mean deviation of a place's edge strength, in mean edge strengths of the picture, up to which it stands still."""
MIN_STEADY: Final = 0.2
"""Share of the picture that must stand still for anything to be claimed."""

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """`shift` is a share of the picture's width; 0 where nobody can say."""

    moved: bool = False
    shift: float = 0.0


@dataclass(slots=True)
class _Place:
    """What was learned of one view since `began_s`."""

    began_s: float
    background: Grey
    deviation: Grey

    def learn(self, edges: Grey, now_s: float, since_s: float) -> None:
        """A running mean, quick at first and then slow, so that a candidate who sits down is not the wall."""
        share = min(0.5, since_s / max(min(now_s - self.began_s + since_s, MEMORY_S), 1e-3))
        change = edges - self.background
        self.deviation += share * (np.abs(change) - self.deviation)
        self.background += share * change


class Viewpoint:
    """Looks at small grey pictures of one camera, in order, from one thread."""

    def __init__(self) -> None:
        self._place: _Place | None = None
        self._view = View()
        self._looked_s = 0.0
        self._strange_since_s: float | None = None

    def look(self, small_grey: NDArray[np.uint8], now_s: float) -> View:
        """To be called every half second or so: a look costs about a millisecond."""
        edges = edges_of(small_grey)
        if self._place is None or self._place.background.shape != edges.shape:
            self._begin(edges, now_s)
        else:
            self._compare(edges, self._place, now_s)
        return self._view

    def _begin(self, edges: Grey, now_s: float) -> None:
        self._place = _Place(now_s, edges, np.full_like(edges, STEADY))
        self._strange_since_s, self._view, self._looked_s = None, View(), now_s

    def _compare(self, edges: Grey, place: _Place, now_s: float) -> None:
        steady = place.deviation <= STEADY
        in_place = fit(edges, place.background, steady)
        if np.count_nonzero(steady) < MIN_STEADY * steady.size:
            in_place = 1.0  # nothing to tell it by
        best = in_place, 0.0
        if in_place < 1 - FITS_WORSE and now_s - place.began_s >= LEARN_S:  # else no shift could be told of
            best = best_shift(edges, place.background, steady)
        aside = best[0] >= FITS and best[0] - in_place >= FITS_WORSE and best[1] >= MIN_SHIFT
        if in_place >= UNLIKE and not aside:
            self._strange_since_s, self._view = None, View()
            place.learn(edges, now_s, now_s - self._looked_s)
            self._looked_s = now_s
            return
        self._strange_since_s = now_s if self._strange_since_s is None else self._strange_since_s
        moved = aside and self._strange_since_s - place.began_s >= LEARN_S
        self._view = View(moved, best[1] if moved else 0.0)
        if now_s - self._strange_since_s >= (ACCEPT_S if moved else FORGET_S):
            self._begin(edges, now_s)


def edges_of(small_grey: NDArray[np.uint8]) -> Grey:
    """Edge strength less its mean, in means of the picture: the same in half the light."""
    height = max(8, round(small_grey.shape[0] * WIDTH / small_grey.shape[1]))
    small = cv2.resize(small_grey, (WIDTH, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    picture = cv2.GaussianBlur(small, (0, 0), 1.0)
    strength = cv2.magnitude(cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1))
    return np.asarray(np.minimum(strength / max(float(strength.mean()), 1e-3), 4.0) - 1.0, dtype=np.float32)


def fit(edges: Grey, background: Grey, steady: NDArray[np.bool_]) -> float:
    """How well the picture fits the steady background in place: normalised correlation, -1..1."""
    here, learned = edges[steady], background[steady]
    size = math.sqrt(float(here @ here) * float(learned @ learned))
    return float(here @ learned) / size if size > 0 else 0.0


def best_shift(edges: Grey, background: Grey, steady: NDArray[np.bool_]) -> tuple[float, float]:
    """The same where it fits best, of what overlaps, and how far aside that is as a share of the width."""
    reach = round(REACH * edges.shape[1])
    padded = cv2.copyMakeBorder(edges, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0.0)
    fits = cv2.matchTemplate(padded, background, cv2.TM_CCORR_NORMED, mask=steady.astype(np.float32))
    _, best, _, (column, row) = cv2.minMaxLoc(np.nan_to_num(fits, posinf=0, neginf=0))
    return best, math.hypot(row - reach, column - reach) / edges.shape[1]
