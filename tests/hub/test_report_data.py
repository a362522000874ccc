"""What a report says of an exam session, from rows as the hub holds them, and the copies made of it."""

import csv
import io
import json
from pathlib import Path
from uuid import uuid4

import jsonschema_rs
import pytest
from sqlalchemy import insert, update

from hub import tables
from hub.db import Database
from hub.reports import report
from hub.reports.redacted import redacted
from hub.reports.table import BOM, COLUMNS, harmless, violations_csv
from hub.store import booths
from hub.views.reports import ExamSessionReport, Language
from tests.hub.test_query_plans import scans, statements
from tests.support.hub import a_database
from tests.support.reported import NINE, Sitting, at, boxes, face

pytestmark = pytest.mark.anyio

PEOPLE = (("pat", "proctor"), ("rae", "reviewer"))


async def put(database: Database, *sittings: Sitting, folder: Path | None = None) -> None:
    """The sittings with a booth, a room, a site, and those who acted."""
    async with database.writing() as connection:
        await connection.execute(insert(tables.sites).values(site_id="utrecht", name="Utrecht", created_at=NINE))
        room = {"room_id": "room-2", "site_id": "utrecht", "name": "Room 2", "created_at": NINE}
        await connection.execute(insert(tables.rooms).values(room))
        for booth_id in sorted({each.booth_id for each in sittings} | {"booth-2"}):
            await booths.add(connection, booth_id, booth_id.title(), "standard", NINE)
        await connection.execute(update(tables.booths).values(room_id="room-2"))
        for name, role in PEOPLE:
            person = {"username": name, "display_name": name.title(), "role": role, "password_hash": "-"}
            await connection.execute(insert(tables.users).values(**person, created_at=NINE))
        for each in sittings:
            await each.write(connection, folder)


async def told(database: Database, sitting: Sitting, language: Language = "en") -> ExamSessionReport:
    async with database.reading() as connection:
        found = await report.read(connection, sitting.exam_session_id, language, "ab" * 32)
    assert found is not None
    return found


def eventful() -> Sitting:
    """A bit of everything."""
    sitting = Sitting()
    sitting.step(-400, "code_accepted", "scheduled")
    sitting.step(-300, "ready", "checked_in")
    sitting.step(0, "admit", "admitted", "pat")
    sitting.step(10, "started", "in_progress")
    sitting.step(1200, "break", "on_break", "pat", "candidate.personal_need", note="asked twice")
    sitting.step(1500, "end_break", "in_progress", "pat")
    sitting.step(2000, "move", "in_progress", "pat", "technical.camera_failed", booth_id="booth-2")
    sitting.step(3600, "complete", "completed", "pat", "exam.finished", booth_id="booth-2")
    sitting.photo(-350, "face", face())
    snapshot, seen = sitting.picture(300.5, face(0.8)), sitting.picture(295, boxes(300.5, 0.8), "boxes")
    sitting.violation(
        300, 304.2, label="left", measured=38.2, limit=28, unit="deg", evidence=[snapshot, seen], frames=31
    )
    sitting.violation(1195, 1230, "no_face", "confirmed", severity="high", measured=0, limit=1, unit="faces")
    sitting.violation(1600, 1630, "prohibited_object", "unreviewed", label="cell phone", severity="high")
    sitting.violation(1700, 1710, "multiple_faces", "dismissed", measured=2, limit=1, unit="faces")
    disputed = sitting.violation(1800, 1806, "speech", "contested", label="other")
    sitting.decision(disputed, "dismissed", "pat", note="a neighbour")
    sitting.gap(1000, 1100)
    sitting.segment(0, 900)
    sitting.segment(900, 1200, arrived=False)
    sitting.message(800, "Please stay in the picture.")
    sitting.flag(1640, "phone on the table")
    sitting.chain(70, (20, 22))
    return sitting


