"""Turns observations into violations: hold, release, cool-down, merges, escalation. Knows time, not pictures.

A condition begins with the first observation that has it. It becomes a violation once it has lasted `hold_s` and was
there in most observations since; holes shorter than `release_s` do not end it, as a detector misses a frame now and
then. It ends where the hole that did end it began. One that holds again within `merge_s` of that goes on with the same
violation, so that one happening is one item for a proctor; one that lasts takes the next severity.

All durations come from `captured_s`; the stamps of a violation are the observation's wall time minus the difference, so
a clock that jumps moves a violation but never stretches it.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, get_args
from uuid import uuid4

from agent.rules.calibration import all_levelled, widened
from agent.rules.table import RULES, Finding, Rule
from agent.vision.observation import Observation
from contract.calibration import Calibration
from contract.profiles import RuleProfile, RuleSettings
from contract.violation import Explanation, Severity, Violation, ViolationKind

BLIND_S: Final = 2.0
"""A condition that was pending when nobody could look for this long begins anew: nobody knows what was between."""
EPSILON_S: Final = 1e-6
"""Sums of frame intervals miss a hold time by rounding."""


@dataclass(frozen=True, slots=True)
class Opened:
    violation: Violation


@dataclass(frozen=True, slots=True)
class Updated:
    """It goes on: with a higher severity, or again after a break."""

    violation: Violation


@dataclass(frozen=True, slots=True)
class Closed:
    violation: Violation
    ended_s: float
    """When, as frames count time: the stamps may be of another hour than the clock is now."""


Change = Opened | Updated | Closed


@dataclass(frozen=True, slots=True)
class Standing:
    """A condition that holds, or did a moment ago: a violation once it has lasted."""

    rule: str
    kind: ViolationKind
    label: str | None
    lasted_s: float
    hold_s: float
    severity: Severity | None
    """Of the violation that it has become."""


_Key = tuple[str, str | None]
"""The rule's name and, for rules that keep labels apart, the label."""


@dataclass(slots=True)
class _Track:
    """One condition being followed: pending until `violation` is set, then open."""

    began_s: float
    looked_s: float
    gone_since_s: float | None = None
    seen: int = 0
    looked: int = 0
    labels: Counter[str | None] = field(default_factory=Counter)
    latest: dict[str | None, Finding] = field(default_factory=dict)
    confidence_sum: float = 0.0
    violation: Violation | None = None
    lasted_before_s: float = 0.0
    """Of the violation that this condition goes on with."""
    since_s: float = 0.0
    """When the violation began, its breaks included."""

    def look(self, finding: Finding | None, now_s: float) -> None:
        self.looked_s, self.looked = now_s, self.looked + 1
        if finding is None:
            self.gone_since_s = now_s if self.gone_since_s is None else self.gone_since_s
            return
        self.gone_since_s, self.seen = None, self.seen + 1
        self.labels[finding.label] += 1
        self.latest[finding.label] = finding
        self.confidence_sum += finding.confidence or 0.0

    @property
    def label(self) -> str | None:
        """The commonest so far of those that say something: whose voice it is, for instance, shows with time."""
        return max(self.labels, key=lambda label: (label is not None, self.labels[label]))


@dataclass(frozen=True, slots=True)
class _Past:
    """What a rule raised last: the cool-down counts from it, and it may go on."""

    ended_s: float
    lasted_s: float
    since_s: float
    violation: Violation
    may_go_on: bool = True


