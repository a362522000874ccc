"""Reports over HTTP and on the command line: who may have which, and that whoever takes one is on record."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import jsonschema_rs
import pytest
from sqlalchemy import insert, select

from hub import tables
from hub.db import Database
from hub.parts import Hub
from hub.store import booths, summaries
from hub.tables import audit_log
from tests.hub.test_query_plans import scans, statements
from tests.hub.test_report_data import eventful
from tests.support.hub import a_hub
from tests.support.people import person
from tests.support.reported import NINE, Sitting, add_exam, at

pytestmark = pytest.mark.anyio

EXAM = Sitting().key("the exam of all")


@asynccontextmanager
async def a_centre(folder: Path) -> AsyncIterator[tuple[Hub, Sitting]]:
    """A hub with one eventful exam session, in `booth-1` of the site `utrecht`; `booth-2` is elsewhere."""
    async with a_hub(folder / "hub") as hub:
        sitting = eventful()
        async with hub.database.writing() as connection:
            for site_id, room_id, booth_id in (("utrecht", "room-2", "booth-1"), ("leiden", "room-9", "booth-2")):
                site = {"site_id": site_id, "name": site_id.title(), "created_at": NINE}
                await connection.execute(insert(tables.sites).values(site))
                room = {"room_id": room_id, "site_id": site_id, "name": room_id, "created_at": NINE}
                await connection.execute(insert(tables.rooms).values(room))
                await booths.add(connection, booth_id, booth_id.title(), "standard", NINE)
                there = tables.booths.c.booth_id == booth_id
                await connection.execute(tables.booths.update().where(there).values(room_id=room_id))
            await sitting.write(connection, hub.settings.evidence_dir)
        yield hub, sitting


async def on_record(hub: Hub, action: str = "report.viewed") -> list[tuple[str | None, str]]:
    """By whom, and in which form."""
    async with hub.database.reading() as connection:
        rows = await connection.execute(select(audit_log).where(audit_log.c.action == action).order_by("number"))
        return [(row.username, json.loads(row.detail).get("form", "")) for row in rows]


async def test_a_report_comes_in_every_form_and_each_is_on_record(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, sitting), person(hub, "ada", "admin") as client:
        path = f"/api/v1/exam-sessions/{sitting.exam_session_id}/report"
        page = (await client.get(path)).json()
        assert page["candidate"]["name"] == "Mara Lindqvist"
        assert page["integrity"]["clear"]["value"] == 99.71
        assert len(page["provenance"]["authority_sha256"]) == 64
        schema = (await client.get("/api/v1/report-schema")).json()
        jsonschema_rs.validate(schema, page)
        german = (await client.get(path, params={"lang": "de"})).json()
        assert german["violations"][0]["words"] == "Der Kopf war nach links gewandt, 4,2 s lang"
        pdf = await client.get(f"{path}.pdf", params={"lang": "de", "timezone": "Europe/Berlin"})
        assert (pdf.status_code, pdf.headers["content-type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert pdf.headers["content-disposition"] == f'attachment; filename="report-{sitting.exam_session_id}.pdf"'
        table = await client.get(f"{path}.csv")
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
        assert [row["review"] for row in rows] == ["confirmed", "confirmed", "unreviewed", "dismissed", "contested"]
        file = await client.get(f"{path}.json")
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.json() == page
        copy = (await client.get(f"{path}/redacted.json")).json()
        assert (copy["redacted"], copy["flags"], copy["photos"]) == (True, [], [])
        jsonschema_rs.validate(schema, copy)
        redacted = await client.get(f"{path}/redacted.pdf")
        assert redacted.headers["content-disposition"].startswith('attachment; filename="copy-')
        assert redacted.content.startswith(b"%PDF-")
        assert redacted.content != pdf.content
        forms = [form for _, form in await on_record(hub)]
        assert forms == ["page", "pdf", "csv", "json", "redacted.json", "redacted.pdf"]


@pytest.mark.parametrize(
    ("role", "booth", "status"),
    [
        ("reviewer", "booth-1", 200),
        ("auditor", "booth-1", 200),
        ("proctor", "booth-1", 200),
        ("reviewer", "booth-2", 403),
        ("technician", "booth-1", 403),
    ],
)
async def test_reports_are_for_those_whose_role_and_scope_reach_them(
    role: str, booth: str, status: int, tmp_path: Path
) -> None:
    async with a_centre(tmp_path) as (hub, sitting), person(hub, "pat", role, booth) as client:
        path = f"/api/v1/exam-sessions/{sitting.exam_session_id}/report"
        for form in ("", ".csv", ".json", "/redacted.json"):
            answer = await client.get(path + form)
            assert answer.status_code == status, (form, answer.text)
        if status != 200:
            assert (await client.get(f"{path}.pdf")).status_code == status
            assert await on_record(hub) == []
        for missing in ("", ".pdf", ".csv", ".json", "/redacted.pdf", "/redacted.json"):
            answer = await client.get(f"/api/v1/exam-sessions/{uuid4()}/report{missing}")
            assert answer.status_code == (403 if role == "technician" else 404)


async def test_what_makes_no_sense_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, sitting), person(hub, "ada", "admin") as client:
        path = f"/api/v1/exam-sessions/{sitting.exam_session_id}/report"
        for zone in ("Mars/Olympus", "../../etc/passwd", "\x00", ""):
            answer = await client.get(f"{path}.pdf", params={"timezone": zone})
            assert (answer.status_code, answer.json()["title"]) == (422, "No such time zone"), zone
        assert (await client.get(path, params={"lang": "xx"})).status_code == 422
        assert (await client.get("/api/v1/exam-sessions/nonsense/report")).status_code == 422
        assert (await client.get(f"/api/v1/exams/{uuid4()}/summary")).status_code == 404
        assert (await client.get("/api/v1/sites/nowhere/summary")).status_code == 404
        assert await on_record(hub) == []


async def many(hub: Hub) -> None:
    """Five exam sessions of one exam, in both sites, and one practice."""
    async with hub.database.writing() as connection:
        await add_exam(connection, EXAM, "Law II")
        for number in range(6):
            sitting = Sitting(f"many {number}", f"booth-{1 + number % 2}", number=f"n-{number}", exam_id=EXAM)
            sitting.practice = number == 5
            if number == 4:
                sitting.state = "no_show"
                sitting.step(900, "no_show", "no_show", "pat", "candidate.absent")
            else:
                sitting.ordinary(3600, code_s=-300 - 60 * number)
                sitting.violation(100, 110, "looking_away", "confirmed")
                sitting.violation(200, 210, "looking_away", "dismissed")
                sitting.violation(300, 310, "speech", "unreviewed")
                sitting.gap(1000, 1360)
            await sitting.write(connection)
            if number == 4:
                never = tables.exam_sessions.c.exam_session_id == sitting.exam_session_id
                await connection.execute(tables.exam_sessions.update().where(never).values(started_at=None))


async def test_a_summary_counts_what_an_exam_comes_to(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, _), person(hub, "ada", "admin") as client:
        await many(hub)
        found = (await client.get(f"/api/v1/exams/{EXAM}/summary")).json()
        assert (found["of"], found["name"], found["exam_sessions"]) == ("exam", "Law II", 5)
        assert found["states"] == {"completed": 4, "no_show": 1}
        # Each sat 3590 s, of which nobody looked for 360 s.
        assert (found["monitored_s"], found["gaps"], found["gaps_s"]) == (4 * 3230, 4, 4 * 360)
        assert (found["check_in_s"], found["checked_in"]) == (390, 4)
        assert (found["violations"], found["reviewed"], found["review_share"]) == (12, 8, 0.6667)
        away, speech = found["kinds"]
        assert away == {
            "kind": "looking_away",
            "confirmed": 4,
            "dismissed": 4,
            "unreviewed": 0,
            "per_monitored_hour": round(8 * 3600 / (4 * 3230), 3),
            "false_alarm_share": 0.5,
        }
        assert (speech["unreviewed"], speech["false_alarm_share"]) == (4, None)
        period = {"from": at(1).isoformat(), "to": at(99_999).isoformat()}
        empty = (await client.get(f"/api/v1/exams/{EXAM}/summary", params=period)).json()
        assert (empty["exam_sessions"], empty["kinds"], empty["review_share"], empty["check_in_s"]) == (
            0,
            [],
            None,
            None,
        )
        table = await client.get(f"/api/v1/exams/{EXAM}/summary.csv")
        rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
        figures = {row["what"]: row["value"] for row in rows}
        assert (figures["exam_sessions"], figures["state completed"]) == ("5", "4")
        assert figures["looking_away false_alarm_share"] == "0.5"
        assert await on_record(hub, "summary.viewed") == [("ada", "")]


async def test_a_summary_holds_what_is_in_scope_and_no_more(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, _), person(hub, "rae", "reviewer", "booth-2") as client:
        await many(hub)
        exam = (await client.get(f"/api/v1/exams/{EXAM}/summary")).json()
        assert exam["exam_sessions"] == 2
        assert (await client.get("/api/v1/sites/leiden/summary")).json()["exam_sessions"] == 2
        assert (await client.get("/api/v1/sites/utrecht/summary")).json()["exam_sessions"] == 0
        async with person(hub, "ada", "admin") as admin:
            # One more there is the eventful one; the booth of that session is still the first.
            assert (await admin.get("/api/v1/sites/utrecht/summary")).json()["exam_sessions"] == 4
        async with person(hub, "tia", "technician", "booth-2") as technician:
            assert (await technician.get("/api/v1/sites/leiden/summary")).status_code == 403


async def test_summaries_read_no_table_from_end_to_end(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")
    try:
        await database.migrate()
        async with database.reading() as connection:
            for wanted in (
                summaries.Wanted(exam_id=EXAM),
                summaries.Wanted(exam_id=EXAM, first=at(0), last=at(9), booths=("booth-1",)),
                summaries.Wanted(site_id="utrecht"),
                summaries.Wanted(site_id="utrecht", first=at(0), last=at(9)),
            ):
                with statements(connection) as seen:
                    await summaries.states(connection, wanted)
                    await summaries.kinds(connection, wanted)
                    await summaries.times(connection, wanted)
                    await summaries.gaps(connection, wanted)
                    await summaries.check_ins(connection, wanted)
                assert len(seen) >= 5
                assert await scans(connection, seen) == []
                counted = next(each for each in seen if "violations.kind" in each[0])
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counted[0]}", counted[1])
                said = " ".join(str(row[-1]) for row in plan)
                assert "USING COVERING INDEX ix_violations_exam_session_id_kind_review" in said
    finally:
        await database.close()


async def test_the_command_line_writes_the_same_report(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, sitting), person(hub, "ada", "admin") as client:
        path = f"/api/v1/exam-sessions/{sitting.exam_session_id}/report"
        wanted = {form: (await client.get(f"{path}.{form}")).content for form in ("pdf", "csv")}
        key = str(sitting.exam_session_id)
        pdf, table, document, other = (tmp_path / f"report.{form}" for form in ("pdf", "csv", "json", "other"))
        done = invigil_hub(hub, key, "--pdf", str(pdf), "--csv", str(table))
        assert done.returncode == 0, done.stderr
        assert (pdf.read_bytes(), table.read_bytes()) == (wanted["pdf"], wanted["csv"])
        done = invigil_hub(hub, key, "--json-file", str(document), "--for-candidate")
        assert done.returncode == 0, done.stderr
        assert json.loads(document.read_text())["redacted"] is True
        assert (None, "pdf") in await on_record(hub), "what is taken on the hub's own machine is on record, too"
        refused = invigil_hub(hub, key, "--pdf", str(pdf))
        assert (refused.returncode, "there already" in refused.stderr) == (1, True)
        refused = invigil_hub(hub, str(uuid4()), "--pdf", str(other))
        assert (refused.returncode, "No such exam session" in refused.stderr) == (1, True)
        refused = invigil_hub(hub, key)
        assert (refused.returncode, "nothing to write" in refused.stderr) == (1, True)
        assert not other.exists()


def invigil_hub(hub: Hub, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub", "report", *arguments, "--data", str(hub.settings.data)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
