"""One detector's place in the analyzer: its pace, its state and why, its figures."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeVar

from agent.errors import DetectorError
from agent.vision.schedule import Schedule
from contract.messages import DetectorHealth

log = logging.getLogger(__name__)

T = TypeVar("T")

REASON_CHARS: Final = 300
"""What health takes."""
RETRY_S: Final = 5.0
"""A detector that failed is tried again after this long: it may have been one bad frame, and must not burn the time."""


class Slot:
    """`run` from one thread; `health` may be asked from another."""

    def __init__(self, name: Literal["faces", "objects", "tamper", "voice", "identity"], rate_hz: float) -> None:
        self.name = name
        self.failures = 0
        self.weights: dict[str, str] = {}
        self._state: Literal["on", "off", "failed"] = "off"
        self._reason = self._remark = ""
        self._retry_at_s = float("-inf")
        self._schedule = Schedule(rate_hz)
        self._full_hz = self._hz = rate_hz
        self._slowed = ""

    def start(self, weights: Mapping[str, str], lacks: str = "", *, runs: str = "") -> None:
        """On; `lacks` says what it has to do without, if anything, `runs` what it runs on where there is a choice."""
        self._remark = _short("; ".join(part for part in (lacks, runs) if part))
        self._state, self._reason, self.weights = "on", self._remark, dict(weights)
        if runs:
            log.info("%s detector: %s", self.name, runs)
        if lacks:
            log.warning("%s detector is on but lacks something: %s", self.name, lacks)

    def turn_off(self, reason: str, *, asked: bool = True) -> None:
        """Off; not `asked` for is nothing to warn of."""
        self._state, self._reason, self.weights = "off", _short(reason), {}
        log.log(logging.WARNING if asked else logging.DEBUG, "%s detector is off: %s", self.name, reason)

    def say(self, remark: str) -> None:
        """What health says of it from now on while it is on."""
        self._remark = _short(remark)
        if self._state == "on":
            self._reason = self._remark

    def pace(self, rate_hz: float, why: str) -> None:
        """Look so often from now on; `why` is said in health while that is less than it should be."""
        slower = rate_hz < self._full_hz
        if rate_hz != self._hz and self._state != "off":
            level = logging.WARNING if slower else logging.INFO
            log.log(level, "%s detector: %g looks a second of %g. %s", self.name, rate_hz, self._full_hz, why)
        self._schedule.change(rate_hz)
        self._hz, self._slowed = rate_hz, why if slower else ""

    @property
    def load_s(self) -> float | None:
        """Seconds that one look takes now; None while it takes none."""
        return self._schedule.recent_s if self._state == "on" else None

    def run(self, captured_s: float, detect: Callable[[], T]) -> T | None:
        """What `detect` returns if it is its turn and it works, else None. Failures are counted and logged."""
        if self._state == "off" or not self._schedule.due(captured_s) or captured_s < self._retry_at_s:
            return None
        started = time.perf_counter()
        try:
            found = detect()
        except Exception as error:  # whatever it is, the other detectors must go on
            self._fail(error, captured_s)
            return None
        self._schedule.record(captured_s, time.perf_counter() - started)
        if self._state == "failed":
            log.warning("%s detector works again", self.name)
            self._state, self._reason = "on", self._remark
        return found

    def _fail(self, error: Exception, captured_s: float) -> None:
        self.failures += 1
        self._retry_at_s = captured_s + RETRY_S
        reason = str(error) if isinstance(error, DetectorError) else f"{type(error).__name__}: {error}"
        if self._state != "failed":
            log.error("%s detector failed: %s", self.name, reason, exc_info=not isinstance(error, DetectorError))
        self._state, self._reason = "failed", _short(reason)

    def health(self) -> DetectorHealth:
        slowed = self._slowed if self._state == "on" else ""
        return DetectorHealth(
            name=self.name,
            state=self._state,
            reason=_short("; ".join(part for part in (slowed, self._reason) if part)),
            shed=bool(slowed),
            weights=self.weights,
            inference_ms=self._schedule.inference_ms,
            rate_hz=self._schedule.rate_hz,
        )


def _short(reason: str) -> str:
    """What is wrong stands at the beginning of a reason, what to do at its end."""
    return reason if len(reason) <= REASON_CHARS else f"{reason[: REASON_CHARS - 103]} … {reason[-100:]}"
