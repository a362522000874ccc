"""Keeps vision within its share of the processor: slower paces under load and heat, and back again when there is room.

Every detector looks less often before any would have to be given up; none ever is. Objects give way first: a phone lies
there for seconds, a glance is over in one. What is given up is said in health, pace and reason.

Load is what the detectors themselves take: the time of one inference, as measured on this board at its present clock,
times the looks a second. Heat comes from the board. Each step down is taken at the next review; a step up needs room to
spare, a cool board and half a minute of quiet, or a board at its limit would swing to and fro.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Heat:
    """What the board tells; None where it does not."""

    temperature_c: float | None = None
    throttled: bool | None = None


PACES_HZ: Final[tuple[Mapping[str, float], ...]] = (
    {"faces": 10.0, "objects": 3.0, "identity": 1.0},
    {"faces": 10.0, "objects": 2.0, "identity": 1.0},
    {"faces": 8.0, "objects": 2.0, "identity": 1.0},
    {"faces": 6.0, "objects": 1.5, "identity": 1.0},
    {"faces": 5.0, "objects": 1.5, "identity": 0.5},
    {"faces": 3.0, "objects": 1.0, "identity": 0.5},
)
"""From the paces of the design down. At the last one the shortest hold of `strict`, half a second, takes two looks."""
BUDGET: Final = 0.75
"""Share of the time of the one thread that runs the detectors. Above it frames wait for their turn and are dropped."""
ROOM: Final = 0.85
"""Of the budget: what the next faster pace may take at most before it is tried again."""
HOT_C: Final = 78.0
"""A Raspberry Pi slows its own clock from 80 degrees on, which hits every thread."""
COOL_C: Final = 72.0
REVIEW_S: Final = 5.0
RESTORE_S: Final = 30.0


class Governor:
    """One thread asks. Times are captured time, so tests and boards see the same."""

    def __init__(self, heat: Callable[[], Heat] = Heat, *, budget: float = BUDGET) -> None:
        self._heat = heat
        self._budget = budget
        self._step = 0
        self._changed_s = self._reviewed_s = float("-inf")
        self.reason = ""
        """Why the paces are slower than they should be; empty when they are not."""

    @property
    def paces_hz(self) -> Mapping[str, float]:
        return PACES_HZ[self._step]

    def due(self, now_s: float) -> bool:
        return now_s - self._reviewed_s >= REVIEW_S

    def review(self, now_s: float, inference_s: Mapping[str, float], other_load: float = 0.0) -> bool:
        """Choose the paces anew; True when they or the reason changed.

        `inference_s` is the seconds one look of each detector takes, those that do not run left out; `other_load` the
        share of time that goes to what keeps pace with the camera.
        """
        self._reviewed_s = now_s
        before, heat = (self._step, self.reason), self._heat()
        loads = [other_load + sum(hz * inference_s.get(name, 0.0) for name, hz in pace.items()) for pace in PACES_HZ]
        hot = bool(heat.throttled) or (heat.temperature_c is not None and heat.temperature_c >= HOT_C)
        cool = not heat.throttled and (heat.temperature_c is None or heat.temperature_c <= COOL_C)
        slowest = len(PACES_HZ) - 1
        if hot or loads[self._step] > self._budget:
            bearable = next((step for step, load in enumerate(loads) if load <= self._budget), slowest)
            self._step = max(self._step, bearable, min(self._step + 1, slowest) if hot else 0)
            self.reason = self._why(heat, hot, loads[before[0]])
            self._changed_s = now_s
        elif (
            self._step
            and cool
            and loads[self._step - 1] <= ROOM * self._budget
            and now_s - self._changed_s >= RESTORE_S
        ):
            self._step, self._changed_s = self._step - 1, now_s
            self.reason = self.reason if self._step else ""
        return before != (self._step, self.reason)

    def _why(self, heat: Heat, hot: bool, load: float) -> str:
        causes = []
        if hot and heat.temperature_c is not None:
            causes.append(f"the processor is at {heat.temperature_c:.0f} °C")
        if heat.throttled:
            causes.append("the board slows down for heat or low voltage")
        if load > self._budget:
            causes.append(f"detectors would take {load:.0%} of the time, {self._budget:.0%} is allowed")
        lowest = ", and slower it does not go" if self._step == len(PACES_HZ) - 1 else ""
        return f"looks less often: {' and '.join(causes)}{lowest}"
