"""What a chain of events must hold, checked from payload bytes alone, as the hub and a verifier would."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from contract.chain import GENESIS_SHA256, sha256_hex
from contract.messages import Ack, Event, SeqRange
from contract.violation import Explanation, Violation

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def invented_violation(kept: UUID | None = None) -> Violation:
    return Violation(
        violation_id=kept or uuid4(),
        kind="no_face",
        severity="high",
        started_at=NOON,
        opened_at=NOON,
        explanation=Explanation(hold_s=1.0, frames=10, profile="strict", profile_version=1),
    )


def check_links(payloads: Iterable[bytes], *, first_seq: int = 1, prev_sha256: str | None = GENESIS_SHA256) -> str:
    """Dense numbers from `first_seq`, each event carrying the hash of the one before. Returns the head's hash."""
    head = prev_sha256
    for expected, payload in enumerate(payloads, start=first_seq):
        event = Event.parse(payload)
        assert event.seq == expected, f"after {expected - 1} came {event.seq}"
        assert head is None or event.prev_sha256 == head, f"event {event.seq} does not follow the one before it"
        head = sha256_hex(payload)
    return head or GENESIS_SHA256


def ack(chain_id: UUID, *spans: tuple[int, int]) -> Ack:
    return Ack(chain_id=chain_id, committed=tuple(SeqRange(first=first, last=last) for first, last in spans))
