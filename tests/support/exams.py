"""A test centre with an exam and a candidate, and a booth that tells what the candidate does."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from contract import chain
from contract.calibration import Calibration
from contract.messages import Desired, Event, EventBody
from contract.sitting import ExamSessionStep, Sitting, SittingStep
from contract.violation import EvidenceRef
from tests.support.hub import Chain, Uplink

FACE = b"\xff\xd8\xff" + b"face" * 100
DOCUMENT = b"\xff\xd8\xff" + b"document" * 100


class TimedChain(Chain):
    """As a booth writes it: with its own clock's time, and the exam session that is on."""

    def said(self, body: EventBody, exam_session: UUID | None = None, wall_time: datetime | None = None) -> bytes:
        self.seq += 1
        event = Event(
            chain_id=self.chain_id,
            seq=self.seq,
            prev_sha256=self.head,
            booth=self.booth,
            wall_time=wall_time or datetime.now(UTC),
            monotonic_s=float(self.seq),
            boot_id="boot",
            exam_session=exam_session,
            body=body,
        )
        payload = event.to_json()
        self.head = chain.sha256_hex(payload)
        return payload


def photo_ref(data: bytes) -> EvidenceRef:
    return EvidenceRef(
        sha256=chain.sha256_hex(data),
        role="photo",
        media_type="image/jpeg",
        size_bytes=len(data),
        taken_at=datetime.now(UTC),
    )


@dataclass
class Booth:
    """A booth's uplink and chain together."""

    uplink: Uplink
    chain: TimedChain

    @classmethod
    async def at(cls, uplink: Uplink) -> "Booth":
        await uplink.listen(f"invigil/v1/booths/{uplink.device.booth}/desired")
        return cls(uplink, TimedChain(uplink.device.booth))

    async def step(self, exam_session: UUID, step: SittingStep, **said: Any) -> None:
        """Until the hub has it."""
        wall_time = said.pop("wall_time", None)
        body = ExamSessionStep(exam_session=exam_session, step=step, **said)
        self.uplink.send(self.chain.said(body, wall_time=wall_time))
        await self.uplink.acked(1)

    async def says(self, body: EventBody, exam_session: UUID | None = None) -> None:
        self.uplink.send(self.chain.said(body, exam_session))
        await self.uplink.acked(1)

    async def check_in(self, exam_session: UUID, notice_version: int = 1) -> None:
        """All of it, as the screen leads through it."""
        await self.step(exam_session, "code_accepted")
        await self.step(exam_session, "notice_acknowledged", notice_version=notice_version)
        await self.step(exam_session, "photo_taken", photo=photo_ref(FACE), photo_of="face")
        await self.step(exam_session, "photo_taken", photo=photo_ref(DOCUMENT), photo_of="document")
        await self.step(exam_session, "calibrated", calibration=Calibration(yaw_deg=3.5))
        await self.step(exam_session, "ready")

    async def told(self, **wanted: Any) -> Desired:
        """What the booth is told to do, once all of this is so: fields of `Desired`, or of its sitting."""
        while True:
            desired = Desired.parse(await self.uplink.receive("desired"))
            if all(_said(desired, name) == value for name, value in wanted.items()):
                return desired

    async def sitting(self, state: str) -> Sitting:
        desired = await self.told(state=state)
        assert desired.sitting is not None
        return desired.sitting


def _said(desired: Desired, name: str) -> Any:
    if name in Desired.model_fields:
        return getattr(desired, name)
    return getattr(desired.sitting, name) if desired.sitting else None


def soon(minutes: float = 5) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


@dataclass
class Centre:
    """Through the API, as an administrator."""

    client: httpx.AsyncClient

    async def post(self, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/api/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json() or {}
        return found

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def exam(self, **changes: Any) -> str:
        values: dict[str, Any] = {
            "name": "Algebra",
            "duration_s": 3600,
            "notice": "You are filmed.",
            "document_wanted": True,
        }
        return str((await self.post("/exams", **values | changes))["exam_id"])

    async def candidate(self, number: str = "A-1", **changes: Any) -> str:
        values: dict[str, Any] = {"number": number, "name": "Grace Hopper"} | changes
        return str((await self.post("/candidates", **values))["candidate_id"])

    async def schedule(self, exam: str, candidate: str, booth: str = "booth-1", **changes: Any) -> UUID:
        values: dict[str, Any] = {
            "exam_id": exam,
            "candidate_id": candidate,
            "booth_id": booth,
            "scheduled_start": soon(),
        }
        return UUID((await self.post("/exam-sessions", **values | changes))["exam_session_id"])

    async def act(self, exam_session: UUID, action: str, status: int = 200, **body: Any) -> dict[str, Any]:
        return await self.post(f"/exam-sessions/{exam_session}/{action}", status, **body)

    async def show(self, exam_session: UUID) -> dict[str, Any]:
        return await self.get(f"/exam-sessions/{exam_session}")
