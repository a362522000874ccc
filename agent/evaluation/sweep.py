"""What other thresholds would have given: one threshold of one rule varied at a time, on recorded observations."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agent.evaluation.labels import CLASSES, LabelledVideo
from agent.evaluation.recording import Recording
from agent.evaluation.score import Counts, found_in, score_class, truth
from contract.profiles import RuleProfile

HOLDS_S: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
SCORES: Final = tuple(round(0.1 + 0.05 * step, 2) for step in range(14))
ANGLES_DEG: Final = tuple(float(angle) for angle in range(12, 50, 4))
CONE: Final = ("yaw_deg", "pitch_up_deg", "pitch_down_deg")


@dataclass(frozen=True, slots=True)
class Curve:
    """One threshold's values with what each gives; `current` is the profile's own and among them."""

    kind: str
    threshold: str
    """Name of the setting, for objects with the label: `min_score cell phone`."""
    scored: str
    """The class whose figures the points are."""
    unit: str
    current: float
    points: tuple[tuple[float, Counts], ...]

    def as_dict(self) -> dict[str, Any]:
        points = [
            {"value": value, "recall": c.recall, "f1": c.f1, "false_alarms": c.false_alarms, "hits": c.hits}
            for value, c in self.points
        ]
        return {"kind": self.kind, "threshold": self.threshold, "class": self.scored, "current": self.current} | {
            "unit": self.unit,
            "points": points,
        }


def sweep(
    profile: RuleProfile, footage: Sequence[tuple[LabelledVideo, Recording]], step_done: Callable[[], None]
) -> list[Curve]:
    """A curve for each threshold of each rule that has something labelled to be measured on."""
    events = {name: sum(len(truth(video)[name].events) for video, _ in footage) for name in CLASSES}
    curves = []
    for kind, threshold, name, unit, current, values, vary in _thresholds(profile):
        if events[name]:
            points = []
            for value in sorted({*values, current}):
                points.append((value, _score(name, vary(value), footage)))
                step_done()
            curves.append(Curve(kind, threshold, name, unit, current, tuple(points)))
    return curves


def steps(profile: RuleProfile, footage: Sequence[LabelledVideo]) -> int:
    """How often `sweep` will report a step."""
    present = {name for video in footage for name, expected in truth(video).items() if expected.events}
    return sum(len({*values, current}) for _, _, name, _, current, values, _ in _thresholds(profile) if name in present)


_Threshold = tuple[str, str, str, str, float, tuple[float, ...], Callable[[float], RuleProfile]]


def _thresholds(profile: RuleProfile) -> Iterator[_Threshold]:
    rules = profile.rules
    for kind in type(rules).model_fields:
        settings = getattr(rules, kind)
        names = (
            [f"object:{label}" for label in rules.prohibited_object.min_score]
            if kind == "prohibited_object"
            else [kind]
        )
        for name in names:
            if name in CLASSES:
                label = f" {name.removeprefix('object:')}" if kind == "prohibited_object" else ""
                hold = _with(profile, kind, "hold_s")
                yield kind, f"hold_s{label}", name, "s", settings.hold_s, HOLDS_S, hold
    for label, limit in rules.prohibited_object.min_score.items():
        if f"object:{label}" in CLASSES:
            vary = _with_score(profile, label)
            yield "prohibited_object", f"min_score {label}", f"object:{label}", "score", limit, SCORES, vary
    for side in CONE:
        limit_deg = getattr(rules.looking_away, side)
        vary = _with(profile, "looking_away", side)
        yield "looking_away", side, "looking_away", "deg", limit_deg, ANGLES_DEG, vary


def _with(profile: RuleProfile, kind: str, setting: str) -> Callable[[float], RuleProfile]:
    def vary(value: float) -> RuleProfile:
        settings = getattr(profile.rules, kind).model_copy(update={setting: value})
        return profile.model_copy(update={"rules": profile.rules.model_copy(update={kind: settings})})

    return vary


def _with_score(profile: RuleProfile, label: str) -> Callable[[float], RuleProfile]:
    def vary(value: float) -> RuleProfile:
        scores = {**profile.rules.prohibited_object.min_score, label: value}
        return _with(profile, "prohibited_object", "min_score")(scores)  # type: ignore[arg-type]

    return vary


def _score(name: str, profile: RuleProfile, footage: Sequence[tuple[LabelledVideo, Recording]]) -> Counts:
    total = Counts()
    for video, recording in footage:
        found = found_in(recording.judge(profile), video.duration)
        total += score_class(video, truth(video)[name], found[name])
    return total
