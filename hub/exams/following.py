"""Which exam session a booth shows, and what it is told of it. Pure."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from contract.calibration import Calibration
from contract.messages import Desired
from contract.profiles import RuleProfile
from contract.sitting import ENDED, Sitting, code_digest
from contract.wire import InvalidError
from hub.exams.machine import ACTIVE, ON, STANDING, WATCHED
from hub.exams.profiles import read_profile
from hub.exams.reasons import BY_CODE
from hub.exams.timing import Timing

END_SHOWN: Final = timedelta(minutes=5)
"""How long a booth tells that an exam session is over, and why, unless the next candidate comes."""


def choose(rows: Iterable[Any], now: datetime) -> Any | None:
    """The row of `exam_sessions` that its booth shows: the one whose candidate sits there, the earliest if there are
    several; else one that ended just now, unless the next is about to begin; else the next that begins soon."""
    rows = sorted(rows, key=lambda row: (row.scheduled_start, row.exam_session_id))
    active = [row for row in rows if row.state in ACTIVE]
    if active:
        return min(active, key=lambda row: (row.state not in ON, row.scheduled_start))
    coming = [row for row in rows if row.state == "scheduled"]
    if coming and coming[0].scheduled_start <= now + END_SHOWN:
        return coming[0]
    ended = [row for row in rows if row.state in ENDED]
    if ended:
        return max(ended, key=lambda row: row.ended_at)
    return coming[0] if coming else None


def with_rules_off(profile: RuleProfile, rules_off: Iterable[str]) -> RuleProfile:
    """The same profile with an accommodation: some rules look at nothing."""
    off = {
        name: getattr(profile.rules, name).model_copy(update={"enabled": False})
        for name in rules_off
        if name in type(profile.rules).model_fields
    }
    return profile.model_copy(update={"rules": profile.rules.model_copy(update=off)}) if off else profile


def desired_of(row: Any, default: RuleProfile, *, between: bool = True) -> Desired:
    """What the booth of `row` should be doing; `default` is what it judges by outside of exams, if it watches then at
    all: `between`.

    `row` joins the booth with the exam session it shows, its exam and its candidate; all null without one.
    """
    if row.exam_session_id is None:
        return Desired(revision=row.desired_revision, profile=default, monitoring=between)
    on = row.state in ON
    over = row.state in ENDED
    profile = default if over else with_rules_off(_profile(row) or default, json.loads(row.rules_off))
    return Desired(
        revision=row.desired_revision,
        monitoring=row.state in WATCHED or (between and row.state not in STANDING),
        profile=profile,
        calibration=None if over else _calibration(row.calibration),
        exam_session=row.exam_session_id if on else None,
        recording=row.state in WATCHED and row.recording and not row.practice,
        recorded_sound=on and row.recorded_sound and not row.practice,
        sitting=_sitting(row),
        traces=on and not row.practice,
    )


def _sitting(row: Any) -> Sitting:
    timing = Timing.of(row)
    reason = BY_CODE.get(row.reason_code or "")
    return Sitting(
        exam_session=row.exam_session_id,
        state=row.state,
        exam_name=row.exam_name,
        candidate_name=row.candidate_name,
        scheduled_start=row.scheduled_start,
        practice=row.practice,
        code_sha256=code_digest(row.exam_session_id, row.check_in_code),
        notice=row.notice,
        notice_version=row.exam_notice_version,
        photo_wanted=row.photo_wanted,
        document_wanted=row.document_wanted,
        calibration_wanted=row.calibration_wanted,
        duration_s=int(timing.allowed.total_seconds()),
        ends_at=timing.ends_at,
        left_s=timing.left_s,
        message=reason.said if reason else "",
    )


def _profile(row: Any) -> RuleProfile | None:
    """From the admission on the one that was chosen then; before it what the exam says now."""
    return read_profile(row.profile, row.pinned_profile, row.profile_document, row.made_document)


def _calibration(text: str | None) -> Calibration | None:
    try:
        return Calibration.parse(text) if text else None
    except InvalidError:
        return None
