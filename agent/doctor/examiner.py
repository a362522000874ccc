"""Runs checks beside one another, each with its own time; one that hangs or fails stops nothing else."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from agent.config import agent_version
from agent.doctor.check import SAID_MAX, Check, Finding, failed, unknown
from agent.doctor.patient import Patient
from contract.blots import blot
from contract.checkup import CheckResult, Checkup, CheckupReason
from contract.wire import InvalidError

log = logging.getLogger(__name__)

SPARED: Final = "not looked at while an exam session is on"
TO_BE_MENDED: Final = ("warning", "failed")
Value = TypeVar("Value")


class Task:
    """One function in a thread of its own, which is left behind when it does not end in time."""

    def __init__(self, name: str, act: Callable[[], Finding]) -> None:
        self.began_s = time.monotonic()
        self.finding: Finding | None = None
        self.took_s = 0.0
        self._act = act
        self._ended = threading.Event()
        threading.Thread(target=self._run, name=f"doctor {name}", daemon=True).start()

    def within(self, limit_s: float) -> bool:
        """Whether it has ended so long after it began."""
        return self._ended.wait(max(0.0, self.began_s + limit_s - time.monotonic()))

    def _run(self) -> None:
        try:
            self.finding = self._act()
        finally:
            self.took_s = time.monotonic() - self.began_s
            self._ended.set()


class Examiner:
    """`examine` is called by one thread at a time. A check that still hangs from the last time is not asked again."""

    def __init__(self) -> None:
        self._hanging: dict[str, Task] = {}

    def examine(
        self, patient: Patient, checks: Sequence[Check], reason: CheckupReason, *, mend: bool = False
    ) -> Checkup:
        """With `mend`, what is safe to do is done for each check that found something, and then it looks again."""
        at, began_s = datetime.now(UTC), time.monotonic()
        found: dict[str, tuple[Finding, float]] = {}
        beside = {check.name: self._begin(check, patient) for check in checks if not check.alone}
        for check in checks:
            if not check.alone:
                found[check.name] = self._wait(check, beside[check.name])
        for check in checks:
            if check.alone:
                found[check.name] = self._wait(check, self._begin(check, patient))
        results = [_result(check, *found[check.name]) for check in checks]
        if mend:
            results = [self._mend(check, result, patient) for check, result in zip(checks, results, strict=True)]
        return Checkup(
            at=at,
            version=agent_version(),
            reason=reason,
            took_s=round(time.monotonic() - began_s, 2),
            exam_session_on=patient.exam_session_on,
            checks=tuple(results),
        )

    def _begin(self, check: Check, patient: Patient) -> Task | Finding:
        if check.costly and patient.exam_session_on:
            return unknown(SPARED, advice="It is looked at again when the exam session has ended.")
        before = self._hanging.get(check.name)
        if before is not None and not before.within(0.0):
            return failed(f"still no answer since {time.monotonic() - before.began_s:.0f} s")
        self._hanging.pop(check.name, None)
        return Task(check.name, lambda: _guarded(check, patient))

    def _wait(self, check: Check, task: Task | Finding) -> tuple[Finding, float]:
        if isinstance(task, Finding):
            return task, 0.0
        if task.within(check.limit_s) and task.finding is not None:
            return task.finding, task.took_s
        self._hanging[check.name] = task
        return failed(f"no answer within {check.limit_s:.0f} s: it hangs"), time.monotonic() - task.began_s

    def _mend(self, check: Check, result: CheckResult, patient: Patient) -> CheckResult:
        if not check.mends or result.state not in TO_BE_MENDED or check.name in self._hanging:
            return result
        task = Task(f"{check.name} fix", lambda: _guarded_fix(check, patient))
        if not task.within(check.mend_limit_s) or task.finding is None:
            return result.model_copy(update={"fixed": f"not done within {check.mend_limit_s:.0f} s"})
        if task.finding.state != "ok":
            return result.model_copy(update={"fixed": task.finding.said})
        again = _result(check, *self._wait(check, self._begin(check, patient)))
        return again.model_copy(update={"fixed": task.finding.said})


def _guarded(check: Check, patient: Patient) -> Finding:
    """What cannot be known is a finding, and a check that has a fault is one as well."""
    try:
        return check.look(patient)
    except InvalidError as error:
        return unknown(str(error))
    except OSError as error:
        return unknown(f"cannot be looked at: {error.strerror or error}")
    except Exception as error:
        log.exception("The check %s failed.", check.name)
        return unknown(f"the check itself failed ({type(error).__name__})", advice="Please report this as a fault.")


def _guarded_fix(check: Check, patient: Patient) -> Finding:
    try:
        return Finding("ok", check.fix(patient)[:SAID_MAX])
    except (InvalidError, OSError) as error:
        return failed(f"could not be mended: {error}"[:SAID_MAX])
    except Exception as error:
        log.exception("Mending %s failed.", check.name)
        return failed(f"could not be mended ({type(error).__name__})")


def _result(check: Check, finding: Finding, took_s: float) -> CheckResult:
    """Results leave the device: what looks like a secret is blotted out."""
    well = finding.state in {"ok", "not_applicable"}
    finding = replace(finding, said=blot(" ".join(finding.said.split()))[:SAID_MAX])
    return CheckResult(
        name=check.name,
        title=check.title,
        means=check.means,
        state=finding.state,
        said=finding.said,
        value=finding.value,
        unit=finding.unit,
        advice="" if well else finding.advice or (check.advice if finding.state != "unknown" else ""),
        took_ms=round(took_s * 1000),
    )
