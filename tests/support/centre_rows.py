"""A centre's history written straight into the database: files, violations, exam sessions and holds of any age."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert

from contract.chain import sha256_hex
from hub.db import Database
from hub.evidence.filestore import LocalFiles
from hub.tables import (
    booths,
    candidates,
    evidence_files,
    evidence_refs,
    exam_session_photos,
    exam_sessions,
    exams,
    segments,
    violations,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@dataclass
class CentreRows:
    """Each method adds one thing and returns its key."""

    database: Database
    files: LocalFiles
    folder: Path
    booth_id: str = "booth-1"
    _contents: int = field(default=0)

    async def begin(self) -> None:
        async with self.database.writing() as connection:
            await connection.execute(
                insert(booths).values(
                    booth_id=self.booth_id,
                    name="One",
                    created_at=ago(5000),
                    desired_profile="standard",
                    desired_revision=1,
                )
            )

    async def exam(self) -> UUID:
        exam_id = uuid4()
        values = {"name": "Exam", "profile": "standard", "duration_s": 3600, "notice": "", "notice_version": 1}
        wanted = (
            "photo_wanted",
            "document_wanted",
            "calibration_wanted",
            "recording",
            "recorded_sound",
            "second_review",
        )
        async with self.database.writing() as connection:
            await connection.execute(
                insert(exams).values(exam_id=exam_id, created_at=ago(5000), **values, **dict.fromkeys(wanted, False))
            )
        return exam_id

    async def candidate(self, days: float = 4000) -> UUID:
        candidate_id = uuid4()
        async with self.database.writing() as connection:
            await connection.execute(
                insert(candidates).values(
                    candidate_id=candidate_id,
                    number=f"c-{candidate_id}",
                    name="Ada Lovelace",
                    email="ada@example.org",
                    extra_time_percent=0,
                    rules_off="[]",
                    accommodation_note="reads aloud",
                    created_at=ago(days),
                )
            )
        return candidate_id

    async def exam_session(
        self, days: float, *, exam_id: UUID, candidate_id: UUID, held: bool = False, booth_id: str | None = None
    ) -> UUID:
        exam_session_id = uuid4()
        async with self.database.writing() as connection:
            await connection.execute(
                insert(exam_sessions).values(
                    exam_session_id=exam_session_id,
                    exam_id=exam_id,
                    candidate_id=candidate_id,
                    booth_id=booth_id or self.booth_id,
                    state="completed",
                    scheduled_start=ago(days),
                    scheduled_end=ago(days) + timedelta(hours=1),
                    practice=False,
                    check_in_code=str(exam_session_id)[:8],
                    extra_time_s=0,
                    started_at=ago(days),
                    stopped_s=0,
                    ended_at=ago(days) + timedelta(hours=1),
                    legal_hold=held,
                    created_at=ago(days + 1),
                )
            )
        return exam_session_id

    async def file(self, days: float, media_type: str = "image/jpeg") -> str:
        """In the store, too."""
        self._contents += 1
        data = f"file {self._contents} of {self.booth_id}".encode()
        sha256, path = sha256_hex(data), self.folder / "incoming"
        path.write_bytes(data)
        await self.files.keep(sha256, path)
        async with self.database.writing() as connection:
            await connection.execute(
                insert(evidence_files).values(
                    sha256=sha256,
                    booth_id=self.booth_id,
                    media_type=media_type,
                    size_bytes=len(data),
                    received_at=ago(days),
                )
            )
        return sha256

    async def violation(self, days: float, *names: str, exam_session_id: UUID | None = None) -> UUID:
        violation_id = uuid4()
        async with self.database.writing() as connection:
            await connection.execute(
                insert(violations).values(
                    violation_id=violation_id,
                    booth_id=self.booth_id,
                    chain_id=uuid4(),
                    seq=1,
                    kind="no_face",
                    severity="high",
                    opened_at=ago(days),
                    ended_at=ago(days),
                    document="{}",
                    received_at=ago(days),
                    exam_session_id=exam_session_id,
                )
            )
            for sha256 in names:
                await connection.execute(
                    insert(evidence_refs).values(violation_id=violation_id, sha256=sha256, taken_at=ago(days))
                )
        return violation_id

    async def segment(self, days: float, sha256: str, exam_session_id: UUID | None = None) -> None:
        async with self.database.writing() as connection:
            await connection.execute(
                insert(segments).values(
                    chain_id=uuid4(),
                    seq=1,
                    booth_id=self.booth_id,
                    sha256=sha256,
                    media_type="video/mp4",
                    size_bytes=1,
                    started_at=ago(days),
                    ended_at=ago(days),
                    has_sound=False,
                    exam_session_id=exam_session_id,
                )
            )

    async def photo(self, days: float, sha256: str, exam_session_id: UUID) -> None:
        async with self.database.writing() as connection:
            await connection.execute(
                insert(exam_session_photos).values(
                    exam_session_id=exam_session_id, sha256=sha256, of="face", taken_at=ago(days)
                )
            )
