"""The database's tables, by domain. Statements are in `hub/store`; changes need a migration in `hub/migrations`."""

from hub.tables.base import UtcDateTime, metadata
from hub.tables.booths import booth_states, booths, claim_codes, devices
from hub.tables.chains import chain_gaps, chains, checkpoints, countersignatures, events, rejected_messages
from hub.tables.evidence import dropped_evidence, evidence_files, evidence_refs, segments
from hub.tables.exams import (
    candidate_words,
    candidates,
    exam_session_photos,
    exam_session_steps,
    exam_sessions,
    exams,
    notices,
)
from hub.tables.findings import monitoring_gaps, reviews, violations, watches
from hub.tables.people import assignments, failures, sign_ins, users
from hub.tables.places import rooms, sites
from hub.tables.records import audit_log
from hub.tables.watching import booth_looks, canned_messages, exam_session_proctors, flag_versions, flags, messages

__all__ = [
    "UtcDateTime",
    "assignments",
    "audit_log",
    "booth_looks",
    "booth_states",
    "booths",
    "candidates",
    "canned_messages",
    "chain_gaps",
    "chains",
    "checkpoints",
    "claim_codes",
    "countersignatures",
    "devices",
    "dropped_evidence",
    "events",
    "candidate_words",
    "evidence_files",
    "evidence_refs",
    "exam_session_photos",
    "exam_session_proctors",
    "exam_session_steps",
    "exam_sessions",
    "exams",
    "failures",
    "flag_versions",
    "flags",
    "messages",
    "metadata",
    "monitoring_gaps",
    "notices",
    "rejected_messages",
    "reviews",
    "rooms",
    "segments",
    "sign_ins",
    "sites",
    "users",
    "violations",
    "watches",
]
