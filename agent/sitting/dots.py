"""Five dots to look at, one after the other: how long each is shown, and when enough was seen of it. Knows time only.

The dot stays until the head has rested on it for a moment, so nobody has to be quick, and moves on by itself, so nobody
has to press anything while looking. What is made of the looks is the business of `agent.rules.calibration`.
"""

from collections import deque
from statistics import median
from typing import Final, Literal, get_args

from agent.rules.calibration import MIN_LOOKS, Dot, calibrate
from agent.vision.observation import Face
from contract.calibration import Calibration
from contract.wire import InvalidError

Problem = Literal["unseen", "several", "unsteady", "askew"]

DOTS: Final[tuple[Dot, ...]] = get_args(Dot)
SETTLE_S: Final = 0.8
"""Eyes take a fifth of a second to arrive, a head half a second; what is seen before that belongs to the last dot."""
REST_S: Final = 0.7
"""The looks that count span at least this long …"""
STEADY_DEG: Final = 3.0
STEADY_SHARE: Final = 0.8
"""… and so many of them lie this close to their median: a head at rest has one or two degrees, the estimate's noise
included; `agent.rules.calibration` refuses five."""
KEPT_S: Final = 1.2
"""Older looks are left out, as far as there are enough newer ones."""
DOT_TIMES_OUT_S: Final = 12.0
"""Long enough to move the chair, short enough to say what is wrong before somebody gives up."""


class Dots:
    """One run. Not for several threads; times are of one clock that never goes back."""

    def __init__(self, now_s: float) -> None:
        self._shown_s = now_s
        self._at = 0
        self._looks: dict[Dot, tuple[Face, ...]] = {}
        self._window: deque[tuple[float, Face]] = deque()
        self._crowded = 0
        self.problem: Problem | None = None
        self.calibration: Calibration | None = None

    @property
    def dot(self) -> Dot | None:
        """What is to be looked at now; None when the run is over, well or not."""
        return None if self.problem or self.calibration or self._at >= len(DOTS) else DOTS[self._at]

    @property
    def share(self) -> float:
        """How much of this dot is done, 0 to 1."""
        return min(1.0, len(self._window) / MIN_LOOKS)

    def see(self, faces: tuple[Face, ...], now_s: float) -> None:
        """The living faces of one picture in which somebody looked for faces."""
        dot = self.dot
        if dot is None:
            return
        if now_s - self._shown_s >= SETTLE_S:
            if len(faces) == 1 and faces[0].pose is not None:
                self._window.append((now_s, faces[0]))
                while len(self._window) > MIN_LOOKS and now_s - self._window[0][0] > KEPT_S:
                    self._window.popleft()
            self._crowded += len(faces) > 1
            if self._rests():
                self._looks[dot] = tuple(face for _, face in self._window)
                self._next(now_s)
                return
        self.pass_time(now_s)

    def interrupt(self, now_s: float) -> None:
        """Somebody speaks or writes to the candidate: this dot begins anew when they are done."""
        self._shown_s, self._crowded = now_s, 0
        self._window.clear()

    def pass_time(self, now_s: float) -> None:
        """What lasts too long ends with what was in the way."""
        if self.dot is None or now_s - self._shown_s < DOT_TIMES_OUT_S:
            return
        if len(self._window) < MIN_LOOKS:
            self.problem = "several" if self._crowded > len(self._window) else "unseen"
        else:
            self.problem = "unsteady"

    def _rests(self) -> bool:
        """The head has rested for long enough; older looks, from when it did not, are left out."""
        poses = [(at_s, face.pose) for at_s, face in self._window if face.pose is not None]
        if len(poses) < MIN_LOOKS or poses[-1][0] - poses[0][0] < REST_S:
            return False
        yaw_deg, pitch_deg = median(pose.yaw_deg for _, pose in poses), median(pose.pitch_deg for _, pose in poses)
        unrest = sorted(max(abs(pose.yaw_deg - yaw_deg), abs(pose.pitch_deg - pitch_deg)) for _, pose in poses)
        return unrest[round(STEADY_SHARE * (len(unrest) - 1))] <= STEADY_DEG

    def _next(self, now_s: float) -> None:
        self._window.clear()
        self._at, self._shown_s, self._crowded = self._at + 1, now_s, 0
        if self._at == len(DOTS):
            try:
                self.calibration = calibrate(self._looks)
            except InvalidError:
                self.problem = "askew"
