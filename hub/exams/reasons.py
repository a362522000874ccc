"""Why something was done to an exam session: a catalogue of two levels, `category.code`, each with the actions it fits.

A code says it for reports and statistics, the note beside it in a person's own words. `said` is what the candidate
reads; it accuses nobody.
"""

from dataclasses import dataclass
from typing import Final

from hub.errors import RefusedError
from hub.exams.machine import ROWS, Action

TIME_IS_UP: Final = "exam.time_is_up"
OTHER: Final = "other.note_required"

_TROUBLE: Final = ("pause", "extend", "move", "reschedule", "turn_away", "terminate", "complete", "cancel")
_MISCONDUCT: Final = ("pause", "terminate", "turn_away")
_ASK_STAFF: Final = "Please speak to the staff of the test centre."


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    text: str
    actions: tuple[str, ...]
    said: str = ""

    @property
    def category(self) -> str:
        return self.code.partition(".")[0]

    @property
    def needs_note(self) -> bool:
        return self.code == OTHER


CATALOGUE: Final[tuple[Reason, ...]] = (
    Reason("identity.document_mismatch", "Face and document do not match", ("turn_away", "terminate"), _ASK_STAFF),
    Reason("identity.document_missing", "No valid document was shown", ("turn_away", "terminate"), _ASK_STAFF),
    Reason("identity.unclear", "The photo does not show enough to compare", ("check_in_again", "turn_away", "pause")),
    Reason("check_in.by_staff", "Staff checked the candidate in, beside the screen", ("check_in",)),
    Reason("check_in.incomplete", "Check-in must be done again", ("check_in_again",), "Please check in again."),
    Reason("check_in.notice_refused", "The candidate does not accept the notice", ("turn_away", "cancel"), _ASK_STAFF),
    Reason("check_in.camera_view", "The camera does not show the candidate as it should", ("check_in_again", "pause")),
    Reason("technical.camera_failed", "The camera failed", _TROUBLE, "There is a technical problem."),
    Reason("technical.device_failed", "The booth's device failed", _TROUBLE, "There is a technical problem."),
    Reason("technical.network_failed", "The network failed", _TROUBLE, "There is a technical problem."),
    Reason("technical.power_failed", "The power failed", _TROUBLE, "There is a technical problem."),
    Reason("technical.exam_software", "The exam's own software failed", _TROUBLE, "There is a technical problem."),
    Reason("candidate.ill", "The candidate is unwell", (*_TROUBLE, "break"), "Take your time. Staff will help you."),
    Reason("candidate.asked", "The candidate asked for it", (*_TROUBLE, "break", "check_in_again")),
    Reason("candidate.personal_need", "A personal need", ("break", "pause")),
    Reason("candidate.late", "The candidate came late", ("extend", "reschedule", "turn_away", "no_show"), _ASK_STAFF),
    Reason("candidate.absent", "The candidate did not come", ("no_show",)),
    Reason("candidate.left", "The candidate left", ("complete", "terminate", "turn_away")),
    Reason("misconduct.device_used", "A forbidden device was used", _MISCONDUCT, _ASK_STAFF),
    Reason("misconduct.material_used", "Forbidden material was used", _MISCONDUCT, _ASK_STAFF),
    Reason("misconduct.other_person", "Somebody else was there", _MISCONDUCT, _ASK_STAFF),
    Reason("misconduct.speaking", "Speaking with somebody outside the exam", _MISCONDUCT, _ASK_STAFF),
    Reason("misconduct.impersonation", "Somebody else sat for the candidate", _MISCONDUCT, _ASK_STAFF),
    Reason("misconduct.instructions_ignored", "Instructions were not followed", _MISCONDUCT, _ASK_STAFF),
    Reason("organisation.alarm", "Fire alarm or evacuation", _TROUBLE, "Please follow the staff's instructions."),
    Reason("organisation.disturbance", "A disturbance at the test centre", _TROUBLE, "There is a disturbance outside."),
    Reason("organisation.booth_needed", "Another booth is used", ("move", "reschedule")),
    Reason("organisation.scheduled_wrongly", "It was scheduled wrongly", ("cancel", "reschedule", "move")),
    Reason("accommodation.extra_time", "Extra time that was granted", ("extend",)),
    Reason("accommodation.check_in", "Another way of checking in that was granted", ("check_in",)),
    Reason("accommodation.break", "A break that was granted", ("break",)),
    Reason("exam.finished", "The candidate has finished", ("complete",)),
    Reason(TIME_IS_UP, "The time is up", ("complete", "time_is_up"), "The time is up."),
    Reason(OTHER, "Another reason, told in the note", tuple(row.action for row in ROWS if row.who != "booth")),
)

BY_CODE: Final[dict[str, Reason]] = {reason.code: reason for reason in CATALOGUE}


def check_reason(action: Action, *, needed: bool, code: str | None, note: str) -> None:
    """Raises 422 with the codes that fit."""
    fitting = [reason.code for reason in CATALOGUE if action in reason.actions]
    if code is None:
        if needed:
            raise RefusedError(422, "A reason is needed", f"give reason_code: {', '.join(fitting)}")
        return
    reason = BY_CODE.get(code)
    if reason is None or action not in reason.actions:
        known = "is not in the catalogue" if reason is None else f"does not fit {action}"
        raise RefusedError(422, "Not a reason for this", f"{code} {known}; these fit: {', '.join(fitting) or 'none'}")
    if reason.needs_note and not note.strip():
        raise RefusedError(422, "A note is needed", f"{code} says nothing by itself: tell the reason in note")
