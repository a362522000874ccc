"""The database's tables, by domain. Statements are in `hub/store`; changes need a migration in `hub/migrations`."""

from hub.tables.base import UtcDateTime, metadata
from hub.tables.booths import booth_states, booths, checkups, claim_codes, devices
from hub.tables.chains import chain_gaps, chains, checkpoints, countersignatures, events, rejected_messages
from hub.tables.credentials import (
    api_tokens,
    identities,
    invitations,
    password_resets,
    recovery_codes,
    second_factors,
    sign_in_tickets,
)
from hub.tables.enrolment import device_certificates, enrolment_requests, expected_devices, rescue_codes
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
from hub.tables.people import assignments, failures, lockouts, room_grants, sign_ins, site_grants, users
from hub.tables.places import rooms, sites
from hub.tables.profiles import profile_versions, profiles
from hub.tables.records import audit_log
from hub.tables.releases import releases, rollout_devices, rollouts
from hub.tables.retention import deletions, legal_holds, retention_runs, settings, signing_certificates
from hub.tables.traces import traces
from hub.tables.watching import (
    booth_looks,
    canned_messages,
    exam_session_proctors,
    flag_reviews,
    flag_versions,
    flags,
    messages,
)
from hub.tables.webhooks import webhook_deliveries, webhook_messages, webhooks

__all__ = [
    "UtcDateTime",
    "api_tokens",
    "assignments",
    "audit_log",
    "booth_looks",
    "booth_states",
    "booths",
    "candidate_words",
    "candidates",
    "canned_messages",
    "chain_gaps",
    "chains",
    "checkpoints",
    "checkups",
    "claim_codes",
    "countersignatures",
    "deletions",
    "device_certificates",
    "devices",
    "dropped_evidence",
    "enrolment_requests",
    "events",
    "evidence_files",
    "evidence_refs",
    "exam_session_photos",
    "exam_session_proctors",
    "exam_session_steps",
    "exam_sessions",
    "exams",
    "expected_devices",
    "failures",
    "flag_reviews",
    "flag_versions",
    "flags",
    "identities",
    "invitations",
    "legal_holds",
    "lockouts",
    "messages",
    "metadata",
    "monitoring_gaps",
    "notices",
    "password_resets",
    "profile_versions",
    "profiles",
    "recovery_codes",
    "rejected_messages",
    "releases",
    "rescue_codes",
    "retention_runs",
    "reviews",
    "rollout_devices",
    "rollouts",
    "room_grants",
    "rooms",
    "second_factors",
    "segments",
    "settings",
    "sign_in_tickets",
    "sign_ins",
    "signing_certificates",
    "site_grants",
    "sites",
    "traces",
    "users",
    "violations",
    "watches",
    "webhook_deliveries",
    "webhook_messages",
    "webhooks",
]