async def test_a_report_says_what_happened(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        found = await told(database, sitting)
    assert (found.candidate.name, found.exam_name, found.state) == ("Mara Lindqvist", "Statistics I", "completed")
    assert (found.admitted_at, found.started_at, found.ended_at) == (at(0), at(10), at(3600))
    assert [(stay.booth_name, stay.site_name) for stay in found.stays] == [
        ("Booth-1", "Utrecht"),
        ("Booth-2", "Utrecht"),
    ]
    steps = {step.action: step for step in found.steps}
    assert steps["break"].words == "Break begun: A personal need"
    assert (steps["break"].by.name, steps["break"].by.role, steps["break"].note) == ("Pat", "proctor", "asked twice")
    assert (steps["ready"].by.role, steps["started"].by.role) == ("booth", "booth")
    assert [(each.state, each.seconds) for each in found.pauses] == [("on_break", 300)]
    away, empty, phone, several, disputed = found.violations
    assert away.words == "Looked left for 4.2 s"
    assert away.why.startswith("Measured 38.2°, limit 28°; had to last 1 s; held in 31 looks; by face_landmarker.task;")
    assert [(each.decision, each.by.role, each.note) for each in away.reviews] == [
        ("confirmed", "reviewer", "seen on the clip")
    ]
    assert [ref.available for ref in away.evidence] == [True, True]
    assert (phone.words, phone.review, phone.reviews) == ("A phone in view for 30 s", "unreviewed", ())
    assert (several.words, empty.words) == ("2 people were seen for 10 s", "Nobody was seen for 35 s")
    assert (disputed.words, disputed.review, len(disputed.reviews)) == (
        "Another voice was heard for 6 s",
        "contested",
        2,
    )
    (message,), (flag,) = found.messages, found.flags
    assert (message.text, message.by.role, message.read_at) == ("Please stay in the picture.", "proctor", at(809))
    assert (flag.note, flag.withdrawn) == ("phone on the table", False)
    (gap,) = found.gaps
    assert (gap.words, gap.counted_s) == ("The camera was lost", 100)
    assert [(hole.started_at, hole.ended_at, hole.reason) for hole in found.recording.holes] == [
        (at(900), at(1200), "on_its_way"),
        (at(1500), at(2000), "not_recorded"),
        (at(2000), at(3600), "not_recorded"),
    ]
    assert (found.recording.covered_s, found.recording.expected_s) == (900, 3300)
    assert found.as_of == max(each.decided_at for every in found.violations for each in every.reviews)


async def test_its_sums_are_made_of_confirmed_time_that_was_monitored(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        summary = (await told(database, sitting)).integrity
    assert (summary.expected.value, summary.gaps.value, summary.monitored.value) == (3300, 100, 3200)
    # Of the empty chair, 5 s lie before the break.
    assert summary.confirmed.value == 9.2
    assert (summary.unreviewed, summary.contested, summary.dismissed) == (1, 1, 1)
    assert "Reviewers disagree: 1." in " ".join(summary.notes)
    assert summary.clear.words == "(3,200 s − 9.2 s) of 3,200 s monitored = 99.71 % without a confirmed violation"


async def test_it_says_how_far_its_events_are_proved(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        source = (await told(database, sitting)).provenance
    (chain,) = source.chains
    assert (chain.first_seq, chain.last_seq, chain.events, chain.missing) == (2, 70, 66, ((20, 22),))
    assert (chain.broken_links, chain.checkpoints, chain.signed_to_seq) == (0, 2, 70)
    assert chain.countersigned is not None
    assert (chain.countersigned.head_seq, chain.countersigned.reason) == (70, "exam_session_ended")
    assert (source.clock.measured, source.clock.lowest_ms, source.clock.highest_ms) == (66, -12.0, 5.0)
    assert (source.agent_versions, source.profiles) == (("0.1.0",), ("standard v3",))
    assert [device.booth_id for device in source.devices] == ["booth-1"]
    assert source.models.keys() == {"face_landmarker.task"}


async def test_what_lasts_still_is_told_as_of_the_newest_that_is_known(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting(state="in_progress", recording=False)
        sitting.step(-300, "code_accepted", "scheduled")
        sitting.step(0, "admit", "admitted", "pat")
        sitting.step(10, "started", "in_progress")
        sitting.violation(500, None, "no_face", "unreviewed")
        sitting.message(600, "Are you there?")
        await put(database, sitting)
        found = await told(database, sitting)
    assert (found.as_of, found.ended_at) == (at(609), None)
    assert found.integrity.expected.value == 609
    assert found.violations[0].words == "Nobody was seen for 1 min 49 s so far"
    assert any("not over" in note for note in found.integrity.notes)
    assert found.recording.holes == ()


async def test_a_session_of_which_nothing_is_known_but_its_date(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting(state="scheduled")
        await put(database, sitting)
        found = await told(database, sitting)
        async with database.reading() as connection:
            assert await report.read(connection, uuid4(), "en", None) is None
    assert (found.stays, found.violations, found.integrity.clear.value) == ((), (), None)


async def test_what_was_deleted_is_said(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        sha256 = (await told(database, sitting)).violations[0].evidence[0].sha256
        async with database.writing() as connection:
            await connection.execute(tables.evidence_files.delete().where(tables.evidence_files.c.sha256 == sha256))
            proof = {
                "deletion_id": uuid4(),
                "run_id": uuid4(),
                "what": "file",
                "data_class": "evidence",
                "rule": "older than a year",
                "booth_id": "booth-1",
                "sha256": sha256,
                "size_bytes": 25_000,
                "born_at": at(300),
                "deleted_at": at(90_000),
                "signature": "-",
                "signed_by": "ab" * 32,
            }
            authority = {"fingerprint": "ab" * 32, "certificate_pem": "-"}
            await connection.execute(insert(tables.signing_certificates).values(authority))
            await connection.execute(insert(tables.deletions).values(proof))
        violation = (await told(database, sitting)).violations[0]
    assert violation.deleted == {sha256: at(90_000)}
    assert [ref.available for ref in violation.evidence] == [False, True]


async def test_only_the_first_of_too_many_are_listed_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.reports.LIMIT", 3)
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        found = await told(database, sitting)
    assert (len(found.violations), found.violations_in_all) == (3, 5)
    assert "Only the first 3 of 5 violations are listed" in " ".join(found.integrity.notes)


async def test_a_report_reads_no_table_from_end_to_end(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")
    try:
        await database.migrate()
        sitting = eventful()
        await put(database, sitting)
        async with database.reading() as connection:
            with statements(connection) as seen:
                await report.read(connection, sitting.exam_session_id, "en", None)
            assert len(seen) > 15
            assert await scans(connection, seen) == []
    finally:
        await database.close()


# --- the candidate's copy ---


async def test_a_candidates_copy_names_nobody_else_and_shows_nobody(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        found = await told(database, sitting)
    copy = redacted(found)
    text = copy.model_dump_json()
    for secret in ("Pat", "pat", "Rae", "seen on the clip", "asked twice", "phone on the table", "unplugged"):
        assert f'"{secret}"' not in text, secret
        assert secret in found.model_dump_json()
    assert (copy.photos, copy.flags, copy.provenance.devices, copy.legal_hold) == ((), (), (), None)
    assert not any(each.evidence for each in copy.violations)
    assert {step.by.name for step in copy.steps} == {"at the booth's screen", "a proctor"}
    assert copy.violations[0].reviews[0].by.name == "a reviewer"
    assert len(copy.left_out) == 4
    # What is about the candidate stays.
    assert copy.integrity == found.integrity
    assert [each.why for each in copy.violations] == [each.why for each in found.violations]
    assert (copy.candidate, copy.messages[0].text) == (found.candidate, "Please stay in the picture.")
    assert redacted(copy) == copy


# --- CSV and JSON ---


async def test_every_violation_is_a_row_that_no_spreadsheet_runs(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        sitting.candidate, sitting.exam, sitting.number = "=HYPERLINK(1)", "+cmd|' /C calc'!A0", "@SUM(1)"
        await put(database, sitting)
        found = await told(database, sitting)
    data = violations_csv(found)
    assert data.startswith(BOM.encode())
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert (len(rows), tuple(rows[0])) == (5, COLUMNS)
    assert [row["candidate_name"] for row in rows] == ["'=HYPERLINK(1)"] * 5
    assert (rows[0]["exam"], rows[0]["candidate_number"]) == ("'+cmd|' /C calc'!A0", "'@SUM(1)")
    assert (rows[0]["kind"], rows[0]["lasted_s"], rows[0]["reviewed_by"]) == ("looking_away", "4.2", "Rae")
    assert (rows[2]["review"], rows[2]["reviewed_by"]) == ("unreviewed", "")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1"])
def test_what_may_be_a_formula_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [-0.4, 3, None, "", "a=1", "Mara"])
def test_numbers_and_words_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell


async def test_the_json_is_what_its_schema_says(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        found = await told(database, sitting, "de")
    schema = ExamSessionReport.model_json_schema(mode="serialization")
    for each in (found, redacted(found)):
        jsonschema_rs.validate(schema, json.loads(each.model_dump_json()))
        assert ExamSessionReport.model_validate_json(each.model_dump_json()) == each
    assert found.violations[0].words == "Der Kopf war nach links gewandt, 4,2 s lang"
