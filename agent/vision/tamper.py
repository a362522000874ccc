"""Tells a covered, dark, blurred or frozen camera from a dim room and a quiet one. Arithmetic, no network.

Covered: nothing in the picture has an edge. Sensor noise on a covered lens is strong but fine, so the picture is made
small and blurred before its steepest places are measured; a real scene keeps edges even when it is almost dark.

Frozen: the same picture again and again. A camera's noise changes every frame; even a compressed video of an empty room
drifts. The picture is compared with an anchor, not with its neighbour, so slow drift adds up and counts as life, and a
re-coded keyframe in a frozen stretch moves the anchor once and does not end it.

What a picture is like is measured a few times a second, and at once where it has changed. Whether it is still the same
is asked of every frame, of some of its rows.

Dark and blurred are milder: the picture still has edges, but a face in it can hardly be told. A room without any light
looks as a covered lens does, and counts as one. Whether the camera was moved: see `viewpoint`.
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import Frame
from agent.vision.observation import MIN_BRIGHT, CameraState
from agent.vision.schedule import EARLY_S
from agent.vision.viewpoint import View, Viewpoint

WORK_WIDTH: Final = 160
BLUR_SIGMA: Final = 2.0
MIN_EDGES: Final = 1.5
"""Grey levels per pixel. Measured: 0.6 on dark noisy covers, 4.6 and more in rooms at a quarter of normal light."""
MIN_EDGES_OF_LIGHT: Final = 0.02
"""The same as a share of the mean grey level, for a lens covered by something bright: lit scenes have 0.12 and more."""
SMOOTH_SIGMA: Final = 0.7
"""Takes what noise is left at 160 px before the focus is measured."""
MEASURE_S: Final = 0.5
"""What the whole picture is like is measured this often …"""
MEASURE_CHANGE: Final = 0.1
"""… and whenever it differs from the one last measured by more than this share of its mean grey level, so that a hand
over the lens is seen in the frame in which it comes."""
ROWS: Final = 96
"""Rows of a picture, about, that are compared with those of another: one in five of 480. Always one of an odd number,
so that all rows of a compressed video's blocks of eight have their turn: at their edges more changes than within."""
SLOWLY_S: Final = 0.5
"""Light, focus and viewpoint are not measured more often than this, whatever changes."""
STILL: Final = 0.04
"""Mean grey difference to the anchor below which the picture counts as the same. Measured: 0.003 half a second into a
frozen stretch, 0.2 after a second in a strongly compressed video of an empty room, 0.2 to 5 with a person."""
FREEZE_S: Final = 1.0
"""The picture must stay the same this long before it is called frozen; slow drift passes `STILL` in half of it."""
THAW_S: Final = 0.5
"""Two changes within this time end a freeze; a single one may be a keyframe."""

Grey = NDArray[np.uint8]


class TamperDetector:
    """Looks at consecutive frames of one camera, in order, from one thread."""

    def __init__(self) -> None:
        self._previous: Grey | None = None
        self._anchor: Grey | None = None
        self._measured: Grey | None = None
        self._anchored_s = 0.0
        self._still_since_s = 0.0
        self._frozen = False
        self._viewpoint = Viewpoint()
        self._measured_s = self._slowly_s = float("-inf")
        self._luma_mean = 0.0
        self._state: dict[str, Any] = {}
        """What was measured last, by its name in `CameraState`."""

    def look(self, frame: Frame) -> CameraState:
        now_s = frame.captured_s
        rows = frame.image[:: frame.image.shape[0] // ROWS | 1]
        grey = np.asarray(cv2.cvtColor(rows, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        before, self._previous = self._previous, grey
        change = _difference(grey, before)
        self._follow(grey, change if self._anchor is before else _difference(grey, self._anchor), now_s)
        due = now_s - self._measured_s >= MEASURE_S - EARLY_S
        if due or _difference(grey, self._measured) > MEASURE_CHANGE * self._luma_mean:
            self._measure(frame)
            self._measured, self._measured_s = grey, now_s
        still_s = now_s - self._still_since_s
        return CameraState(change=change, still_s=still_s, frozen=self._frozen, **self._state)

    def _measure(self, frame: Frame) -> None:
        """All that needs the whole picture, and what takes longer only once in a while."""
        small = _shrink(np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY), dtype=np.uint8))
        (self._luma_mean,), (luma_std,) = (values.ravel().tolist() for values in cv2.meanStdDev(small))
        edges, min_edges = steepest(small), max(MIN_EDGES, MIN_EDGES_OF_LIGHT * self._luma_mean)
        self._state |= {
            "luma_mean": self._luma_mean,
            "luma_std": luma_std,
            "sharpness": cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_16S))[1].item() ** 2,
            "edges": edges,
            "min_edges": min_edges,
            "blocked": edges < min_edges,
        }
        if edges >= min_edges and frame.captured_s - self._slowly_s >= SLOWLY_S - EARLY_S:
            self._look_slowly(small, edges, frame.captured_s)

    def _look_slowly(self, small: Grey, edges: float, now_s: float) -> None:
        """What takes longer to measure and changes less suddenly; a covered lens leaves it as it was."""
        self._slowly_s = now_s
        bright, focus = _share(small, 0.95), _steepest(small, SMOOTH_SIGMA) / max(edges, 1e-3)
        view = View() if bright < MIN_BRIGHT else self._viewpoint.look(small, now_s)
        self._state |= {"bright": bright, "focus": focus, "shift": view.shift, "moved": view.moved}

    def _follow(self, grey: Grey, change: float, now_s: float) -> None:
        """`change` is the difference to the anchor."""
        if change > STILL:
            changed_again = now_s - self._anchored_s < THAW_S
            self._anchor, self._anchored_s = grey, now_s
            if not self._frozen or changed_again:
                self._frozen, self._still_since_s = False, now_s
        elif now_s - self._anchored_s >= FREEZE_S:
            self._frozen = True


def steepest(small_grey: Grey) -> float:
    """99th percentile of the gradient, grey levels per pixel, of a blurred picture."""
    return _steepest(small_grey, BLUR_SIGMA)


def _steepest(small_grey: Grey, sigma: float) -> float:
    smooth = cv2.GaussianBlur(small_grey.astype(np.float32), (0, 0), sigma)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return _share(cv2.magnitude(across, down), 0.99) / 8  # a 3 × 3 Sobel sums eight times the slope


def _share(values: NDArray[Any], share: float) -> float:
    """What this share of the values lies below."""
    rank = round(share * (values.size - 1))
    return float(np.partition(values.ravel(), rank)[rank])


def _shrink(grey: Grey) -> Grey:
    height = min(4 * WORK_WIDTH, max(8, round(grey.shape[0] * WORK_WIDTH / grey.shape[1])))
    return np.asarray(cv2.resize(grey, (WORK_WIDTH, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _difference(grey: Grey, other: Grey | None) -> float:
    if other is None or other.shape != grey.shape:
        return float("inf")
    return cv2.norm(grey, other, cv2.NORM_L1) / grey.size
