"""How the time of an exam session runs: it begins with the start, stands while paused and on a break. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Timing:
    """`allowed` holds every extra time; `stopped_at` is since when the clock stands, `stopped` how long it stood
    before."""

    allowed: timedelta
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped: timedelta = timedelta()
    ended_at: datetime | None = None

    @classmethod
    def of(cls, row: Any) -> Self:
        """Of a row of `exam_sessions`."""
        return cls(
            row.scheduled_end - row.scheduled_start,
            row.started_at,
            row.stopped_at,
            timedelta(seconds=row.stopped_s),
            row.ended_at,
        )

    @property
    def ends_at(self) -> datetime | None:
        """When the time is up; None before the start, while the clock stands, and after the end."""
        if self.started_at is None or self.stopped_at is not None or self.ended_at is not None:
            return None
        return self.started_at + self.allowed + self.stopped

    @property
    def left_s(self) -> int | None:
        """Whole seconds left while the clock stands; None while it runs and after the end."""
        if self.ended_at is not None:
            return None
        if self.started_at is None:
            return int(self.allowed.total_seconds())
        if self.stopped_at is None:
            return None
        used = self.stopped_at - self.started_at - self.stopped
        return max(0, int((self.allowed - used).total_seconds()))

    def stopped_s_after(self, now: datetime) -> int:
        """Whole seconds that the clock has stood when it goes on now."""
        standing = max(now - self.stopped_at, timedelta()) if self.stopped_at else timedelta()
        return int((self.stopped + standing).total_seconds() + 0.5)


def duration_s(exam_s: int, extra_percent: int) -> int:
    """An exam's duration with a candidate's extra time, whole seconds, rounded up: nobody loses time to rounding."""
    return exam_s + -(-exam_s * extra_percent // 100)
