"""The agent's doctor, run as a program: in the release that is installed here, else beside this one."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from contract.checkup import Checkup
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.programs import ask, beside_python

INSTALLED: Final = Path("/opt/invigil/current/bin/invigil-agent")
TIMEOUT_S: Final = 180.0
MEND_TIMEOUT_S: Final = 1800.0
"""Weights are fetched again over whatever network there is."""
ANSWERS: Final = frozenset({0, 1, 3})
"""All well, something failed, warnings only; anything else is not the doctor's word."""


def examine(config: Path, only: Sequence[str] = (), *, mend: bool = False, program: Path = INSTALLED) -> Checkup:
    """Every check, or those named. Raises `ProvisioningError` where the doctor cannot be asked."""
    arguments = ["--config", str(config), "--json", *(["--fix"] if mend else []), *_named(only)]
    said = _ask(program, arguments, MEND_TIMEOUT_S if mend else TIMEOUT_S)
    try:
        return Checkup.parse(said)
    except InvalidError as error:
        raise ProvisioningError(f"the doctor's answer is not understood: {error}", "is its release whole?") from error


def known_checks(only: Sequence[str] = (), *, program: Path = INSTALLED) -> list[dict[str, Any]]:
    """What there is to look at: name, title, means, advice, mends."""
    checks: list[dict[str, Any]] = json.loads(_ask(program, ["--list", "--json", *_named(only)], TIMEOUT_S))
    return checks


def _ask(program: Path, arguments: Sequence[str], timeout_s: float) -> str:
    command = str(program) if program.exists() else beside_python("invigil-agent")
    said = ask([command, "doctor", *arguments], timeout_s=timeout_s)
    if said.code not in ANSWERS or not said.out.strip():
        last = (said.err.strip() or said.out.strip() or f"exit {said.code}").splitlines()[-1]
        raise ProvisioningError(
            f"the doctor could not look: {last.removeprefix('✗ ')}", "see: invigil device doctor --list"
        )
    return said.out


def _named(only: Sequence[str]) -> list[str]:
    return [word for name in only for word in ("--only", name)]
