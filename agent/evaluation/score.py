"""Compares what the rules found with what a person labelled: hits, misses, false alarms, delay, direction.

Definitions, all per class (a kind of violation, objects apart), all times in seconds of video:

* An *event* is a run of touching intervals with the class's label, sure (confidence high or medium), 1 s or longer.
* *Don't-care time* is neither hit nor false alarm: see `truth`.
* A *hit* is an event that a finding overlaps by 0.3 s. A finding *matches* if it overlaps an event or its grace.
* A *false alarm* is a finding that touches neither event nor don't-care time (both widened by the grace), or that stays
  more than 3 s without a break where nothing is to be found. Findings that are neither are dropped.
* Precision is 1 - false alarms / (matching or false); F1 joins it with recall.
* *Time to detect* runs from the event's start to the first opening that hits it.
* *IoU* is that of both time lines on a 0.1 s grid, without don't-care time and the grace around every label edge.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median
from typing import Any, Final

import numpy as np

from agent.evaluation.labels import CLASS_OF_LABEL, CLASSES, DIRECTIONS, FACES, TOUCH_S, Interval, LabelledVideo
from agent.evaluation.spans import Span, mask, outside, overlap_s, touches, union, widen

MIN_EVENT_S: Final = 1.0
MIN_OVERLAP_S: Final = 0.3
OVERRUN_S: Final = 3.0
GRID_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Truth:
    """What the labels say about one class in one video."""

    events: list[Span]
    care_not: list[Span]
    directions: list[tuple[Span, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """One violation that the rules opened."""

    span: Span
    opened_s: float
    label: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """One class in one video, or in several: `a + b`."""

    events: int = 0
    hits: int = 0
    scored: int = 0
    false_alarms: int = 0
    dropped: int = 0
    duplicates: int = 0
    delays_s: tuple[float, ...] = ()
    direction_right: int = 0
    direction_total: int = 0
    both: int = 0
    either: int = 0
    hours: float = 0.0
    missed: tuple[tuple[str, Span], ...] = ()
    false: tuple[tuple[str, Span], ...] = ()

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def recall(self) -> float | None:
        return _ratio(self.hits, self.events)

    @property
    def precision(self) -> float | None:
        return 1 - self.false_alarms / self.scored if self.scored else None

    @property
    def f1(self) -> float | None:
        """None where there was nothing to find."""
        if not self.events:
            return None
        recall, precision = self.recall, self.precision
        return 2 * precision * recall / (precision + recall) if precision and recall else 0.0

    @property
    def iou(self) -> float | None:
        return _ratio(self.both, self.either)

    def as_dict(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "hits": self.hits,
            "recall": self.recall,
            "predicted": self.scored,
            "dropped": self.dropped,
            "duplicates": self.duplicates,
            "false_alarms": self.false_alarms,
            "precision": self.precision,
            "f1": self.f1,
            "false_alarms_per_hour": _ratio(self.false_alarms, self.hours),
            "ttd_median_s": median(self.delays_s) if self.delays_s else None,
            "ttd_max_s": max(self.delays_s, default=None),
            "timeline_iou": self.iou,
            "direction_accuracy": _ratio(self.direction_right, self.direction_total),
            "scorable_hours": self.hours,
            "missed": [[video, *span] for video, span in self.missed],
            "false": [[video, round(start, 2), round(end, 2)] for video, (start, end) in self.false],
        }


def truth(video: LabelledVideo) -> dict[str, Truth]:
    """Events and don't-care time of every class.

    Nobody is blamed for what the labeller was not sure of (`ignore`, `transition`, low confidence), for anything else
    behind a covered or frozen lens, for a face that a held phone may hide, for the gaze of several people or of eyes
    alone, or for what an interval's `dont_care` names.
    """
    said: dict[str, list[Span]] = {name: [] for name in CLASSES}
    care_not: dict[str, list[Span]] = {name: [] for name in CLASSES}
    directions: list[tuple[Span, str]] = []
    for interval in video.intervals:
        span = (interval.t0, interval.t1)
        present, unsure = _classes_of(interval)
        for name in present:
            said[name].append(span)
        for name in unsure:
            care_not[name].append(span)
        if "looking_away" in present:
            directions += [(span, way) for way in DIRECTIONS if f"away_{way}" in interval.labels]
    truths = {}
    for name in CLASSES:
        runs = union(said[name], TOUCH_S)
        events = [run for run in runs if run[1] - run[0] >= MIN_EVENT_S - 1e-6]
        short = [run for run in runs if run not in events]
        truths[name] = Truth(events, union([*care_not[name], *short]), directions if name == "looking_away" else [])
    return truths


def _classes_of(interval: Interval) -> tuple[set[str], set[str]]:
    """The classes that an interval shows, and those that it says nothing about."""
    labels, everything = set(interval.labels), set(CLASSES)
    sure = interval.confidence != "low"
    camera = {CLASS_OF_LABEL[label] for label in labels & {"covered", "frozen"}} if sure else set()
    if camera:
        present, unsure = camera, everything - camera
    elif not sure or labels & {"ignore", "transition"}:
        present, unsure = set(), everything
    else:
        present, unsure = {CLASS_OF_LABEL[label] for label in labels if label in CLASS_OF_LABEL}, set()
        if interval.face_confidence == "low" or not labels & {"face_ok", "gaze_only", *FACES}:
            unsure |= set(FACES)
        if labels & {"gaze_only", "multiple_faces"}:
            unsure.add("looking_away")
    unsure |= {CLASS_OF_LABEL[label] for label in interval.dont_care if label in CLASS_OF_LABEL} - camera
    return present - unsure, unsure


def score_class(video: LabelledVideo, expected: Truth, found: Sequence[Found]) -> Counts:
    """One class in one video."""
    edges_s = {edge for interval in video.intervals for edge in (interval.t0, interval.t1)}
    edge_zone = union((edge - video.grace_s, edge + video.grace_s) for edge in edges_s)
    counts = _judge_findings(video, expected, found, edge_zone)
    for event in expected.events:
        counts += _judge_event(video, event, expected, found)
    moments_s = np.asarray((np.arange(int(video.duration / GRID_S)) + 0.5) * GRID_S, dtype=np.float64)
    care = ~mask(expected.care_not, moments_s)
    clear = care & ~mask(edge_zone, moments_s)
    truly, said = mask(expected.events, moments_s), mask([item.span for item in found], moments_s)
    return replace(
        counts,
        both=int((clear & truly & said).sum()),
        either=int((clear & (truly | said)).sum()),
        hours=int(care.sum()) * GRID_S / 3600,
    )


def _judge_findings(video: LabelledVideo, expected: Truth, found: Sequence[Found], edge_zone: list[Span]) -> Counts:
    counts = Counts()
    near_events, near_unsure = widen(expected.events, video.grace_s), widen(expected.care_not, video.grace_s)
    excused, at_edges = union(near_events + near_unsure), union(edge_zone + near_unsure)
    for item in found:
        matches = touches(item.span, near_events)
        longest_wrong_s = max((end - start for start, end in outside(item.span, excused)), default=0.0)
        unfounded = not touches(item.span, excused) and bool(outside(item.span, at_edges))
        wrong = unfounded or longest_wrong_s > OVERRUN_S
        counts += Counts(
            scored=int(matches or wrong),
            dropped=int(not (matches or wrong)),
            false_alarms=int(wrong),
            false=((video.id, item.span),) if wrong else (),
        )
    return counts


def _judge_event(video: LabelledVideo, event: Span, expected: Truth, found: Sequence[Found]) -> Counts:
    hitting = sorted(
        (item for item in found if overlap_s(event, item.span) >= MIN_OVERLAP_S), key=lambda item: item.opened_s
    )
    if not hitting:
        return Counts(events=1, missed=((video.id, event),))
    ways = {way for span, way in expected.directions if overlap_s(span, event) > 0}
    return Counts(
        events=1,
        hits=1,
        duplicates=len(hitting) - 1,
        delays_s=(max(0.0, hitting[0].opened_s - event[0]),),
        direction_total=int(bool(ways)),
        direction_right=int(any(item.label in ways for item in hitting)),
    )


def found_in(lines: Iterable[dict[str, Any]], duration_s: float) -> dict[str, list[Found]]:
    """Lines as `replay` writes them, by class; kinds that no label stands for are under their own name."""
    found: dict[str, list[Found]] = {name: [] for name in CLASSES}
    for line in lines:
        objects = line["kind"] == "prohibited_object"
        name = f"object:{line['label']}" if objects else str(line["kind"])
        end_s = duration_s if line["ended_at"] is None else line["ended_at"]
        start_s = min(max(0.0, line["started_at"]), duration_s)
        span = (start_s, max(min(end_s, duration_s), start_s + GRID_S))
        found.setdefault(name, []).append(Found(span, line["opened_at"], line["label"]))
    return found


def score_video(video: LabelledVideo, lines: Iterable[dict[str, Any]]) -> dict[str, Counts]:
    expected, found = truth(video), found_in(lines, video.duration)
    return {name: score_class(video, expected[name], found[name]) for name in CLASSES}


def overall(classes: dict[str, Counts], hours: float) -> dict[str, Any]:
    """One line for everything: means over the classes that occur, sums over all."""
    occurring = [counts for counts in classes.values() if counts.events]
    total = sum(classes.values(), Counts())
    return {
        "macro_f1": fmean(counts.f1 or 0.0 for counts in occurring) if occurring else None,
        "recall": _ratio(total.hits, total.events),
        "events": total.events,
        "hits": total.hits,
        "precision": total.precision,
        "false_alarms": total.false_alarms,
        "false_alarms_per_hour": _ratio(total.false_alarms, hours),
        "hours": hours,
        "mean_timeline_iou": fmean(counts.iou or 0.0 for counts in occurring) if occurring else None,
        "ttd_median_s": median(total.delays_s) if total.delays_s else None,
        "ttd_max_s": max(total.delays_s, default=None),
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
