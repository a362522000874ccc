"""The integrity summary: how much of the monitored time lies in violations that a person confirmed, and nothing else.

Arithmetic only, no I/O. It weighs nothing but time, so that whoever reads it can do every sum again with the numbers
that stand beside it (decision 34). It is no verdict: what was found is a matter for people, and so is what it means.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.violation import ViolationKind
from hub.reports.spans import Span, joined, seconds, within, without
from hub.views import UNDECIDED
from hub.views.reports import Figure, IntegritySummary, KindFigures

TENTH: Final = 1
"""Decimals of every number of seconds: each sum is made of the numbers that are shown, so that it can be made again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What of a violation counts. `review` is what the decisions come to."""

    kind: ViolationKind
    review: str
    started_at: datetime
    ended_at: datetime | None


def summarize(
    judged: Iterable[Judged], expected: Sequence[Span], gaps: Iterable[Span], until: datetime
) -> IntegritySummary:
    """`expected` is when somebody should have looked: from admission to the end, without breaks and pauses. A violation
    that lasts still is taken to last until `until`."""
    found = list(judged)
    due = joined(expected)
    blind = within(gaps, due)
    watched = without(due, blind)
    expected_s, gaps_s = _rounded(seconds(due)), _rounded(seconds(blind))
    monitored_s = _rounded(max(0.0, expected_s - gaps_s))
    confirmed = [each for each in found if each.review == "confirmed"]
    confirmed_s = min(_seconds(confirmed, watched, until), monitored_s)
    kinds = tuple(
        _kind(kind, [each for each in found if each.kind == kind], watched, monitored_s, until)
        for kind in sorted({each.kind for each in found})
    )
    return IntegritySummary(
        expected=Figure(formula="sum(expected)", inputs={"stretches": len(due)}, value=expected_s, unit="s"),
        gaps=Figure(formula="sum(gaps within expected)", inputs={"stretches": len(blind)}, value=gaps_s, unit="s"),
        monitored=Figure(
            formula="expected_s - gaps_s",
            inputs={"expected_s": expected_s, "gaps_s": gaps_s},
            value=monitored_s,
            unit="s",
        ),
        coverage=Figure(
            formula="100 * monitored_s / expected_s, rounded down",
            inputs={"monitored_s": monitored_s, "expected_s": expected_s},
            value=_floor(100 * monitored_s / expected_s) if expected_s else None,
            unit="%",
        ),
        kinds=kinds,
        confirmed=Figure(
            formula="sum(confirmed violations within monitored time, overlaps once)",
            inputs={"violations": len(confirmed)},
            value=confirmed_s,
            unit="s",
        ),
        clear=Figure(
            formula="100 * (monitored_s - confirmed_s) / monitored_s, rounded down",
            inputs={"monitored_s": monitored_s, "confirmed_s": confirmed_s},
            value=_floor(100 * (monitored_s - confirmed_s) / monitored_s) if monitored_s else None,
            unit="%",
        ),
        unreviewed=sum(each.review == "unreviewed" for each in found),
        contested=sum(each.review == "contested" for each in found),
        dismissed=sum(each.review == "dismissed" for each in found),
    )


def _kind(
    kind: ViolationKind, found: Sequence[Judged], watched: list[Span], monitored_s: float, until: datetime
) -> KindFigures:
    confirmed = [each for each in found if each.review == "confirmed"]
    pending = [each for each in found if each.review in UNDECIDED]
    confirmed_s = min(_seconds(confirmed, watched, until), monitored_s)
    return KindFigures(
        kind=kind,
        confirmed=len(confirmed),
        confirmed_s=confirmed_s,
        share=Figure(
            formula="100 * confirmed_s / monitored_s",
            inputs={"confirmed_s": confirmed_s, "monitored_s": monitored_s},
            value=round(100 * confirmed_s / monitored_s, 2) if monitored_s else None,
            unit="%",
        ),
        undecided=len(pending),
        undecided_s=min(_seconds(pending, watched, until), monitored_s),
        dismissed=sum(each.review == "dismissed" for each in found),
    )


def _seconds(found: Iterable[Judged], watched: list[Span], until: datetime) -> float:
    spans = (Span(each.started_at, until if each.ended_at is None else each.ended_at) for each in found)
    return _rounded(seconds(within(spans, watched)))


def _rounded(value: float) -> float:
    return round(value, TENTH)


def _floor(percent: float) -> float:
    """To a hundredth: 100 % is only what is whole. The tiny term takes back what binary fractions lose."""
    return math.floor(percent * 100 + 1e-9) / 100
