"""As many violations as wanted, written as rows: of many booths, kinds, severities, states of review."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import SEVERITIES, EvidenceRef, Explanation, Violation, ViolationKind
from hub.tables import booths, candidates, evidence_files, exam_sessions, exams, reviews, rooms, sites, violations

BEGAN: Final = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
KINDS: Final[tuple[ViolationKind, ...]] = get_args(ViolationKind)
AT_ONCE: Final = 5000
BOOTHS_A_ROOM: Final = 10
AN_EXAM_SESSION: Final = 50
"""Violations of one."""


def booth_ids(count: int) -> list[str]:
    return [f"booth-{number}" for number in range(count)]


def room_of(number: int) -> str:
    return f"room-{number // BOOTHS_A_ROOM}"


def exam_session_id(number: int) -> UUID:
    return UUID(int=(2 << 64) + number)


def rows(count: int, booth_count: int) -> Iterator[dict[str, Any]]:
    """The same ones every time. Most are looked after: one in five waits for a review, one in a thousand is open; some
    kinds are rare."""
    dice = random.Random(count)
    weights = [2.0 ** -(number % 8) for number in range(len(KINDS))]
    for number in range(count):
        booth = number // AN_EXAM_SESSION % booth_count
        opened_at = BEGAN + timedelta(seconds=number * 3 + dice.random())
        (kind,) = dice.choices(KINDS, weights)
        severity = dice.choices(SEVERITIES, (6, 3, 1))[0]
        (review,) = dice.choices(("confirmed", "dismissed", "unreviewed", "contested"), (40, 38, 20, 2))
        violation = Violation(
            violation_id=UUID(int=(1 << 64) + dice.getrandbits(60)),
            kind=kind,
            severity=severity,
            started_at=opened_at - timedelta(seconds=1),
            opened_at=opened_at,
            ended_at=None if dice.random() < 0.001 else opened_at + timedelta(seconds=5),
            explanation=Explanation(rule=kind, hold_s=1.0, frames=10, profile="standard", profile_version=1),
            evidence=(_snapshot(number, opened_at),),
        )
        rank, decided = SEVERITIES.index(severity), review in ("confirmed", "dismissed")
        grown = decided and rank > 0 and dice.random() < 0.005
        yield {
            "violation_id": violation.violation_id,
            "booth_id": f"booth-{booth}",
            "chain_id": UUID(int=booth),
            "seq": number + 1,
            "kind": kind,
            "severity": severity,
            "severity_rank": rank,
            "opened_at": opened_at,
            "ended_at": violation.ended_at,
            "document": violation.model_dump_json(),
            "received_at": opened_at,
            "exam_session_id": exam_session_id(number // AN_EXAM_SESSION),
            "review": review,
            "reviews_wanted": 1,
            "reviewed_rank": (rank - 1 if grown else rank) if decided else None,
            "grown_at": opened_at if grown else None,
            "rule": kind,
            "profile": "standard",
            "profile_version": 1,
        }


def _snapshot(number: int, taken_at: datetime) -> EvidenceRef:
    return EvidenceRef(
        sha256=f"{number:064x}", role="snapshot", media_type="image/jpeg", size_bytes=40_000, taken_at=taken_at
    )


async def fill(connection: AsyncConnection, count: int, booth_count: int) -> list[dict[str, Any]]:
    """Writes them with all that they hang on, and brings the planner's numbers up to date where it keeps some."""
    written = list(rows(count, booth_count))
    await _places(connection, booth_count)
    await _exam_sessions(connection, count, booth_count)
    for start in range(0, count, AT_ONCE):
        some = written[start : start + AT_ONCE]
        await connection.execute(insert(violations), some)
        files = [
            {
                "sha256": f"{start + index:064x}",
                "booth_id": row["booth_id"],
                "media_type": "image/jpeg",
                "size_bytes": 40_000,
                "received_at": row["received_at"],
            }
            for index, row in enumerate(some)
        ]
        await connection.execute(insert(evidence_files), files)
        await connection.execute(insert(reviews), [_review(row) for row in some if row["reviewed_rank"] is not None])
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql("ANALYZE")
    return written


def _review(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "review_id": row["violation_id"],
        "violation_id": row["violation_id"],
        "decision": row["review"],
        "note": "",
        "username": "eve",
        "display_name": "Eve",
        "decided_at": row["opened_at"] + timedelta(hours=1),
    }


async def _places(connection: AsyncConnection, booth_count: int) -> None:
    await connection.execute(insert(sites).values(site_id="site-0", name="Site", created_at=BEGAN))
    named = sorted({room_of(number) for number in range(booth_count)})
    await connection.execute(
        insert(rooms), [{"room_id": room, "site_id": "site-0", "name": room, "created_at": BEGAN} for room in named]
    )
    await connection.execute(
        insert(booths),
        [
            {
                "booth_id": booth_id,
                "name": booth_id.title(),
                "created_at": BEGAN,
                "desired_profile": "standard",
                "desired_revision": 1,
                "room_id": room_of(number),
            }
            for number, booth_id in enumerate(booth_ids(booth_count))
        ],
    )


async def _exam_sessions(connection: AsyncConnection, count: int, booth_count: int) -> None:
    exam_id, candidate_id = UUID(int=1), UUID(int=2)
    wishes = ("photo_wanted", "document_wanted", "calibration_wanted", "recording", "recorded_sound", "second_review")
    await connection.execute(
        insert(exams).values(
            exam_id=exam_id,
            name="Algebra",
            profile="standard",
            duration_s=3600,
            notice="",
            notice_version=1,
            created_at=BEGAN,
            **dict.fromkeys(wishes, False),
        )
    )
    await connection.execute(
        insert(candidates).values(
            candidate_id=candidate_id,
            number="1",
            name="Noa",
            extra_time_percent=0,
            rules_off="[]",
            accommodation_note="",
            created_at=BEGAN,
        )
    )
    await connection.execute(
        insert(exam_sessions),
        [
            {
                "exam_session_id": exam_session_id(number),
                "exam_id": exam_id,
                "candidate_id": candidate_id,
                "booth_id": f"booth-{number % booth_count}",
                "state": "completed",
                "scheduled_start": BEGAN + timedelta(minutes=2 * number),
                "scheduled_end": BEGAN + timedelta(minutes=2 * number + 60),
                "practice": False,
                "check_in_code": "ABC234",
                "extra_time_s": 0,
                "stopped_s": 0,
                "legal_hold": False,
                "created_at": BEGAN,
            }
            for number in range(-(-count // AN_EXAM_SESSION))
        ],
    )
