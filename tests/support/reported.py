"""Made-up exam sessions as rows in a hub's database, with drawn pictures, for what only reads them."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from PIL import Image, ImageDraw
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.boxes import Box, ClipBoxes, Look
from contract.violation import SEVERITIES, EvidenceRef, EvidenceRole, Explanation, Violation, ViolationKind
from hub import tables

NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MODELS = {"face_landmarker.task": "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"}
_SPACE = UUID("5b7f2c54-2a3c-4c7e-9f62-6d6fb5a5d3aa")


def at(second: float) -> datetime:
    """Seconds after nine."""
    return NINE + timedelta(seconds=second)


@dataclass
class Sitting:
    """One candidate in one booth; ids follow from `name`, so that the same calls make the same rows."""

    name: str = "sitting"
    booth_id: str = "booth-1"
    exam: str = "Statistics I"
    number: str = "2026-0117"
    candidate: str = "Mara Lindqvist"
    state: str = "completed"
    recording: bool = True
    practice: bool = False
    exam_id: UUID | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    """To be kept where the hub keeps evidence."""
    _rows: list[tuple[Table, dict[str, Any]]] = field(default_factory=list)
    _seq: int = 0
    _ended_at: datetime | None = None

    def key(self, *parts: object) -> UUID:
        return uuid5(_SPACE, " ".join(map(str, (self.name, *parts))))

    @property
    def exam_session_id(self) -> UUID:
        return self.key("exam session")

    @property
    def chain_id(self) -> UUID:
        return self.key("chain")

    def step(
        self, second: float, action: str, state: str, by: str | None = None, reason: str | None = None, **more: Any
    ) -> None:
        """By a person, or by the booth where nobody is named."""
        self._add(
            tables.exam_session_steps,
            step_id=self.key("step", action, second),
            exam_session_id=self.exam_session_id,
            at=at(second),
            action=action,
            state=state,
            username=by,
            display_name=by.title() if by else "the booth",
            reason_code=reason,
            **{"note": "", "booth_id": self.booth_id} | more,
        )
        if state in ("completed", "terminated"):
            self._ended_at = at(second)

    def ordinary(self, length_s: float = 3600, code_s: float = -400) -> None:
        """Checked in, admitted at nine, and done after `length_s`."""
        self.step(code_s, "code_accepted", "scheduled")
        self.step(code_s + 40, "notice_acknowledged", "scheduled")
        self.step(code_s + 90, "calibrated", "scheduled")
        self.step(code_s + 100, "ready", "checked_in")
        self.step(0, "admit", "admitted", "pat")
        self.step(10, "started", "in_progress")
        self.step(length_s, "complete", "completed", "pat", "exam.finished")

    def violation(
        self,
        first: float,
        last: float | None,
        kind: ViolationKind = "looking_away",
        review: str = "confirmed",
        label: str | None = None,
        evidence: Sequence[EvidenceRef] = (),
        **explained: Any,
    ) -> UUID:
        key = self.key("violation", kind, first, len(self._rows))
        values: dict[str, Any] = {"hold_s": 1.0, "frames": 12, "profile": "standard", "profile_version": 3}
        values |= {"rule": kind, "models": MODELS} | explained
        severity = values.pop("severity", "medium")
        violation = Violation(
            violation_id=key,
            kind=kind,
            label=label,
            severity=severity,
            started_at=at(first),
            opened_at=at(first + min(1.0, (last or first + 1) - first)),
            ended_at=None if last is None else at(last),
            confidence=0.87,
            explanation=Explanation(**values),
            evidence=tuple(evidence),
        )
        self._seq += 1
        self._add(
            tables.violations,
            violation_id=key,
            booth_id=self.booth_id,
            chain_id=self.chain_id,
            seq=self._seq,
            kind=kind,
            severity=severity,
            opened_at=violation.opened_at,
            ended_at=violation.ended_at,
            document=violation.model_dump_json(),
            received_at=violation.opened_at + timedelta(seconds=0.2),
            exam_session_id=self.exam_session_id,
            severity_rank=SEVERITIES.index(severity),
            review=review,
            reviews_wanted=1,
        )
        if review != "unreviewed":
            self.decision(key, "confirmed" if review == "contested" else review)
        return key

    def decision(self, violation_id: UUID, decision: str, by: str = "rae", note: str = "seen on the clip") -> None:
        self._add(
            tables.reviews,
            review_id=self.key("review", violation_id, decision, by),
            violation_id=violation_id,
            decision=decision,
            note=note,
            username=by,
            display_name=by.title(),
            decided_at=at(9000 + len(self._rows)),
        )

    def gap(self, first: float, last: float | None, reason: str = "camera_lost", detail: str = "unplugged") -> None:
        self._seq += 1
        self._add(
            tables.monitoring_gaps,
            gap_id=self.key("gap", first),
            booth_id=self.booth_id,
            chain_id=self.chain_id,
            seq=self._seq,
            reason=reason,
            detail=detail,
            started_at=at(first),
            ended_at=None if last is None else at(last),
            exam_session_id=self.exam_session_id,
        )

    def segment(self, first: float, last: float, *, arrived: bool = True) -> None:
        self._seq += 1
        sha256 = hashlib.sha256(f"{self.name} segment {first}".encode()).hexdigest()
        self._add(
            tables.segments,
            chain_id=self.chain_id,
            seq=self._seq,
            booth_id=self.booth_id,
            sha256=sha256,
            media_type="video/mp4",
            size_bytes=1,
            started_at=at(first),
            ended_at=at(last),
            has_sound=False,
            exam_session_id=self.exam_session_id,
        )
        if arrived:
            self._arrived(sha256, "video/mp4", 1, at(last))

    def picture(
        self, second: float, data: bytes, role: EvidenceRole = "snapshot", *, arrived: bool = True
    ) -> EvidenceRef:
        """A file that is here, and a reference to it."""
        sha256 = hashlib.sha256(data).hexdigest()
        media_type = "application/json" if role == "boxes" else "image/jpeg"
        if arrived and sha256 not in self.files:
            self.files[sha256] = data
            self._arrived(sha256, media_type, len(data), at(second))
        return EvidenceRef(sha256=sha256, role=role, media_type=media_type, size_bytes=len(data), taken_at=at(second))

    def photo(self, second: float, of: str, data: bytes) -> None:
        ref = self.picture(second, data, "photo")
        self._add(
            tables.exam_session_photos,
            exam_session_id=self.exam_session_id,
            sha256=ref.sha256,
            of=of,
            taken_at=at(second),
        )

    def message(self, second: float, text: str, kind: str = "message", by: str = "pat") -> None:
        self._add(
            tables.messages,
            message_id=self.key("message", second),
            exam_session_id=self.exam_session_id,
            booth_id=self.booth_id,
            kind=kind,
            text=text,
            canned_id=None,
            username=by,
            display_name=by.title(),
            sent_at=at(second),
            delivered_at=at(second + 1),
            read_at=at(second + 9),
        )

    def flag(self, second: float, note: str, by: str = "pat") -> None:
        key = self.key("flag", second)
        common = {"username": by, "display_name": by.title(), "created_at": at(second)}
        self._add(tables.flags, flag_id=key, exam_session_id=self.exam_session_id, booth_id=self.booth_id, **common)
        for version, text in enumerate(("first wording", note), start=1):
            self._add(
                tables.flag_versions,
                flag_id=key,
                version=version,
                at=at(second),
                kind=None,
                note=text,
                withdrawn=False,
                written_at=at(second + version),
            )

    def chain(self, count: int = 40, missing: tuple[int, int] | None = None, *, countersigned: bool = True) -> None:
        """A chain of so many events every minute, signed at its end, of a device enrolled a month before."""
        step = {"agent_version": "0.1.0", "profile": "standard", "profile_version": 3}
        self._add(
            tables.chains,
            chain_id=self.chain_id,
            booth_id=self.booth_id,
            max_seq=count,
            events=count,
            first_received_at=at(-500),
        )
        for seq in range(1, count + 1):
            if missing and missing[0] <= seq <= missing[1]:
                continue
            self._add(
                tables.events,
                chain_id=self.chain_id,
                seq=seq,
                booth_id=self.booth_id,
                type="monitoring_step" if seq == 1 else "checkpoint",
                payload=json.dumps({"body": step}).encode(),
                payload_sha256=_sha(self.name, seq),
                prev_sha256=_sha(self.name, seq - 1),
                link_ok=True,
                wall_time=at(60 * seq - 500),
                received_at=at(60 * seq - 499.9),
                clock_offset_ms=-12.5 + seq / 4,
                exam_session_id=self.exam_session_id if seq > 1 else None,
            )
        if missing:
            self._add(tables.chain_gaps, chain_id=self.chain_id, first=missing[0], last=missing[1])
        for seq in (count // 2, count):
            self._add(
                tables.checkpoints,
                chain_id=self.chain_id,
                seq=seq + 1,
                head_seq=seq,
                head_sha256=_sha(self.name, seq),
                signature_ok=True,
                head_ok=True,
            )
        if countersigned:
            self._add(
                tables.countersignatures,
                chain_id=self.chain_id,
                head_seq=count,
                head_sha256=_sha(self.name, count),
                reason="exam_session_ended",
                signed_at=at(3601),
                signature="",
                signed_by=_sha("the hub", 0),
                certificate_pem="",
            )
        self._add(
            tables.devices,
            device_id=self.key("device"),
            booth_id=self.booth_id,
            serial=_sha(self.name, -1)[:40],
            fingerprint=_sha(self.name, -2),
            certificate_pem="",
            enrolled_at=at(-30 * 86400),
            not_after=at(365 * 86400),
            replaced_at=None,
        )

    def _arrived(self, sha256: str, media_type: str, size_bytes: int, when: datetime) -> None:
        self._add(
            tables.evidence_files,
            sha256=sha256,
            booth_id=self.booth_id,
            media_type=media_type,
            size_bytes=size_bytes,
            received_at=when,
        )

    def _add(self, table: Table, **values: Any) -> None:
        self._rows.append((table, values))

    async def write(self, connection: AsyncConnection, folder: Path | None = None) -> UUID:
        """Everything, with the candidate and, unless `exam_id` names one, the exam; the booth must be there."""
        exam_id, candidate_id = self.exam_id or self.key("exam"), self.key("candidate")
        if self.exam_id is None:
            await connection.execute(insert(tables.exams).values(_exam(exam_id, self.exam, recording=self.recording)))
        await connection.execute(
            insert(tables.candidates).values(
                candidate_id=candidate_id,
                number=self.number,
                name=self.candidate,
                email=None,
                extra_time_percent=0,
                rules_off=json.dumps([]),
                accommodation_note="not for everybody's eyes",
                created_at=at(-86400),
            )
        )
        await connection.execute(
            insert(tables.exam_sessions).values(
                exam_session_id=self.exam_session_id,
                exam_id=exam_id,
                candidate_id=candidate_id,
                booth_id=self.booth_id,
                state=self.state,
                scheduled_start=at(0),
                scheduled_end=at(3600),
                practice=self.practice,
                check_in_code="ABCD-EFGH",
                extra_time_s=0,
                waiting_since=None,
                notice_version=2,
                notice_acknowledged_at=at(-360),
                calibration=None,
                started_at=at(10),
                stopped_at=None,
                stopped_s=0,
                ended_at=self._ended_at,
                legal_hold=False,
                created_at=at(-86400),
            )
        )
        for table, values in self._rows:
            await connection.execute(insert(table).values(**values))
        for sha256, data in self.files.items():
            if folder is not None:
                path = folder / sha256[:2] / sha256[2:4] / sha256
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        return self.exam_session_id


def _sha(name: str, number: int) -> str:
    return hashlib.sha256(f"{name} {number}".encode()).hexdigest()


def _exam(exam_id: UUID, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "exam_id": exam_id,
        "name": name,
        "profile": "standard",
        "profile_document": None,
        "duration_s": 3600,
        "notice": "You are recorded.",
        "notice_version": 2,
        "photo_wanted": True,
        "document_wanted": True,
        "calibration_wanted": True,
        "recording": True,
        "recorded_sound": False,
        "second_review": False,
        "created_at": at(-86400),
        "archived_at": None,
    } | changes


async def add_exam(connection: AsyncConnection, exam_id: UUID, name: str) -> None:
    await connection.execute(insert(tables.exams).values(_exam(exam_id, name)))


def face(turn: float = 0.0, phone: bool = False, shade: int = 0, wh: tuple[int, int] = (1280, 720)) -> bytes:
    """A drawn head in a booth, as JPEG. `turn` from -1 (left) to 1."""
    width, height = wh
    image = Image.new("RGB", wh, (188 - shade, 196 - shade, 205 - shade))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.78, width, height), fill=(120, 104, 88))
    x, y, r = width * (0.5 - 0.06 * turn), height * 0.42, height * 0.2
    draw.ellipse((x - 1.9 * r, y + 0.9 * r, x + 1.9 * r, y + 4 * r), fill=(62, 84, 112))
    draw.ellipse((x - 0.82 * r, y - 1.15 * r, x + 0.82 * r, y + 1.1 * r), fill=(222, 184, 158))
    draw.chord((x - 0.86 * r, y - 1.25 * r, x + 0.86 * r, y + 0.5 * r), 180, 360, fill=(70, 52, 40))
    for side in (-1, 1):
        eye = x + side * 0.33 * r - turn * 0.35 * r
        draw.ellipse((eye - 0.09 * r, y - 0.02 * r, eye + 0.09 * r, y + 0.16 * r), fill=(40, 34, 30))
    draw.arc(
        (x - 0.35 * r - turn * 0.3 * r, y + 0.3 * r, x + 0.35 * r - turn * 0.3 * r, y + 0.75 * r),
        20,
        160,
        width=6,
        fill=(150, 84, 78),
    )
    if phone:
        draw.rounded_rectangle((x + 1.5 * r, y + 1.2 * r, x + 2.1 * r, y + 2.3 * r), 12, fill=(24, 24, 28))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


def boxes(second: float, turn: float = 0.0, phone: bool = False) -> bytes:
    """What was seen where in `face`, as the file beside a clip."""
    x, y, r, wide = 0.5 - 0.06 * turn, 0.42, 0.2, 9 / 16
    found = [Box(label="face", score=0.97, xyxy=(x - 0.95 * r * wide, y - 1.3 * r, x + 0.95 * r * wide, y + 1.15 * r))]
    if phone:
        found.append(
            Box(
                label="cell phone",
                score=0.71,
                xyxy=(x + 1.45 * r * wide, y + 1.15 * r, x + 2.15 * r * wide, y + 2.35 * r),
            )
        )
    looks = tuple(Look(at_s=at_s, boxes=tuple(found)) for at_s in (4.0, 4.5, 5.0, 5.5, 6.0))
    return ClipBoxes(
        clip_sha256="0" * 64, started_at=at(second - 5), duration_s=10, frame_wh=(1280, 720), looks=looks
    ).to_json()
