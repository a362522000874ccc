"""The audit log: who did what, read in pages, and proved entry by entry."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, update
from typer.testing import CliRunner

from contract import chain
from contract.deletion import audit_bytes
from hub import audit_proof
from hub.__main__ import app
from hub.audit import GENESIS_SHA256, HUB, record
from hub.db import Database
from hub.devices.certificates import Authority, Signer
from hub.tables import audit_log, deletions
from hub.views import AuditVerified
from tests.support.hub import a_database, a_hub, add_user, browser, sign_in
from tests.support.people import asked, person
from tests.support.postgres import configure

pytestmark = pytest.mark.anyio


def a_signer(data: Path) -> Signer:
    return Authority.load_or_create(data / "ca").signer()


async def write(database: Database, count: int) -> None:
    for number in range(count):
        async with database.writing() as connection:
            await record(connection, HUB, "thing.done", "thing", f"t-{number}", note="é", number=number)


async def test_an_untouched_log_is_intact(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        empty = await audit_proof.verify(database, a_signer(tmp_path))
        assert (empty.intact, empty.entries, empty.head_sha256) == (True, 0, GENESIS_SHA256)
        await write(database, 5)
        found = await audit_proof.verify(database, a_signer(tmp_path))
        assert (found.intact, found.entries, found.broken_at) == (True, 5, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("username", "eve"),
        ("display_name", "Eve"),
        ("address", "192.0.2.1"),
        ("action", "thing.undone"),
        ("object_kind", "booth"),
        ("object_id", "t-9"),
        ("detail", "{}"),
        ("entry_sha256", "0" * 64),
        ("prev_sha256", "0" * 64),
    ],
)
async def test_a_changed_entry_is_found_at_its_number(tmp_path: Path, column: str, value: str) -> None:
    async with a_database(tmp_path) as database:
        await write(database, 5)
        async with database.writing() as connection:
            await connection.execute(update(audit_log).where(audit_log.c.number == 3).values({column: value}))
        found = await audit_proof.verify(database, a_signer(tmp_path))
        assert (found.intact, found.broken_at, found.entries) == (False, 3, 2)


async def test_an_entry_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        await write(database, 5)
        async with database.writing() as connection:
            await connection.execute(delete(audit_log).where(audit_log.c.number == 2))
        found = await audit_proof.verify(database, a_signer(tmp_path))
        assert (found.broken_at, found.why) == (2, "entry 2 is missing")


async def test_what_retention_deleted_is_proved_and_anything_else_is_not(tmp_path: Path) -> None:
    signer, now = a_signer(tmp_path), datetime.now(UTC)

    async def cut(database: Database, number: int, by: Signer) -> AuditVerified:
        async with database.writing() as connection:
            rows = (await connection.execute(select(audit_log).where(audit_log.c.number == number))).one()
            await connection.execute(delete(audit_log).where(audit_log.c.number <= number))
            signature = chain.sign(by.key, audit_bytes(number, rows.entry_sha256, "audit 365 days", now))
            proof = {"deletion_id": uuid4(), "run_id": uuid4(), "what": "audit", "data_class": "audit"}
            proof |= {"rule": "audit 365 days", "sha256": rows.entry_sha256, "size_bytes": 1, "last_seq": number}
            proof |= {"born_at": now, "deleted_at": now, "gone_at": now, "signature": signature}
            await connection.execute(insert(deletions).values(**proof, signed_by=signer.fingerprint))
        return await audit_proof.verify(database, signer)

    async with a_database(tmp_path) as database:
        await write(database, 6)
        found = await cut(database, 2, signer)
        assert (found.intact, found.entries, found.deleted_up_to, found.deletion) == (True, 4, 2, "proved")
        async with database.writing() as connection:
            await connection.execute(delete(audit_log).where(audit_log.c.number == 3))
        assert (await audit_proof.verify(database, signer)).broken_at == 3
        forged = await cut(database, 4, a_signer(tmp_path / "another"))
        assert (forged.intact, forged.deletion, forged.broken_at) == (False, "forged", 1)


async def test_entries_are_read_in_pages_and_by_filters(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await write(hub.database, 5)
        numbers: list[int] = []
        before: dict[str, str] = {}
        while True:
            page = (await client.get("/api/v1/audit", params={"object_kind": "thing", "limit": "2"} | before)).json()
            numbers += [entry["number"] for entry in page["items"]]
            if page["next"] is None:
                break
            before = {"before": page["next"]}
        assert numbers == sorted(numbers, reverse=True)
        assert len(numbers) == 5
        (mine,) = (await client.get("/api/v1/audit", params={"user": "ada"})).json()["items"]
        assert (mine["action"], mine["detail"], mine["address"]) == (
            "sign_in.created",
            {"how": "password"},
            "127.0.0.1",
        )
        first = (await client.get("/api/v1/audit", params={"to": mine["at"]})).json()["items"]
        assert first == []
        assert len((await client.get("/api/v1/audit", params={"from": mine["at"]})).json()["items"]) == 6
        assert (await client.get("/api/v1/audit", params={"object_id": "t-3"})).json()["items"][0]["detail"][
            "number"
        ] == 3
        for bad in ("x", "-1", "9" * 19):
            assert (await client.get("/api/v1/audit", params={"before": bad})).status_code == 422
        proved = await asked(client, "GET", "/audit/verify")
        assert (proved["intact"], proved["entries"]) == (True, 6)


async def test_refused_and_ended_sign_ins_are_there(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await client.post("/api/v1/sign-in", json={"username": "ada", "password": "wrong"})
        await sign_in(client)
        await asked(client, "POST", "/sign-out", 204)
        async with person(hub, "otto", "auditor") as otto:
            shown = (await otto.get("/api/v1/audit", params={"object_id": "ada"})).json()["items"]
        assert [(entry["action"], entry["username"]) for entry in shown] == [
            ("sign_in.ended", "ada"),
            ("sign_in.created", "ada"),
            ("sign_in.refused", None),
        ]


async def spoil(data: Path) -> None:
    async with a_database(data) as database:
        await write(database, 3)


def test_the_command_line_proves_and_exports(tmp_path: Path) -> None:
    import anyio

    configure(tmp_path)
    anyio.run(spoil, tmp_path)
    done = CliRunner().invoke(app, ["audit", "verify", "--data", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["entries"] == 3
    exported = CliRunner().invoke(app, ["audit", "export", "--from", "2", "--data", str(tmp_path)])
    assert [json.loads(line)["object_id"] for line in exported.stdout.splitlines()] == ["t-1", "t-2"]

    async def change() -> None:
        async with a_database(tmp_path) as database, database.writing() as connection:
            await connection.execute(update(audit_log).where(audit_log.c.number == 2).values(detail="{}"))

    anyio.run(change)
    broken = CliRunner().invoke(app, ["audit", "verify", "--data", str(tmp_path)])
    assert broken.exit_code == 1
    assert "entry 2" in broken.output


async def test_a_search_stops_after_some_thousands_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.store import audit_log as store

    monkeypatch.setattr(store, "SEARCHED", 4)
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await write(hub.database, 9)
        found = await asked(client, "GET", "/audit?q=T-8")
        assert [entry["object_id"] for entry in found["items"]] == ["t-8"]
        assert found["searched_to"] is not None, "there is more to look at"
        seen, pages, after = [], 0, ""
        while True:
            page = await asked(client, "GET", f"/audit?q=t-1{after}")
            seen += [entry["object_id"] for entry in page["items"]]
            pages += 1
            if page["next"] is None:
                break
            after = f"&before={page['next']}"
        assert seen == ["t-1"]
        assert pages >= 2
        assert page["searched_to"] is None, "to the end"
        percent = await asked(client, "GET", "/audit?q=%25")
        assert percent["items"] == [], "no letter stands for others"
        assert (await client.get("/api/v1/audit?q=%00")).status_code == 422


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_the_log_is_taken_along_as_it_is_filtered(tmp_path: Path, form: str) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await write(hub.database, 3)
        async with hub.database.writing() as connection:
            await record(connection, HUB, "thing.done", "thing", "=1+1", note="x")
        answer = await client.get(f"/api/v1/audit/export?form={form}&object_kind=thing")
        assert answer.status_code == 200
        assert int(answer.headers["X-Newest-Entry"]) > 0
        lines = answer.text.removeprefix("\ufeff").splitlines()
        if form == "csv":
            assert lines[0].startswith("number,at,username,")
            assert "'=1+1" in lines[-1], "a spreadsheet must not run it"
            lines = lines[1:]
        else:
            assert [json.loads(line)["object_id"] for line in lines] == ["t-0", "t-1", "t-2", "=1+1"]
        assert len(lines) == 4
        (taken,) = (await asked(client, "GET", "/audit?action=audit.exported"))["items"]
        assert taken["detail"] == {"filters": {"object_kind": "thing"}, "form": form}


def test_the_dashboard_knows_every_act_that_is_written_down_by_its_name() -> None:
    """Of those whose name stands where they are recorded; the others' are put together."""
    root = Path(__file__).resolve().parents[2]
    literal = re.compile(r'audit\.record\(\s*\w+,\s*[^"()]*?"([a-z_]+\.[a-z_]+)",\s*"[a-z_]+"')
    acts = {act for path in (root / "hub").rglob("*.py") for act in literal.findall(path.read_text())}
    assert len(acts) > 50
    known = (root / "hub/dashboard/src/audit/known.ts").read_text()
    assert {act for act in acts if f'"{act}"' not in known} == set(), "add them to hub/dashboard/src/audit/known.ts"
