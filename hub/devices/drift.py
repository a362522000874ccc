"""Where a booth does something else than it was told: `desired` held against `reported`. Pure."""

from dataclasses import dataclass
from typing import Literal

from contract.messages import Desired, Reported

DriftField = Literal["revision", "monitoring", "profile", "exam_session", "sitting"]
"""`revision`: it follows an older order than the newest, or has said nothing yet."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Both as people read them; `reported` is empty where the booth has said nothing yet."""

    field: DriftField
    desired: str
    reported: str


def drift(desired: Desired, reported: Reported | None) -> tuple[Drift, ...]:
    """What differs. For a moment after every change that is the change itself; what stays wants looking into: a booth
    that is away, an agent too old to understand, orders that the broker did not keep."""
    if reported is None:
        return (Drift("revision", str(desired.revision), ""),)
    sitting = desired.sitting.state if desired.sitting else None
    pairs: tuple[tuple[DriftField, object, object], ...] = (
        ("revision", desired.revision, "none" if reported.revision is None else reported.revision),
        ("monitoring", _on(desired.monitoring), _on(reported.monitoring)),
        ("profile", _profile(desired.profile.name, desired.profile.version), _reported_profile(reported)),
        ("exam_session", desired.exam_session or "none", reported.exam_session or "none"),
        ("sitting", sitting or "none", reported.sitting_state or "none"),
    )
    return tuple(Drift(field, str(wanted), str(said)) for field, wanted, said in pairs if str(wanted) != str(said))


def _on(value: bool) -> str:
    return "on" if value else "off"


def _profile(name: str, version: int) -> str:
    return f"{name} v{version}"


def _reported_profile(reported: Reported) -> str:
    return _profile(reported.profile, reported.profile_version)
