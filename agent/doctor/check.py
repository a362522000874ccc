"""What every check of the doctor is, and what it may find."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

from agent.doctor.patient import Patient
from contract.checkup import CheckState

SAID_MAX: Final = 300
SAID_SHORT: Final = 220
"""Of a part that may be long, such as what a library says, beside what we say."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`said` is one sentence without a full stop. `advice` replaces the check's own where it is known better."""

    state: CheckState
    said: str
    value: float | None = None
    unit: str = ""
    advice: str = ""


class Check(ABC):
    """One thing about a device. It has no state: it may be asked again, and from any thread."""

    name: ClassVar[str]
    title: ClassVar[str]
    means: ClassVar[str]
    """What is looked at, and why it matters."""
    advice: ClassVar[str]
    """What to do unless all is well."""
    limit_s: ClassVar[float] = 6.0
    """Longer is reported as such, and nobody waits for it."""
    costly: ClassVar[bool] = False
    """It takes much of the processor: left out while an exam session is on."""
    alone: ClassVar[bool] = False
    """Nothing else is looked at meanwhile: it measures how quick something is, or opens the camera."""
    mends: ClassVar[str] = ""
    """What `fix` does, for those who must decide whether it may; empty where there is nothing safe to do."""
    mend_limit_s: ClassVar[float] = 30.0

    @abstractmethod
    def look(self, patient: Patient) -> Finding:
        """Raises `InvalidError` where it cannot be known, with why; `OSError` likewise."""

    def fix(self, patient: Patient) -> str:
        """What was done, in a sentence. Called only where `mends` says something. Raises `InvalidError` and `OSError`
        where it could not be done."""
        raise NotImplementedError(self.name)


def ok(said: str, value: float | None = None, unit: str = "") -> Finding:
    return Finding("ok", said, value, unit)


def warning(said: str, value: float | None = None, unit: str = "", *, advice: str = "") -> Finding:
    return Finding("warning", said, value, unit, advice)


def failed(said: str, value: float | None = None, unit: str = "", *, advice: str = "") -> Finding:
    return Finding("failed", said, value, unit, advice)


def unknown(said: str, *, advice: str = "") -> Finding:
    return Finding("unknown", said, advice=advice)


def not_applicable(said: str) -> Finding:
    return Finding("not_applicable", said)


def duration(seconds: float) -> str:
    """Roughly, for people: 45 s, 12 min, 5 h, 3 d."""
    for size_s, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size_s:
            return f"{seconds / size_s:.0f} {unit}"
    return f"{seconds:.0f} s"