class Engine:
    """Follows every rule of one profile. Call from one thread, with observations in order."""

    def __init__(
        self,
        profile: RuleProfile,
        models: Mapping[str, str],
        *,
        detector_of: Mapping[str, str] | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        """`models` maps weights to their SHA-256 for the explanation, `detector_of` weights to the detector they serve.

        Without `detector_of` every weights file is named in every violation that a network had a say in. Without
        `calibration` the candidate's straight ahead is the camera's, and the cone is the profile's.
        """
        self.profile = profile
        self._calibration = calibration
        self.rules = profile.rules if calibration is None else widened(profile.rules, calibration)
        settings: list[tuple[Rule, RuleSettings]] = [(rule, getattr(self.rules, rule.name)) for rule in RULES]
        self._enabled = tuple(pair for pair in settings if pair[1].enabled)
        self._models = dict(models)
        self._detector_of = dict(detector_of or {})
        self._tracks: dict[_Key, _Track] = {}
        self._past: dict[_Key, _Past] = {}
        self._newest_s: float | None = None

    @property
    def open(self) -> tuple[Violation, ...]:
        """What is open now."""
        return tuple(track.violation for track in self._tracks.values() if track.violation is not None)

    @property
    def pending(self) -> frozenset[str]:
        """Names of the rules whose condition holds but has not yet lasted."""
        return frozenset(name for (name, _), track in self._tracks.items() if track.violation is None)

    @property
    def standing(self) -> tuple[Standing, ...]:
        """What is being followed now, in the order of the rules."""
        now_s = self._newest_s or 0.0
        found = []
        for rule, settings in self._enabled:
            for (name, key_label), track in self._tracks.items():
                if name != rule.name or not track.labels:
                    continue
                violation, lasted_s = track.violation, track.lasted_before_s + now_s - track.began_s
                label, severity = key_label or track.label, violation.severity if violation else None
                found.append(Standing(name, rule.kind, label, lasted_s, settings.hold_s, severity))
        return tuple(found)

    def step(self, observation: Observation) -> list[Change]:
        """What this observation opens and closes.

        One without a time, or a little older than the newest, is out of order and left out. One much older shows that
        the source began anew: what was open ends with the newest, and nothing is carried over.
        """
        now_s, changes = observation.captured_s, list[Change]()
        if not math.isfinite(now_s):
            return []
        if self._newest_s is not None and now_s < self._newest_s:
            if self._newest_s - now_s <= BLIND_S:
                return []
            changes += self.close_all(self._newest_s)
            self._past.clear()
        self._newest_s = now_s
        if self._calibration is not None:
            observation = all_levelled(observation, self._calibration)
        tracked = {name for name, _ in self._tracks}
        for rule, settings in self._enabled:
            findings = rule.find(observation, self.rules)
            if findings is None or not (findings or rule.name in tracked):
                continue
            by_key: dict[_Key, Finding] = {(rule.name, f.label if rule.each_label else None): f for f in findings}
            followed = [key for key in self._tracks if key[0] == rule.name]
            for key in dict.fromkeys([*followed, *by_key]):
                finding = by_key.get(key)
                changes += self._release(key, settings, finding, observation)
                changes += self._hold(key, rule, settings, finding, observation)
        return changes

    def close_all(self, captured_s: float) -> list[Change]:
        """End everything, because nobody looks any more: end of video, camera lost, another profile.

        None of it goes on after that: nobody knows what was between.
        """
        changes: list[Change] = []
        for key, track in list(self._tracks.items()):
            ended_s = captured_s if track.gone_since_s is None else track.gone_since_s
            changes += self._end(key, ended_s)
        self._past = {key: replace(past, may_go_on=False) for key, past in self._past.items()}
        return changes

    def _release(
        self, key: _Key, settings: RuleSettings, finding: Finding | None, observation: Observation
    ) -> list[Change]:
        """End the condition if it has been gone for long enough."""
        track, now_s = self._tracks.get(key), observation.captured_s
        if track is None:
            return []
        if track.violation is None and now_s - track.looked_s > BLIND_S:
            del self._tracks[key]
            return []
        gone_since_s = track.gone_since_s
        if gone_since_s is None and finding is None:
            gone_since_s = now_s
        if gone_since_s is None or now_s - gone_since_s < settings.release_s - EPSILON_S:
            return []
        return self._end(key, gone_since_s)

    def _hold(
        self, key: _Key, rule: Rule, settings: RuleSettings, finding: Finding | None, observation: Observation
    ) -> list[Change]:
        """Follow the condition, and open a violation when it has lasted long enough."""
        now_s, past = observation.captured_s, self._past.get(key)
        track = self._tracks.get(key)
        if track is None:
            if finding is None:
                return []
            earliest_s = float("-inf") if past is None else past.ended_s
            track = _Track(began_s=max(now_s - finding.lasting_s, earliest_s), looked_s=now_s)
            self._tracks[key] = track
        track.look(finding, now_s)
        if finding is None:
            return []
        if track.violation is not None:
            return self._escalate(track, settings, now_s)
        if 2 * track.seen <= track.looked or now_s - track.began_s < settings.hold_s - EPSILON_S:
            return []
        if past is not None and past.violation.label == track.label and _soon(track, past, settings):
            return self._go_on(track, settings, past, now_s)
        if past is not None and now_s - past.ended_s < settings.cooldown_s - EPSILON_S:
            return []
        track.violation, track.since_s = self._violation(rule, settings, track, observation), track.began_s
        return [Opened(track.violation)]

    def _go_on(self, track: _Track, settings: RuleSettings, past: _Past, now_s: float) -> list[Change]:
        """The last violation is back after a short break, and is the same one still."""
        why = past.violation.explanation
        update = {
            "ended_at": None,
            "explanation": why.model_copy(update={"parts": why.parts + 1, "frames": why.frames + track.seen}),
        }
        track.violation, track.lasted_before_s = past.violation.model_copy(update=update), past.lasted_s
        track.since_s = past.since_s
        return self._escalate(track, settings, now_s) or [Updated(track.violation)]

    def _escalate(self, track: _Track, settings: RuleSettings, now_s: float) -> list[Change]:
        """The next severity, once, when the condition has lasted long enough; breaks do not count."""
        violation, lasted_s = track.violation, track.lasted_before_s + now_s - track.began_s
        after_s = settings.escalate_after_s
        if violation is None or after_s is None or lasted_s < after_s - EPSILON_S:
            return []
        severity = next_severity(settings.severity)
        if violation.explanation.escalated_after_s is not None or severity == violation.severity:
            return []
        why = violation.explanation.model_copy(update={"escalated_after_s": round(lasted_s, 3)})
        track.violation = violation.model_copy(update={"severity": severity, "explanation": why})
        return [Updated(track.violation)]

    def _violation(self, rule: Rule, settings: RuleSettings, track: _Track, observation: Observation) -> Violation:
        label = track.label
        finding = track.latest[label]
        lasted = timedelta(seconds=observation.captured_s - track.began_s)
        return Violation(
            violation_id=uuid4(),
            kind=rule.kind,
            label=label,
            severity=settings.severity,
            started_at=observation.wall_time - lasted,
            opened_at=observation.wall_time,
            confidence=None if finding.confidence is None else min(1.0, track.confidence_sum / track.seen),
            explanation=Explanation(
                rule=rule.name,
                measured=finding.measured,
                limit=finding.limit,
                unit=rule.unit,
                hold_s=settings.hold_s,
                frames=track.seen,
                looks=finding.looks,
                learned_at=finding.learned_at,
                note=finding.note,
                models=self._models_of(rule),
                profile=self.profile.name,
                profile_version=self.profile.version,
            ),
        )

    def _models_of(self, rule: Rule) -> dict[str, str]:
        if rule.detector == "tamper":
            return {}
        served = self._detector_of
        return {name: sha for name, sha in self._models.items() if served.get(name, rule.detector) == rule.detector}

    def _end(self, key: _Key, ended_s: float) -> list[Change]:
        """As long after its beginning as it lasted: between the two the wall clock may have been put right."""
        track = self._tracks.pop(key)
        if track.violation is None:
            return []
        lasted = timedelta(seconds=max(ended_s - track.since_s, 0.0))
        violation = track.violation.model_copy(update={"ended_at": track.violation.started_at + lasted})
        self._past[key] = _Past(ended_s, track.lasted_before_s + ended_s - track.began_s, track.since_s, violation)
        return [Closed(violation, ended_s)]


def next_severity(severity: Severity) -> Severity:
    """One step up; the highest stays."""
    rising: tuple[Severity, ...] = get_args(Severity)
    return rising[min(rising.index(severity) + 1, len(rising) - 1)]


def _soon(track: _Track, past: _Past, settings: RuleSettings) -> bool:
    """Whether the break before this condition is too short for a second violation."""
    return past.may_go_on and settings.merge_s > 0 and track.began_s - past.ended_s <= settings.merge_s + EPSILON_S
