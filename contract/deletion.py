"""What a hub has deleted by its rules of retention, and its word for it: nobody takes that for lost or hidden."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from contract.wire import Seq, Sha256, Timestamp, Wire

RuleText = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,120}$")]
"""Why, in one line, such as `clips: 180 days`."""


class DeletedEvidence(Wire):
    """A file that was here and was deleted."""

    sha256: Sha256
    rule: RuleText
    deleted_at: Timestamp
    signed_by: Sha256 = Field(description="fingerprint of the hub's certificate")
    signature: str = Field(description="base64 DER, ECDSA P-256 over `signed_bytes`", max_length=200)

    def signed_bytes(self) -> bytes:
        return file_bytes(self.sha256, self.rule, self.deleted_at)


class DeletedEvents(Wire):
    """The beginning of a chain, up to `last_seq`, was here and was deleted; the next event carries `head_sha256`."""

    last_seq: Seq
    head_sha256: Sha256
    rule: RuleText
    deleted_at: Timestamp
    signed_by: Sha256
    signature: str = Field(max_length=200)

    def signed_bytes(self, chain_id: UUID) -> bytes:
        return events_bytes(chain_id, self.last_seq, self.head_sha256, self.rule, self.deleted_at)


def file_bytes(sha256: str, rule: str, deleted_at: datetime) -> bytes:
    """What the hub signs when it deletes a file. The time is written in UTC with microseconds."""
    return f"invigil deletion v1\nfile\n{sha256}\n{rule}\n{_time(deleted_at)}\n".encode()


def events_bytes(chain_id: UUID, last_seq: int, head_sha256: str, rule: str, deleted_at: datetime) -> bytes:
    """And when it deletes the beginning of a chain."""
    return f"invigil deletion v1\nevents\n{chain_id}\n{last_seq}\n{head_sha256}\n{rule}\n{_time(deleted_at)}\n".encode()


def audit_bytes(last_number: int, entry_sha256: str, rule: str, deleted_at: datetime) -> bytes:
    """And the beginning of its audit log."""
    return f"invigil deletion v1\naudit\n{last_number}\n{entry_sha256}\n{rule}\n{_time(deleted_at)}\n".encode()


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
