"""Centres with as many violations as wanted, up to tens of millions: a year of four sites, the newest a moment ago.

Everything is spread as in a real one: booths, kinds, severities, decisions, exam sessions of an hour in each booth. The
same number makes the same centre but for its clock and the ids of what is old. The newest `BASE` are whole, with
events, decisions and pictures; what is older is their copy, made by the database, and has none of these: ten million
fit on a disk, and are there in minutes.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

import numpy as np

from contract.violation import SEVERITIES, EvidenceRef, Explanation, Violation, ViolationKind
from hub import tables
from hub.engines.postgres import PostgresConfig
from tests.support.bulk import Loader, loading

BOOTHS: Final = 200
BOOTHS_A_ROOM: Final = 10
ROOMS_A_SITE: Final = 5
EXAMS: Final = 40
AN_EXAM_SESSION: Final = 20
"""Violations of one."""
WAVE: Final = BOOTHS * AN_EXAM_SESSION
"""Violations while every booth has one exam session: a little more than an hour."""
STEP_S: Final = 1.0
SITTINGS: Final = 2
"""Exam sessions of a candidate."""
BASE: Final = 100_000
FORGOTTEN: Final = 1_000
"""So many came `FORGOTTEN_DAYS` before the others: what retention has to find."""
FORGOTTEN_DAYS: Final = 400
AUDITED: Final = 20
"""Violations to one entry of the audit log."""
KINDS: Final[tuple[ViolationKind, ...]] = get_args(ViolationKind)
REVIEWS: Final = ("confirmed", "dismissed", "unreviewed", "contested")
_RARITY: Final = [2.0 ** -(number % 8) for number in range(len(KINDS))]
_WEIGHTS: Final = [each / sum(_RARITY) for each in _RARITY]
AT_ONCE: Final = 5_000
_FIRST: Final = ("Noa", "Sofia", "Emmy", "Ada", "Grace", "Mary", "Lise", "Rosa", "Vera", "Jana", "Maja", "Ines")
_LAST: Final = ("Byron", "Noether", "Hopper", "Meitner", "Rubin", "Curie", "Franklin", "Germain", "Lovelace")
_HASH: Final = "0" * 64


@dataclass(frozen=True)
class Centre:
    """Where and when things are in one of so many violations that ends `now`. Numbers count within the newest."""

    count: int
    now: datetime

    @property
    def newest(self) -> int:
        return min(self.count, BASE)

    @property
    def copies(self) -> int:
        """Of the newest, each as long before the one after it as they last."""
        return self.count // self.newest - 1

    @property
    def lasts(self) -> timedelta:
        return timedelta(seconds=STEP_S * self.newest)

    @property
    def exam_sessions(self) -> int:
        return -(-self.newest // WAVE) * BOOTHS

    @property
    def candidates(self) -> int:
        return -(-self.exam_sessions // SITTINGS)

    def opened_at(self, number: int) -> datetime:
        forgotten = FORGOTTEN_DAYS if number < FORGOTTEN else 0
        return self.now - timedelta(days=forgotten, seconds=STEP_S * (self.newest - number))

    def starts_at(self, exam_session: int) -> datetime:
        return self.now - timedelta(seconds=STEP_S * (self.newest - exam_session // BOOTHS * WAVE))


def booth_id(number: int) -> str:
    return f"booth-{number}"


def room_id(booth: int) -> str:
    return f"room-{booth // BOOTHS_A_ROOM}"


def exam_id(number: int) -> UUID:
    return UUID(int=(1 << 80) + number)


def candidate_id(number: int) -> UUID:
    return UUID(int=(2 << 80) + number * 0x9E3779B97F4A7C15 % (1 << 64))


def exam_session_id(number: int) -> UUID:
    """The sixteen bits above the last 64 say which copy it is of."""
    return UUID(int=(3 << 80) + number * 0x9E3779B97F4A7C15 % (1 << 64))


def exam_session_of(violation: int) -> int:
    return violation // WAVE * BOOTHS + violation % BOOTHS


def candidate_number(number: int) -> str:
    return f"c{number:07d}"


async def fill(at: Path | PostgresConfig, count: int) -> Centre:
    """Writes it into an empty database."""
    centre = Centre(count, datetime.now(UTC))
    async with loading(at) as into:
        await _places(into, centre)
        await _exam_sessions(into, centre)
        await _violations(into, centre)
        await into.copy(tables.audit_log, *_audit(centre))
        await into.copy(tables.monitoring_gaps, *_gaps(centre))
        await into.repeat(centre.copies, centre.lasts, before=timedelta(days=FORGOTTEN_DAYS - 1))
    return centre


async def _places(into: Loader, centre: Centre) -> None:
    now, rooms = centre.now, range(0, BOOTHS, BOOTHS_A_ROOM)
    sites = sorted({number // BOOTHS_A_ROOM // ROOMS_A_SITE for number in rooms})
    site = ("site_id", "name", "created_at")
    await into.copy(tables.sites, site, [(f"site-{number}", f"Site {number}", now) for number in sites])
    room = ("room_id", "site_id", "name", "created_at")
    there = [(room_id(each), f"site-{each // BOOTHS_A_ROOM // ROOMS_A_SITE}", room_id(each), now) for each in rooms]
    await into.copy(tables.rooms, room, there)
    booth = ("booth_id", "name", "created_at", "desired_profile", "desired_revision", "room_id")
    rows = [(booth_id(each), f"Booth {each}", now, "standard", 1, room_id(each)) for each in range(BOOTHS)]
    await into.copy(tables.booths, booth, rows)
    chain = ("chain_id", "booth_id", "max_seq", "events", "first_received_at", "deleted_to")
    seen = 2 * -(-centre.newest // BOOTHS)
    chains = [(UUID(int=1 + each), booth_id(each), seen, seen, centre.opened_at(0), 0) for each in range(BOOTHS)]
    await into.copy(tables.chains, chain, chains)


async def _exam_sessions(into: Loader, centre: Centre) -> None:
    exam = ("exam_id", "name", "profile", "duration_s", "notice", "notice_version", "created_at")
    wishes = ("photo_wanted", "document_wanted", "calibration_wanted", "recording", "recorded_sound", "second_review")
    rows = [
        (exam_id(each), f"Exam {each}", "standard", 3600, "", 1, centre.opened_at(0), *[False] * len(wishes))
        for each in range(EXAMS)
    ]
    await into.copy(tables.exams, (*exam, *wishes), rows)
    candidate = ("candidate_id", "number", "name", "extra_time_percent", "rules_off", "accommodation_note")
    await into.copy(tables.candidates, (*candidate, "created_at"), _candidates(centre))
    await into.copy(tables.candidate_words, ("word", "candidate_id"), _words(centre))
    await into.copy(tables.exam_sessions, *_sittings(centre))
    step = ("step_id", "exam_session_id", "at", "action", "state", "username", "display_name", "note", "booth_id")
    await into.copy(tables.exam_session_steps, step, _steps(centre))


def _name(number: int) -> tuple[str, str]:
    return _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]


def _candidates(centre: Centre) -> Iterator[tuple[Any, ...]]:
    for number in range(centre.candidates):
        name = " ".join(_name(number))
        yield candidate_id(number), candidate_number(number), name, 0, "[]", "", centre.opened_at(0)


def _words(centre: Centre) -> Iterator[tuple[str, UUID]]:
    for number in range(centre.candidates):
        for word in (*_name(number), candidate_number(number)):
            yield word.lower(), candidate_id(number)


def _sittings(centre: Centre) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    columns = ("exam_session_id", "exam_id", "candidate_id", "booth_id", "state", "scheduled_start", "scheduled_end")
    rest = ("practice", "check_in_code", "extra_time_s", "stopped_s", "started_at", "ended_at", "legal_hold")

    def rows() -> Iterator[tuple[Any, ...]]:
        dice, running = random.Random(BASE), centre.exam_sessions - BOOTHS
        for number in range(centre.exam_sessions):
            start = centre.starts_at(number)
            end = start + timedelta(hours=1)
            state = "in_progress" if number >= running else dice.choices(("completed", "terminated"), (98, 2))[0]
            yield (
                *(exam_session_id(number), exam_id(number % EXAMS), candidate_id(number // SITTINGS)),
                *(booth_id(number % BOOTHS), state, start, end, number % 50 == 0, "ABC234", 0, 0, start),
                *(None if state == "in_progress" else end, number % 1000 == 0, start),
            )

    return (*columns, *rest, "created_at"), rows()


def _steps(centre: Centre) -> Iterator[tuple[Any, ...]]:
    dice = random.Random(BASE)
    acts = (("schedule", "scheduled"), ("check_in", "checked_in"), ("admit", "admitted"), ("start", "in_progress"))
    for number in range(centre.exam_sessions):
        for late, (act, state) in enumerate(acts):
            at = centre.starts_at(number) + timedelta(seconds=late)
            key = UUID(int=dice.getrandbits(128))
            yield key, exam_session_id(number), at, act, state, "ada", "Ada", "", booth_id(number % BOOTHS)


async def _violations(into: Loader, centre: Centre) -> None:
    columns = ("violation_id", "booth_id", "chain_id", "seq", "kind", "severity", "opened_at", "ended_at", "document")
    rest = ("received_at", "exam_session_id", "severity_rank", "review", "reviews_wanted", "reviewed_rank", "rule")
    profile = ("profile", "profile_version")
    await into.copy(tables.violations, (*columns, *rest, *profile), (each.row for each in raised(centre)))
    review = ("review_id", "violation_id", "decision", "note", "username", "display_name", "decided_at")
    await into.copy(tables.reviews, review, (row for each in raised(centre) for row in each.decision))
    refs = ((each.violation_id, each.sha256, each.opened_at) for each in raised(centre))
    await into.copy(tables.evidence_refs, ("violation_id", "sha256", "taken_at"), refs)
    file = ("sha256", "booth_id", "media_type", "size_bytes", "received_at")
    files = ((each.sha256, each.booth, "image/jpeg", 40_000, each.opened_at) for each in raised(centre))
    await into.copy(tables.evidence_files, file, files)
    event = ("chain_id", "seq", "booth_id", "type", "payload", "payload_sha256", "prev_sha256", "link_ok", "wall_time")
    told = (*event, "received_at", "clock_offset_ms", "exam_session_id")
    await into.copy(tables.events, told, (row for each in raised(centre) for row in each.events))


class Raised(NamedTuple):
    """One violation and what hangs on it."""

    number: int
    violation_id: UUID
    booth: str
    kind: str
    rank: int
    review: str
    opened_at: datetime
    ended_at: datetime | None
    document: str

    @property
    def exam_session(self) -> UUID:
        return exam_session_id(exam_session_of(self.number))

    @property
    def key(self) -> tuple[UUID, int]:
        """Chain and number of the event that opened it."""
        return UUID(int=1 + self.number % BOOTHS), 2 * (self.number // BOOTHS) + 1

    @property
    def row(self) -> tuple[Any, ...]:
        decided = self.review in ("confirmed", "dismissed")
        return (
            *(self.violation_id, self.booth, *self.key, self.kind, SEVERITIES[self.rank], self.opened_at),
            *(self.ended_at, self.document, self.opened_at, self.exam_session, self.rank, self.review, 1),
            *(self.rank if decided else None, self.kind, "standard", 1),
        )

    @property
    def decision(self) -> list[tuple[Any, ...]]:
        if self.review not in ("confirmed", "dismissed"):
            return []
        at = self.opened_at + timedelta(minutes=30)
        return [(self.violation_id, self.violation_id, self.review, "", "eve", "Eve", at)]

    @property
    def sha256(self) -> str:
        return _sha256(self.violation_id)

    @property
    def events(self) -> list[tuple[Any, ...]]:
        (chain, seq), at = self.key, self.opened_at
        told = (self.document.encode(), _HASH, _HASH, True, at, at, 0.0, self.exam_session)
        return [
            (chain, seq + late, self.booth, kind, *told)
            for late, kind in enumerate(("violation_opened", "violation_closed"))
        ]


def raised(centre: Centre) -> Iterator[Raised]:
    """The newest, in the order of time. Most are looked after: one in five waits for a decision, one in a thousand is
    open, and some kinds are rare."""
    documents = {kind: _document(kind) for kind in KINDS}
    for start in range(0, centre.newest, AT_ONCE):
        dice = np.random.default_rng(start)
        kinds = dice.choice(len(KINDS), AT_ONCE, p=_WEIGHTS).tolist()
        ranks = dice.choice(3, AT_ONCE, p=(0.6, 0.3, 0.1)).tolist()
        reviews = dice.choice(len(REVIEWS), AT_ONCE, p=(0.4, 0.38, 0.2, 0.02)).tolist()
        is_open = (dice.random(AT_ONCE) < 0.001).tolist()
        keys = dice.bytes(16 * AT_ONCE)
        for place, number in enumerate(range(start, min(start + AT_ONCE, centre.newest))):
            kind, rank, key = KINDS[kinds[place]], ranks[place], UUID(bytes=keys[16 * place : 16 * place + 16])
            at, booth = centre.opened_at(number), booth_id(number % BOOTHS)
            began, ended_at = _said(at), None if is_open[place] else at + timedelta(seconds=5)
            ended = "null" if ended_at is None else f'"{_said(ended_at)}"'
            document = documents[kind] % (key, SEVERITIES[rank], began, began, ended, _sha256(key), began)
            yield Raised(number, key, booth, kind, rank, REVIEWS[reviews[place]], at, ended_at, document)


def _said(at: datetime) -> str:
    return at.isoformat()[:-6] + "Z"


def _sha256(violation_id: UUID) -> str:
    return violation_id.hex * 2


def _document(kind: ViolationKind) -> str:
    """As a hub keeps it, with places for id, severity, three times and a picture of one more time."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    key = UUID(int=0)
    ref = EvidenceRef(sha256=_HASH, role="snapshot", media_type="image/jpeg", size_bytes=40_000, taken_at=at)
    made = Violation(
        violation_id=key,
        kind=kind,
        severity="low",
        started_at=at,
        opened_at=at,
        ended_at=at,
        explanation=Explanation(rule=kind, hold_s=1.0, frames=10, profile="standard", profile_version=1),
        evidence=(ref,),
    )
    text = made.model_dump_json().replace("%", "%%").replace(f'"{key}"', '"%s"', 1).replace('"low"', '"%s"', 1)
    time = '"2026-01-01T00:00:00Z"'
    for place in ('"%s"', '"%s"', "%s"):
        assert time in text
        text = text.replace(time, place, 1)
    return text.replace(_HASH, "%s", 1).replace(time, '"%s"', 1)


