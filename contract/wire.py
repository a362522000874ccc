"""The base of every wire and configuration type, and how untrusted text becomes one of them."""

import difflib
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

BoothId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""A booth's name in topics, certificates and URLs. No dot: the hub's own certificate name has one."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Seq = Annotated[int, Field(ge=1, le=2**53)]
"""Position in a chain, from 1. Bounded to what a browser can count."""


def _within_centuries(when: AwareDatetime) -> AwareDatetime:
    """The first and the last day of the calendar cannot be said in UTC, nor can hours be added to them."""
    if not 1900 <= when.year < 3000:
        raise ValueError("a year from 1900 to 2999")
    return when


Timestamp = Annotated[AwareDatetime, AfterValidator(_within_centuries)]
"""Wide enough for a device without a battery-backed clock, which begins in 1970 after a power cut."""


class InvalidError(ValueError):
    """Text from outside that is not what the contract says. The message tells which field and what to do."""


class Wire(BaseModel):
    """A frozen value. Unknown fields in incoming messages are ignored, so an old hub survives a new agent."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    def to_json(self) -> bytes:
        return self.model_dump_json().encode()

    @classmethod
    def parse(cls, payload: bytes | str) -> Self:
        """One message from outside; raises `InvalidError`."""
        try:
            return cls.model_validate_json(payload)
        except ValidationError as error:
            raise InvalidError(explain(error)) from error

    @classmethod
    def configure(cls, data: dict[str, Any]) -> Self:
        """Configuration written by a person: an unknown key is refused, with the nearest known one."""
        try:
            return cls.model_validate(data, extra="forbid")
        except ValidationError as error:
            raise InvalidError(explain(error, cls)) from error


def explain(error: ValidationError, model: type[BaseModel] | None = None) -> str:
    """Pydantic's findings as one line a technician can act on: `field: problem; field: problem`."""
    findings = []
    for finding in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part) for part in finding["loc"]) or "message"
        if finding["type"] == "extra_forbidden":
            findings.append(f"{where}: unknown key{_nearest(finding['loc'], model)}")
        else:
            findings.append(f"{where}: {finding['msg'].removeprefix('Value error, ')}")
    return "; ".join(findings[:5]) + (f"; and {len(findings) - 5} more" if len(findings) > 5 else "")


def _nearest(loc: tuple[int | str, ...], model: type[BaseModel] | None) -> str:
    for part in loc[:-1]:
        field = model.model_fields.get(str(part)) if model else None
        model = field.annotation if field and isinstance(field.annotation, type) else None
    if model is None or not issubclass(model, BaseModel):
        return ""
    close = difflib.get_close_matches(str(loc[-1]), list(model.model_fields), n=1)
    return f" (did you mean {close[0]!r}?)" if close else f" (known: {', '.join(model.model_fields)})"
