"""`invigil-agent doctor`: the checks by hand, as lines for a person or as one JSON document."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from agent.doctor.catalogue import called
from agent.doctor.check import Check
from agent.doctor.examiner import Examiner
from agent.doctor.patient import Patient
from contract.checkup import CheckState, Checkup

MARKS: Final[dict[CheckState, str]] = {
    "ok": "✓",
    "warning": "▲",
    "failed": "✗",
    "unknown": "?",
    "not_applicable": "–",
}
ALL_WELL: Final = 0
FAILED: Final = 1
WARNED: Final = 3


def list_checks(names: Sequence[str], *, as_json: bool) -> int:
    """What there is to look at. Raises `InvalidError` for a name that is none."""
    checks = called(tuple(names))
    if as_json:
        print(json.dumps([_described(check) for check in checks], ensure_ascii=False))
        return ALL_WELL
    for check in checks:
        print(f"{check.name:<16} {check.means}")
        if check.mends:
            print(f"{'':<16} --fix: {check.mends}")
    return ALL_WELL


def examine_by_hand(config: Path, names: Sequence[str], *, mend: bool, as_json: bool) -> int:
    """Gives the exit code. Raises `InvalidError` for a name that is none."""
    checks = called(tuple(names))
    checkup = Examiner().examine(Patient.at(config), checks, "by_hand", mend=mend)
    if as_json:
        print(checkup.model_dump_json())
    else:
        _print(checkup)
    return exit_code(checkup)


def exit_code(checkup: Checkup) -> int:
    """What nobody can tell here changes nothing: many boards do not measure everything."""
    if checkup.named("failed"):
        return FAILED
    return WARNED if checkup.named("warning") else ALL_WELL


def _described(check: Check) -> dict[str, str]:
    return {
        "name": check.name,
        "title": check.title,
        "means": check.means,
        "advice": check.advice,
        "mends": check.mends,
    }


def _print(checkup: Checkup) -> None:
    for check in checkup.checks:
        print(f"{MARKS[check.state]} {check.title:<20} {check.said}")
        if check.fixed:
            print(f"{'':<22} --fix: {check.fixed}")
        if check.advice:
            print(f"{'':<22} → {check.advice}")
