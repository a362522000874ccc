"""Whether something grows: a line through all samples that a few odd ones do not bend, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.soak.resources import Held

HOUR_S: Final = 3600.0
GOAL_PERCENT: Final = 2.0
"""Of resident memory in an hour, after warm-up."""
GOAL_DESCRIPTORS: Final = 1.0
"""In an hour: one that is lost in an hour is a leak, and half a one a line's noise."""


@dataclass(frozen=True, slots=True)
class Line:
    """value = start + slope · (time − start of the samples)."""

    start: float
    slope_per_s: float

    @property
    def hourly(self) -> float:
        return HOUR_S * self.slope_per_s


def line(times_s: Sequence[float], values: Sequence[float]) -> Line:
    """Theil and Sen's: the median of the slopes between all pairs; up to 29 % of the samples may be anything."""
    if len(times_s) < 2:
        return Line(float(values[0]) if values else 0.0, 0.0)
    times, found = np.asarray(times_s, float), np.asarray(values, float)
    first, second = np.triu_indices(len(times), 1)
    slope = float(np.median((found[second] - found[first]) / (times[second] - times[first])))
    return Line(float(np.median(found - slope * (times - times[0]))), slope)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one program after warm-up. Bytes, and what a line through the samples says for an hour."""

    name: str
    samples: int
    began: float
    """Where the line of resident memory begins."""
    growth_percent: float
    pss: float
    """Median."""
    descriptors: float
    """Median."""
    descriptors_more: float
    threads: float
    """Median."""
    threads_more: float
    cpu_share: float
    """Of one core, over all samples."""

    @property
    def holds(self) -> bool:
        return (
            self.growth_percent < GOAL_PERCENT
            and self.descriptors_more < GOAL_DESCRIPTORS
            and self.threads_more < GOAL_DESCRIPTORS
        )


def judge(name: str, samples: Sequence[Held], warm_up_s: float) -> Verdict:
    """Of a program whose first sample is of its first second."""
    warm = [sample for sample in samples if sample.at_s >= warm_up_s] or list(samples[-1:])
    times = [sample.at_s for sample in warm]
    resident = line(times, [sample.resident for sample in warm])
    passed_s = warm[-1].at_s - warm[0].at_s
    return Verdict(
        name,
        samples=len(warm),
        began=resident.start,
        growth_percent=100 * resident.hourly / resident.start if resident.start else 0.0,
        pss=float(np.median([sample.pss for sample in warm])),
        descriptors=float(np.median([sample.descriptors for sample in warm])),
        descriptors_more=line(times, [sample.descriptors for sample in warm]).hourly,
        threads=float(np.median([sample.threads for sample in warm])),
        threads_more=line(times, [sample.threads for sample in warm]).hourly,
        cpu_share=(warm[-1].cpu_s - warm[0].cpu_s) / passed_s if passed_s else 0.0,
    )
