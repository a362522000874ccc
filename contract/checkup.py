"""A checkup: what the doctor found on a device, one result for each of its named checks (docs/doctor.md)."""

from typing import Literal

from pydantic import Field

from contract.wire import Timestamp, Wire

CheckState = Literal["ok", "warning", "failed", "unknown", "not_applicable"]
"""`warning`: it works, and somebody should look before it does not. `failed`: something does not work. `unknown`:
nobody can tell here or now, and `said` says why. `not_applicable`: this device has nothing of the kind."""

CheckupReason = Literal["start", "hourly", "asked", "by_hand"]
"""Why the doctor came: the agent started, an hour passed, somebody asked at the hub, a technician typed the command."""


class CheckResult(Wire):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", description="stable: programs and translations go by it")
    title: str = Field(max_length=60)
    means: str = Field(max_length=300, description="what is looked at, and why it matters")
    state: CheckState
    said: str = Field("", max_length=300, description="what was found")
    value: float | None = Field(None, description="the figure, where there is one")
    unit: str = Field("", max_length=12, description="of the value")
    advice: str = Field("", max_length=400, description="what to do; empty where nothing is to be done")
    fixed: str = Field("", max_length=300, description="what --fix did about it")
    took_ms: int = Field(0, ge=0)


class Checkup(Wire):
    """Retained under the booth's own topic; the newest takes the place of the one before."""

    type: Literal["checkup"] = "checkup"
    at: Timestamp = Field(description="the device's clock when it began")
    version: str = Field(max_length=40, description="of the program that looked")
    reason: CheckupReason
    took_s: float = Field(ge=0)
    exam_session_on: bool = Field(False, description="then nothing was looked at that takes much of the processor")
    checks: tuple[CheckResult, ...] = Field((), max_length=60)

    def named(self, state: CheckState) -> tuple[str, ...]:
        """Which checks are in this state."""
        return tuple(check.name for check in self.checks if check.state == state)


class CheckupCommand(Wire):
    """Asks for a checkup now."""

    type: Literal["checkup"] = "checkup"


class CheckupReply(Wire):
    type: Literal["checkup"] = "checkup"
    checkup: Checkup
