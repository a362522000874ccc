"""Takes: which stretch of video each clip shows, and which violations share it. Knows time, not pictures."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from contract.violation import Severity

BEFORE_S: Final = 5.0
AFTER_S: Final = 5.0
"""What a clip shows before the violation began and after it ended (DESIGN, section 4)."""
LONGEST_S: Final = 30.0
"""A violation that goes on is cut there; it shows no more by then, and a recording has the rest."""

_RISING: Final[tuple[Severity, ...]] = ("low", "medium", "high")


@dataclass(slots=True)
class Take:
    """Seconds are those of `Frame.captured_s`."""

    from_s: float
    due_at_s: float
    """On the monotonic clock: by then its last picture has come, or never will."""
    severity: Severity
    ends_s: dict[UUID, float | None] = field(default_factory=dict)
    """The violations it shows, and when each of them ended; None while it lasts."""
    least_until_s: float = 0.0
    not_before_s: float = float("-inf")
    """What was filmed until then is another sitting's."""
    cut_s: float = float("inf")
    """And what was filmed after this."""

    @property
    def latest_s(self) -> float:
        return self.from_s + LONGEST_S

    @property
    def until_s(self) -> float:
        ends = [self.latest_s if end is None else end + AFTER_S for end in self.ends_s.values()]
        return min(self.latest_s, self.cut_s, max([self.least_until_s, *ends]))


class Takes:
    """Those that are not written yet. Not for several threads: its owner has a lock."""

    def __init__(self, grace_s: float = 3.0) -> None:
        self._takes: list[Take] = []
        self._not_before_s = float("-inf")
        self._grace_s = grace_s

    def opened(self, violation: UUID, severity: Severity, *, began_s: float, now_s: float, clock_s: float) -> None:
        """`clock_s` is the monotonic clock's time, `began_s` and `now_s` are the frames'."""
        needs_until_s = now_s + AFTER_S
        from_s = max(began_s - BEFORE_S, needs_until_s - LONGEST_S)
        fitting = (take for take in self._takes if from_s <= take.until_s and needs_until_s <= take.latest_s)
        shared = next((take for take in fitting if take.cut_s == float("inf")), None)
        if shared is None:
            due_at_s = clock_s + from_s + LONGEST_S - now_s + self._grace_s
            shared = Take(from_s, due_at_s, severity, not_before_s=self._not_before_s)
            self._takes.append(shared)
        shared.ends_s[violation] = None
        shared.least_until_s = max(shared.least_until_s, needs_until_s)
        shared.severity = max(shared.severity, severity, key=_RISING.index)

    def goes_on(self, violation: UUID, severity: Severity) -> None:
        """It is back, or graver than before."""
        for take in self._takes:
            if violation in take.ends_s:
                take.ends_s[violation] = None
                take.severity = max(take.severity, severity, key=_RISING.index)

    def closed(self, violation: UUID, ended_s: float, *, now_s: float, clock_s: float) -> None:
        for take in self._takes:
            if violation in take.ends_s:
                take.ends_s[violation] = ended_s
            if None not in take.ends_s.values():
                take.due_at_s = clock_s + max(0.0, take.until_s - now_s) + self._grace_s

    def cut(self, now_s: float) -> None:
        """Somebody else sits down, or monitoring stops: no clip shows both what was before and what comes after."""
        self._not_before_s = now_s
        for take in self._takes:
            take.cut_s, take.due_at_s = min(take.cut_s, now_s), float("-inf")

    def due(self, newest_s: float | None, clock_s: float) -> list[Take]:
        """Take away those whose last picture has come, or whose time is over."""
        ripe = [
            take
            for take in self._takes
            if (newest_s is not None and newest_s >= take.until_s) or clock_s >= take.due_at_s
        ]
        self._takes = [take for take in self._takes if take not in ripe]
        return ripe

    def all(self) -> list[Take]:
        """Take away what is left: nothing more comes."""
        left, self._takes = self._takes, []
        return left
