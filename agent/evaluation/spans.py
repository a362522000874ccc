"""Arithmetic on stretches of time: a span is (start, end) in seconds, half open; lists are sorted and disjoint.

Pure functions; nothing here knows what a span stands for.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Span = tuple[float, float]


def union(spans: Iterable[Span], touch_s: float = 0.0) -> list[Span]:
    """The spans joined where they overlap or lie no further apart than `touch_s`."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + touch_s:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def widen(spans: Iterable[Span], by_s: float) -> list[Span]:
    return union((start - by_s, end + by_s) for start, end in spans)


def overlap_s(a: Span, b: Span) -> float:
    """How long both last; negative is the distance between them."""
    return min(a[1], b[1]) - max(a[0], b[0])


def touches(span: Span, spans: Iterable[Span]) -> bool:
    return any(overlap_s(span, other) > 0 for other in spans)


def outside(span: Span, spans: Iterable[Span]) -> list[Span]:
    """The parts of `span` that no span of the sorted, disjoint `spans` covers."""
    parts: list[Span] = []
    at_s, end_s = span
    for start, end in spans:
        if end <= at_s:
            continue
        if start >= end_s:
            break
        if start > at_s:
            parts.append((at_s, start))
        at_s = end
    if at_s < end_s:
        parts.append((at_s, end_s))
    return parts


def mask(spans: Iterable[Span], moments_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each moment, whether a span covers it."""
    covered = np.zeros(moments_s.shape, dtype=np.bool_)
    for start, end in spans:
        covered |= (moments_s >= start) & (moments_s < end)
    return covered
