"""The times of a chain: what cannot be (a clock that runs backwards within a boot), and what a reader should know."""

from datetime import datetime
from typing import Final

from contract.verify.report import ChainFacts, Report

STEP_S: Final = 2.0
"""A device's wall clock that moves this much against its monotonic clock was set, by hand or by NTP."""


class Times:
    """Device time says what the device believed: it is shown beside the hub's, never corrected."""

    def __init__(self, where: str, report: Report, facts: ChainFacts) -> None:
        self.first_wall: datetime | None = None
        self._where = where
        self._report = report
        self._facts = facts
        self._boot_id: str | None = None
        self._boots: set[str] = set()
        self._monotonic_s = 0.0
        self._wall: datetime | None = None

    def take(
        self,
        seq: int,
        wall: datetime,
        monotonic_s: float,
        boot_id: str,
        received_at: datetime,
        clock_offset_ms: float | None,
    ) -> None:
        if boot_id != self._boot_id:
            self._begin_boot(seq, boot_id)
        else:
            self._compare(seq, wall, monotonic_s)
        self._monotonic_s, self._wall = monotonic_s, wall
        self._gather(wall, received_at, clock_offset_ms)

    def _begin_boot(self, seq: int, boot_id: str) -> None:
        if boot_id in self._boots:
            self._report.wrong("times", self._where, f"is of boot {boot_id}, which had ended before", seq)
        self._boots.add(boot_id)
        self._boot_id = boot_id
        self._facts.boots = len(self._boots)

    def _compare(self, seq: int, wall: datetime, monotonic_s: float) -> None:
        if monotonic_s < self._monotonic_s:
            problem = (
                f"the device's monotonic clock ran backwards, from {self._monotonic_s:.3f} s to {monotonic_s:.3f} s"
            )
            self._report.wrong("times", self._where, problem, seq)
        elif self._wall is not None:
            step_s = (wall - self._wall).total_seconds() - (monotonic_s - self._monotonic_s)
            if abs(step_s) > STEP_S:
                self._report.note("times", self._where, f"the device's clock was set by {step_s:+.1f} s before it", seq)

    def _gather(self, wall: datetime, received_at: datetime, clock_offset_ms: float | None) -> None:
        facts = self._facts
        if self.first_wall is None:
            self.first_wall = facts.first_at = wall
        facts.last_at = wall
        if facts.last_received_at is None or received_at > facts.last_received_at:
            facts.last_received_at = received_at
        offset_s = (clock_offset_ms or 0.0) / 1000
        facts.longest_wait_s = max(facts.longest_wait_s, (received_at - wall).total_seconds() + offset_s)
        if clock_offset_ms is not None:
            low, high = facts.clock_offset_ms or (clock_offset_ms, clock_offset_ms)
            facts.clock_offset_ms = (min(low, clock_offset_ms), max(high, clock_offset_ms))
