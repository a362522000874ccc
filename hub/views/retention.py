"""How long things are kept, what may not go, what would go, what went."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, field_validator

from contract.wire import BoothId, Sha256
from hub.views.base import View

DataClass = Literal["recordings", "clips", "snapshots", "photos", "events", "candidates", "audit"]
DATA_CLASSES: Final[tuple[DataClass, ...]] = (
    "recordings",
    "clips",
    "snapshots",
    "photos",
    "events",
    "candidates",
    "audit",
)
"""`clips` with the boxes beside them; `snapshots` with every other picture of a booth; `events` with violations, their
reviews and gaps; `candidates`: names and words about them; `audit` with who watched whom. Reports are made when asked
for and kept nowhere."""

Days = Annotated[int, Field(ge=1, le=36_500)]

DEFAULT_DAYS: Final[dict[DataClass, int | None]] = {
    "recordings": 30,
    "clips": 180,
    "snapshots": 180,
    "photos": 90,
    "events": 365,
    "candidates": 365,
    "audit": 1095,
}
"""What is largest and shows most goes first; the record of who did what outlives it. A centre sets its own."""


class ExamRetention(View):
    exam_id: UUID
    days: dict[DataClass, Days | None] = Field(description="instead of the general ones; null: never deleted")

    @field_validator("days")
    @classmethod
    def _of_one_exam(cls, days: dict[DataClass, Days | None]) -> dict[DataClass, Days | None]:
        if "audit" in days:
            raise ValueError("the audit log belongs to no exam")
        return days


class RetentionPolicy(View):
    hour: int = Field(3, ge=0, le=23, description="when it runs, every day, by the hub's local time")
    days: dict[DataClass, Days | None] = Field(
        default_factory=lambda: dict(DEFAULT_DAYS),
        description="counted from when the hub received it; null: never deleted. What is left out keeps its default.",
    )
    exams: tuple[ExamRetention, ...] = Field((), max_length=1000)

    @field_validator("days")
    @classmethod
    def _all_of_them(cls, days: dict[DataClass, Days | None]) -> dict[DataClass, Days | None]:
        return {name: days.get(name, DEFAULT_DAYS[name]) for name in DATA_CLASSES}

    @field_validator("exams")
    @classmethod
    def _each_once(cls, exams: tuple[ExamRetention, ...]) -> tuple[ExamRetention, ...]:
        if len({each.exam_id for each in exams}) < len(exams):
            raise ValueError("an exam is named twice")
        return exams


class ClassPreview(View):
    data_class: DataClass
    days: int | None
    files: int = Field(description="that would go")
    rows: int
    size_bytes: int = Field(description="of files, and of events as they were sent")
    oldest: datetime | None = Field(description="of what would go: when the hub received it")
    held: int = Field(description="old enough to go, and kept because of a legal hold")


class RetentionPreview(View):
    as_of: datetime
    items: tuple[ClassPreview, ...]


class ClassRun(View):
    files: int = 0
    rows: int = 0
    size_bytes: int = 0


class RetentionRunView(View):
    run_id: UUID
    began_at: datetime
    ended_at: datetime | None = Field(description="null while it runs, and where the hub was stopped meanwhile")
    started_by: str
    complete: bool = Field(description="false while it runs, and where files could not be deleted from the store yet")
    found: dict[DataClass, ClassRun]


class RetentionRunList(View):
    items: tuple[RetentionRunView, ...]


class DeletionView(View):
    """Proof that something was deleted, and by which rule."""

    deletion_id: UUID
    run_id: UUID
    what: Literal["file", "events", "audit"]
    data_class: DataClass
    rule: str
    booth_id: BoothId | None
    exam_session_id: UUID | None
    sha256: Sha256 = Field(description="of the file; of the last event or entry that went")
    size_bytes: int
    last_seq: int | None
    born_at: datetime
    deleted_at: datetime
    gone_at: datetime | None = Field(description="when the bytes were gone from the store; null: not yet")
    signature: str
    signed_by: Sha256


class DeletionList(View):
    items: tuple[DeletionView, ...]
    next: str | None = Field(description="pass as `before` for the older ones; null at the end")


class LegalHoldRequest(View):
    reason: str = Field(min_length=1, max_length=1000)


class LegalHoldView(View):
    hold_id: UUID
    exam_session_id: UUID
    reason: str
    placed_by: str
    placed_at: datetime
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None


class LegalHoldList(View):
    items: tuple[LegalHoldView, ...]
