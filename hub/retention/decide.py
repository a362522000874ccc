"""Whether something is to be deleted now. Pure: what is held, or young, or of an exam that wants more time, stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hub.views.retention import DataClass, RetentionPolicy


@dataclass(frozen=True, slots=True)
class Tie:
    """An exam session that a thing belongs to."""

    exam_session_id: UUID
    exam_id: UUID | None
    """None where the hub does not know the exam session."""
    held: bool


@dataclass(frozen=True, slots=True)
class Thing:
    data_classes: frozenset[DataClass]
    """Several where different things name the same bytes."""
    born_at: datetime
    """By the hub's clock; of something that was named again, the last time."""
    ties: tuple[Tie, ...] = ()
    held: bool = False
    """By something else than its ties."""

    @property
    def is_held(self) -> bool:
        return self.held or any(tie.held for tie in self.ties)


@dataclass(frozen=True, slots=True)
class Rule:
    data_class: DataClass
    days: int
    exam_id: UUID | None

    def __str__(self) -> str:
        whose = f", exam {self.exam_id}" if self.exam_id else ""
        return f"{self.data_class}: {self.days} days{whose}"


def rule_for(thing: Thing, policy: RetentionPolicy) -> Rule | None:
    """The rule that keeps it longest; None where one of them keeps it for ever."""
    exams: set[UUID | None] = {tie.exam_id for tie in thing.ties} or {None}
    found = []
    for data_class in thing.data_classes:
        for exam_id in exams:
            days, own = days_of(policy, data_class, exam_id)
            if days is None:
                return None
            found.append(Rule(data_class, days, exam_id if own else None))
    return max(found, key=lambda rule: (rule.days, rule.data_class))


def is_old(thing: Thing, policy: RetentionPolicy, now: datetime) -> Rule | None:
    """The rule by which its time is over, whether it is held or not."""
    rule = rule_for(thing, policy)
    return rule if rule is not None and thing.born_at < now - timedelta(days=rule.days) else None


def due(thing: Thing, policy: RetentionPolicy, now: datetime) -> Rule | None:
    """The rule by which it is to be deleted; None where it stays."""
    return None if thing.is_held else is_old(thing, policy, now)


def days_of(policy: RetentionPolicy, data_class: DataClass, exam_id: UUID | None) -> tuple[int | None, bool]:
    """How long, and whether the exam says so itself."""
    for exam in policy.exams:
        if exam.exam_id == exam_id and data_class in exam.days:
            return exam.days[data_class], True
    return policy.days[data_class], False


def shortest(policy: RetentionPolicy, data_classes: Iterable[DataClass]) -> int | None:
    """What is younger than so many days stays whatever it belongs to; None where all of it does."""
    known = [each for data_class in data_classes for each in _all_days(policy, data_class) if each is not None]
    return min(known, default=None)


def longest(policy: RetentionPolicy, data_class: DataClass) -> int | None:
    """For what cannot be told whose it is: what is older than so many days goes by every rule; None where one keeps it
    for ever."""
    known = _all_days(policy, data_class)
    return None if None in known else max(each for each in known if each is not None)


def _all_days(policy: RetentionPolicy, data_class: DataClass) -> list[int | None]:
    return [policy.days[data_class], *(exam.days[data_class] for exam in policy.exams if data_class in exam.days)]
