"""What a candidate's acts do: the way goes on, and the hub is told in steps. Pure.

An act that does not belong to the page that is shown changes nothing: a touch that comes twice, or late, is no act.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from agent.sitting.progress import CODE_PAUSE_S, CODES_AT_ONCE, DOTS_TRIES, Progress, locked_s
from agent.sitting.way import Page, due, page, standing, time_is_up
from contract.calibration import Calibration
from contract.sitting import ExamSessionStep, Sitting, SittingStep, code_digest
from contract.violation import EvidenceRef


class Outcome(NamedTuple):
    progress: Progress
    steps: tuple[ExamSessionStep, ...] = ()


class Candidate:
    """The one who sits there: an exam session, and how far they have come. A value; each act gives the next one."""

    def __init__(self, sitting: Sitting, progress: Progress, *, sees_faces: bool) -> None:
        self.sitting = sitting
        self.progress = progress
        self._sees_faces = sees_faces

    @property
    def page(self) -> Page:
        return page(self.sitting, self.progress, sees_faces=self._sees_faces)

    def enter_code(self, code: str, now: datetime) -> Outcome:
        """After `CODES_AT_ONCE` wrong ones none is taken for `CODE_PAUSE_S`, not even the right one."""
        progress = self.progress
        if self.page != "code" or not code.strip() or locked_s(progress, now) > 0:
            return Outcome(progress)
        if hmac.compare_digest(code_digest(self.sitting.exam_session, code), self.sitting.code_sha256):
            update = {"code_accepted": True, "wrong_codes": 0, "locked_until": None}
            return self._stepped("code_accepted", update)
        wrong = progress.wrong_codes % CODES_AT_ONCE + 1
        until = now + timedelta(seconds=CODE_PAUSE_S) if wrong == CODES_AT_ONCE else None
        return Outcome(progress.model_copy(update={"wrong_codes": wrong, "locked_until": until}))

    def acknowledge(self, notice_version: int) -> Outcome:
        """Only of the wording that was shown."""
        if self.page != "notice" or notice_version != self.sitting.notice_version:
            return Outcome(self.progress)
        return self._stepped("notice_acknowledged", {"notice_version": notice_version}, notice_version=notice_version)

    def photographed(self, of: Literal["face", "document"], photo: EvidenceRef | None) -> Outcome:
        """`photo` is None where nothing is kept."""
        if self.page != ("photo" if of == "face" else "document"):
            return Outcome(self.progress)
        return self._stepped("photo_taken", {f"{of}_taken": True}, photo=photo, photo_of=of)

    def calibrated(self, calibration: Calibration) -> Outcome:
        if self.page != "calibration":
            return Outcome(self.progress)
        kept = None if self.sitting.practice else calibration
        update = {"calibrated": True, "calibration": kept, "dots_failed": 0}
        return self._stepped("calibrated", update, calibration=kept)

    def dots_failed(self) -> Outcome:
        return Outcome(_with(self.progress, {"dots_failed": self.progress.dots_failed + 1}))

    def go_without_dots(self) -> Outcome:
        """Only who has tried. The hub sees that there is no calibration; whether to let them in is a person's word."""
        if self.page != "calibration" or self.progress.dots_failed < DOTS_TRIES:
            return Outcome(self.progress)
        return Outcome(_with(self.progress, {"without_dots": True}))

    def recalibrate(self) -> Outcome:
        """Once more, as long as nobody has let the candidate in."""
        if self.page != "waiting" or not (self.progress.calibrated or self.progress.without_dots):
            return Outcome(self.progress)
        update = {"calibrated": False, "calibration": None, "without_dots": False, "ready": False}
        return Outcome(_with(self.progress, update))

    def begin(self, now: datetime) -> Outcome:
        if self.page != "admitted":
            return Outcome(self.progress)
        return self._stepped("started", {"started_at": now})

    def ask_break(self, now: datetime) -> Outcome:
        if self.page != "in_progress" or self.progress.break_asked_at is not None:
            return Outcome(self.progress)
        return self._stepped("break_asked", {"break_asked_at": now})

    def come_back(self) -> Outcome:
        """Says so; who it is will be looked at."""
        if self.page != "on_break":
            return Outcome(self.progress)
        return Outcome(self.progress.model_copy(update={"coming_back": True}))

    def returned(self, photo: EvidenceRef | None, now: datetime) -> Outcome:
        if self.page != "returning":
            return Outcome(self.progress)
        update = {"return_due": False, "coming_back": False, "moved_in": False, "returned_at": now}
        return self._stepped("returned", update, photo=photo, photo_of="face")

    def finish(self, now: datetime) -> Outcome:
        if self.page != "in_progress" or self.progress.finish_asked_at is not None:
            return Outcome(self.progress)
        return self._stepped("finish_asked", {"finish_asked_at": now})

    def time_passed(self, now: datetime, *, hub_here: bool) -> Outcome:
        """The booth ends the exam by itself where the hub cannot; said once, with the time in the event."""
        if hub_here or not time_is_up(self.sitting, self.progress, now):
            return Outcome(self.progress)
        ends_at = standing(self.sitting, self.progress).ends_at
        return self._stepped("finish_asked", {"over_at": ends_at, "finish_asked_at": now})

    def settled(self) -> Outcome:
        """Whether all of the check-in is done now, or no longer: the hub is told when it is."""
        progress = self.progress
        if standing(self.sitting, progress).state not in {"scheduled", "checked_in"}:
            return Outcome(progress)
        nothing_due = due(self.sitting, progress, sees_faces=self._sees_faces) is None
        if nothing_due == progress.ready:
            return Outcome(progress)
        return self._stepped("ready", {"ready": True}) if nothing_due else Outcome(_with(progress, {"ready": False}))

    def _stepped(
        self,
        step: SittingStep,
        update: Mapping[str, object],
        *,
        notice_version: int | None = None,
        photo: EvidenceRef | None = None,
        photo_of: Literal["face", "document"] | None = None,
        calibration: Calibration | None = None,
    ) -> Outcome:
        told = ExamSessionStep(
            exam_session=self.sitting.exam_session,
            step=step,
            notice_version=notice_version,
            photo=photo,
            photo_of=photo_of,
            calibration=calibration,
        )
        return Outcome(_with(self.progress, update), (told,))


def _with(progress: Progress, update: Mapping[str, object]) -> Progress:
    return progress.model_copy(update=dict(update))
