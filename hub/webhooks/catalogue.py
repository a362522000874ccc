"""What webhooks tell of: one class for each kind of event, from which the JSON Schema and the documentation are made.

Payloads name things by their ids and hold no candidate's name: who needs more asks the hub, which knows who may see it.
"""

from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter, create_model

from contract.violation import Severity, ViolationKind
from contract.wire import BoothId
from hub.views.base import View


class Happened(View):
    """What the `data` of a message is. The docstring says when it is sent."""

    model_config = ConfigDict(extra="ignore")  # readers must take fields that come later

    TYPE: ClassVar[str]


class _OfViolation(Happened):
    violation_id: UUID
    booth_id: BoothId
    exam_session_id: UUID | None = Field(description="the one that was on; null where none was")
    kind: ViolationKind
    severity: Severity
    opened_at: datetime = Field(description="by the booth's clock")
    ended_at: datetime | None = Field(description="null while it lasts")


class ViolationOpened(_OfViolation):
    """A booth's rules opened a violation, and the hub has stored it."""

    TYPE: ClassVar[str] = "violation.opened"


class ViolationClosed(_OfViolation):
    """A violation ended. One that comes back within a moment is open again, and closes again."""

    TYPE: ClassVar[str] = "violation.closed"


class ViolationReviewed(Happened):
    """A person decided upon a violation, or took a decision back."""

    TYPE: ClassVar[str] = "violation.reviewed"

    violation_id: UUID
    booth_id: BoothId
    exam_session_id: UUID | None = Field(description="the one that was on; null where none was")
    decision: str = Field(description="what this person decided: confirmed, dismissed or unreviewed")
    review: str = Field(description="what all decisions together come to")
    decided_by: str = Field(description="user name")


class ExamSessionStateChanged(Happened):
    """An exam session took a step: checked in, admitted, started, paused, completed …"""

    TYPE: ClassVar[str] = "exam_session.state_changed"

    exam_session_id: UUID
    exam_id: UUID
    candidate_id: UUID
    booth_id: BoothId | None
    action: str
    state: str = Field(description="the state it is in now")
    reason_code: str | None


class BoothOffline(Happened):
    """A booth stopped answering without having said that it would."""

    TYPE: ClassVar[str] = "booth.offline"

    booth_id: BoothId
    since: datetime


class DeviceEnrolled(Happened):
    """A device got its certificate, as the first of its booth or in the place of another."""

    TYPE: ClassVar[str] = "device.enrolled"

    booth_id: BoothId
    serial: str = Field(description="of the certificate, hexadecimal")


class ClassDeleted(View):
    files: int
    rows: int
    size_bytes: int


class RetentionRan(Happened):
    """Retention deleted what was due, or found nothing to delete."""

    TYPE: ClassVar[str] = "retention.ran"

    run_id: UUID
    complete: bool = Field(description="false where something could not be deleted; the next run tries again")
    deleted: dict[str, ClassDeleted] = Field(description="by class of data")


class WebhookTest(Happened):
    """Somebody pressed "send a test"."""

    TYPE: ClassVar[str] = "webhook.test"

    message: str


EventType = Literal[
    "violation.opened",
    "violation.closed",
    "violation.reviewed",
    "exam_session.state_changed",
    "booth.offline",
    "device.enrolled",
    "retention.ran",
    "webhook.test",
]

CATALOGUE: Final[dict[str, type[Happened]]] = {
    each.TYPE: each
    for each in (
        ViolationOpened,
        ViolationClosed,
        ViolationReviewed,
        ExamSessionStateChanged,
        BoothOffline,
        DeviceEnrolled,
        RetentionRan,
        WebhookTest,
    )
}


def payload(happened: Happened, at: datetime) -> str:
    """The body of a message, as the Standard Webhooks specification recommends it: type, timestamp, data."""
    return TypeAdapter(dict[str, Any]).dump_json({"type": happened.TYPE, "timestamp": at, "data": happened}).decode()


def describe(kind: type[Happened]) -> str:
    return " ".join((kind.__doc__ or "").split())


def json_schema(kind: type[Happened]) -> dict[str, Any]:
    """Of the whole message, JSON Schema 2020-12."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_message(kind).model_json_schema()}
    schema["title"] = kind.TYPE
    schema["description"] = describe(kind)
    schema["properties"]["type"] = {"const": kind.TYPE}
    return schema


@cache
def _message(kind: type[Happened]) -> type[Happened]:
    return create_model(
        f"{kind.__name__}Message", __base__=Happened, type=(str, ...), timestamp=(datetime, ...), data=(kind, ...)
    )
