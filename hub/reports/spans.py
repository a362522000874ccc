"""Stretches of time as pairs of a start and an end: cut, joined, subtracted and summed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    first: datetime
    last: datetime


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order of time, without overlap: what lies in several counts once. Empty and inverted ones fall away."""
    found: list[Span] = []
    for span in sorted(each for each in spans if each.last > each.first):
        if found and span.first <= found[-1].last:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return found


def within(spans: Iterable[Span], bounds: Sequence[Span]) -> list[Span]:
    """The parts of `spans` that lie in `bounds`, joined."""
    return joined(_overlaps(joined(spans), joined(bounds)))


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """`spans` less `holes`, joined."""
    left: list[Span] = []
    cuts = joined(holes)
    for span in joined(spans):
        at = span.first
        for hole in cuts:
            if hole.last <= at or hole.first >= span.last:
                continue
            left.append(Span(at, hole.first))
            at = hole.last
        left.append(Span(at, span.last))
    return joined(left)


def seconds(spans: Iterable[Span]) -> float:
    """Of spans that do not overlap."""
    return sum((last - first).total_seconds() for first, last in spans)


def _overlaps(spans: Sequence[Span], bounds: Sequence[Span]) -> Iterator[Span]:
    """Both in order and without overlap: each pair is looked at once."""
    at = 0
    for span in spans:
        while at < len(bounds) and bounds[at].last <= span.first:
            at += 1
        for bound in bounds[at:]:
            if bound.first >= span.last:
                break
            yield Span(max(span.first, bound.first), min(span.last, bound.last))
