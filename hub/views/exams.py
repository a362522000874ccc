"""Where exams are held, exams and their notices, candidates, and what an import came to."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.profiles import RuleProfile
from contract.wire import BoothId
from hub.views.base import View


class Site(View):
    site_id: str
    name: str
    created_at: datetime
    archived_at: datetime | None = None


class SiteList(View):
    items: tuple[Site, ...]


class Room(View):
    room_id: str
    site_id: str
    name: str
    created_at: datetime
    archived_at: datetime | None = None
    booths: tuple[BoothId, ...]


class RoomList(View):
    items: tuple[Room, ...]


class Exam(View):
    exam_id: UUID
    name: str
    profile: str = Field(description="name of the rule profile: built in, made here, or that of `profile_document`")
    profile_document: RuleProfile | None = Field(description="the exam's own; null where `profile` says all")
    duration_s: int = Field(description="without anybody's extra time")
    notice: str
    notice_version: int
    photo_wanted: bool
    document_wanted: bool
    calibration_wanted: bool
    recording: bool
    recorded_sound: bool
    second_review: bool
    created_at: datetime
    archived_at: datetime | None


class ExamList(View):
    items: tuple[Exam, ...]
    next: str | None = Field(description="pass as `after` for more; null at the end")


class Notice(View):
    version: int
    text: str
    created_at: datetime


class NoticeList(View):
    """Every wording that a candidate may have acknowledged, newest first."""

    items: tuple[Notice, ...]


class Candidate(View):
    candidate_id: UUID
    number: str = Field(description="the test centre's own")
    name: str
    email: str | None
    extra_time_percent: int
    rules_off: tuple[str, ...] = Field(description="rules that an accommodation switches off")
    accommodation_note: str
    created_at: datetime


class CandidateList(View):
    items: tuple[Candidate, ...]
    next: str | None = Field(description="pass as `after` for more; null at the end")


class ImportProblem(View):
    line: int = Field(description="of the file, from 1; the header is a line too")
    column: str | None = Field(description="its name in the header; null where the whole line is wrong")
    problem: str


class ImportRow(View):
    line: int
    key: str = Field(description="the candidate's number; of a schedule, with exam, booth and start")
    change: Literal["new", "changed", "unchanged"]
    fields: tuple[str, ...] = Field(description="what differs from what is there")


class ImportReport(View):
    """What a file says. All of it is taken or nothing: with a problem anywhere nothing is."""

    applied: bool
    encoding: Literal["utf-8", "windows-1252"]
    separator: Literal[";", ",", "tab"]
    new: int
    changed: int
    unchanged: int
    problem_count: int
    problems: tuple[ImportProblem, ...] = Field(description="the first 200, or as many as were asked for")
    rows: tuple[ImportRow, ...] = Field(
        description="the first 200 that are new or changed, or as many as were asked for"
    )
    warning: str = Field(description="what to look at before importing; empty where there is nothing")


class ReasonView(View):
    code: str = Field(description="category.code")
    category: str
    text: str
    actions: tuple[str, ...] = Field(description="of an exam session, for which it may be given")
    needs_note: bool


class ReasonList(View):
    items: tuple[ReasonView, ...]