def _audit(centre: Centre) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """As many as in a log of a year; one in ten thousand says something that nobody else does."""
    columns = ("number", "at", "username", "display_name", "address", "action", "object_kind", "object_id", "detail")
    count = centre.count // AUDITED

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(count):
            who = f"person-{number % 30}"
            what = "evidence.viewed" if number % 10 else "violation.reviewed"
            at = centre.now - timedelta(seconds=STEP_S * AUDITED * (count - number))
            detail = '{"note":"zebra"}' if number % 10_000 == 0 else '{"role":"snapshot"}'
            thing = ("violation", str(UUID(int=number)), detail, _HASH, _HASH)
            yield number + 1, at, who, who.title(), "10.0.0.7", what, *thing

    return (*columns, "prev_sha256", "entry_sha256"), rows()


def _gaps(centre: Centre) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """One to a hundred violations."""
    columns = ("gap_id", "booth_id", "chain_id", "seq", "reason", "detail", "started_at", "ended_at", "exam_session_id")

    def rows() -> Iterator[tuple[Any, ...]]:
        dice = random.Random(BASE)
        for number in range(0, centre.newest, 101):
            at, chain = centre.opened_at(number), UUID(int=1 + number % BOOTHS)
            place = (UUID(int=dice.getrandbits(128)), booth_id(number % BOOTHS), chain, 2 * (number // BOOTHS) + 1)
            yield (
                *(*place, "camera_lost", "unplugged", at, at + timedelta(seconds=9)),
                exam_session_id(exam_session_of(number)),
            )

    return columns, rows()
