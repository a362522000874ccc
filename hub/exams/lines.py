"""Traces put together as lines of so many points. Pure: no database.

Each point keeps the lowest and the highest value of its time, so that a glance of a second is seen in three hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from contract.trace import Trace
from hub.views.traces import Line, Traces

NAMES: Final = ("faces", "hidden", "yaw_deg", "pitch_deg", "eyes_deg", "speech")
LEAST_STEP_MS: Final = 500
"""What booths send is no finer."""
MOST_LABELS: Final = 24
_MS: Final = timedelta(milliseconds=1)


@dataclass(slots=True)
class _Line:
    low: list[int | None]
    high: list[int | None]
    known: bool = False

    @classmethod
    def of(cls, points: int) -> "_Line":
        return cls([None] * points, [None] * points)

    def take(self, places: Sequence[int], values: Sequence[int | None]) -> None:
        low, high = self.low, self.high
        for place, value in zip(places, values, strict=False):
            if value is None or not 0 <= place < len(low):
                continue
            self.known = True
            lowest, highest = low[place], high[place]
            if lowest is None or value < lowest:
                low[place] = value
            if highest is None or value > highest:
                high[place] = value

    def view(self) -> Line:
        return Line(low=tuple(self.low), high=tuple(self.high)) if self.known else Line()


@dataclass(slots=True)
class _Lines:
    points: int
    named: dict[str, _Line] = field(default_factory=dict)
    objects: dict[str, _Line] = field(default_factory=dict)

    def take(self, trace: Trace, places: Sequence[int]) -> None:
        for name in NAMES:
            self.named.setdefault(name, _Line.of(self.points)).take(places, getattr(trace, name))
        for label, values in trace.objects.items():
            if label in self.objects or len(self.objects) < MOST_LABELS:
                self.objects.setdefault(label, _Line.of(self.points)).take(places, values)


def lines(
    booth_id: str | None, traces: Sequence[Trace], first: datetime, last: datetime, points: int, *, truncated: bool
) -> Traces:
    """At most `points` points from `first` to `last`; `traces` are those that reach into it, oldest first."""
    step_ms = max(LEAST_STEP_MS, ceil((last - first) / _MS / points)) if last > first else LEAST_STEP_MS
    count = min(points, max(1, ceil((last - first) / _MS / step_ms))) if traces else 0
    found = _Lines(count)
    for trace in traces:
        # The middle of each sample: at its beginning it would fall into the point before by rounding.
        began_ms = (trace.started_at - first) / _MS + trace.step_ms / 2
        found.take(trace, [int((began_ms + i * trace.step_ms) // step_ms) for i in range(len(trace.faces))])
    named: dict[str, Any] = {name: found.named[name].view() if name in found.named else Line() for name in NAMES}
    return Traces(
        booth_id=booth_id,
        started_at=first,
        step_ms=step_ms,
        points=count,
        known_until=max((trace.ended_at for trace in traces), default=None),
        objects={label: line.view() for label, line in sorted(found.objects.items()) if line.known},
        cone_deg=next((trace.cone_deg for trace in reversed(traces) if trace.cone_deg), None),
        truncated=truncated,
        **named,
    )
