"""What a check of a bundle found: what holds, what is wrong or missing, and where."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

CheckName = Literal[
    "archive",
    "manifest",
    "authority",
    "certificates",
    "chains",
    "checkpoints",
    "countersignatures",
    "evidence",
    "times",
]
CHECKS: Final[tuple[CheckName, ...]] = (
    "archive",
    "manifest",
    "authority",
    "certificates",
    "chains",
    "checkpoints",
    "countersignatures",
    "evidence",
    "times",
)
Level = Literal["wrong", "missing", "note"]
"""`wrong`: something was altered, or is not what it says. `missing`: nothing contradicts, but something is not there or
not vouched for. `note`: what a reader should know."""
Verdict = Literal["whole", "incomplete", "broken"]

FINDINGS_MAX: Final = 200
"""Kept of each check; more are counted. A file of noise must not fill the memory or the screen."""


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    check: CheckName
    where: str
    """A member, or `chain <id>`."""
    seq: int | None
    problem: str

    def __str__(self) -> str:
        number = "" if self.seq is None else f", event {self.seq}"
        return f"{self.where}{number}: {self.problem}" if self.where else self.problem


@dataclass(slots=True)
class ChainFacts:
    """What one chain shows; times are the device's but where it says otherwise."""

    chain_id: UUID
    first_seq: int
    last_seq: int
    events: int = 0
    missing: int = 0
    boots: int = 0
    checkpoints: int = 0
    covered_seq: int = 0
    """The last event that a signature of the device vouches for."""
    signed_by: set[str] = field(default_factory=set)
    countersigned: list[str] = field(default_factory=list)
    first_at: datetime | None = None
    last_at: datetime | None = None
    last_received_at: datetime | None = None
    """By the hub's clock."""
    longest_wait_s: float = 0.0
    """From an event's device time to the hub's receive time, the measured offset of the clocks taken off."""
    clock_offset_ms: tuple[float, float] | None = None
    """Lowest and highest that the hub measured: device minus hub."""


class Report:
    """Filled check by check. `held` says in a sentence what a check looked at."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.held: dict[CheckName, str] = {}
        self.chains: list[ChainFacts] = []
        self.booth = ""
        self.made_at: datetime | None = None
        self.authority_sha256 = ""
        self.authority_pinned = False
        self._counts: Counter[tuple[CheckName, Level]] = Counter()

    def wrong(self, check: CheckName, where: str, problem: str, seq: int | None = None) -> None:
        self._add(Finding("wrong", check, where, seq, problem))

    def missing(self, check: CheckName, where: str, problem: str, seq: int | None = None) -> None:
        self._add(Finding("missing", check, where, seq, problem))

    def note(self, check: CheckName, where: str, problem: str, seq: int | None = None) -> None:
        self._add(Finding("note", check, where, seq, problem))

    @property
    def verdict(self) -> Verdict:
        levels = {level for _, level in self._counts}
        return "broken" if "wrong" in levels else "incomplete" if "missing" in levels else "whole"

    def count(self, check: CheckName, level: Level) -> int:
        """Of findings, those included that were not kept."""
        return self._counts[check, level]

    def state(self, check: CheckName) -> Literal["ok", "wrong", "missing", "not checked"]:
        if self._counts[check, "wrong"]:
            return "wrong"
        if self._counts[check, "missing"]:
            return "missing"
        return "ok" if check in self.held else "not checked"

    def more(self) -> Iterator[tuple[CheckName, Level, int]]:
        """How many findings of a kind were counted and not kept."""
        kept = Counter((finding.check, finding.level) for finding in self.findings)
        for (check, level), count in self._counts.items():
            if count > kept[check, level]:
                yield check, level, count - kept[check, level]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "verdict": self.verdict,
            "booth": self.booth,
            "made_at": self.made_at,
            "authority": {"sha256": self.authority_sha256, "pinned": self.authority_pinned},
            "checks": [
                {"check": check, "state": self.state(check), "checked": self.held.get(check, "")} for check in CHECKS
            ],
            "findings": [asdict(finding) for finding in self.findings],
            "not_listed": [{"check": check, "level": level, "count": count} for check, level, count in self.more()],
            "chains": [asdict(chain) | {"signed_by": sorted(chain.signed_by)} for chain in self.chains],
        }

    def _add(self, finding: Finding) -> None:
        self._counts[finding.check, finding.level] += 1
        if self._counts[finding.check, finding.level] <= FINDINGS_MAX:
            self.findings.append(finding)
