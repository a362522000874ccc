"""Retention over HTTP and on the command line: who may, what they are told, and that it happens."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import anyio
import httpx
import pytest
from sqlalchemy import update

from contract.chain import sha256_hex
from hub.parts import Hub
from hub.tables import evidence_files
from tests.hub.test_evidence import files, put
from tests.support.centre_rows import CentreRows
from tests.support.hub import Device, a_hub, add_user, browser, sign_in
from tests.support.processes import run

pytestmark = pytest.mark.anyio
PICTURE = b"\xff\xd8\xff" + bytes(900)


async def an_old_picture(hub: Hub, client: httpx.AsyncClient, folder: Path) -> None:
    device = await Device.enrol(hub, "booth-1", folder / "device")
    assert (await put(client, PICTURE, device.upload_headers(PICTURE))).status_code == 201
    async with hub.database.writing() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=200)
        await connection.execute(update(evidence_files).values(received_at=long_ago))


async def test_an_administrator_previews_runs_and_is_shown_the_proof(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await an_old_picture(hub, client, tmp_path)
        await add_user(hub)
        await sign_in(client)
        policy = (await client.get("/api/v1/retention")).json()
        assert policy["days"]["snapshots"] == 180
        preview = {each["data_class"]: each for each in (await client.get("/api/v1/retention/preview")).json()["items"]}
        assert (preview["snapshots"]["files"], preview["snapshots"]["size_bytes"]) == (1, len(PICTURE))
        assert preview["snapshots"]["oldest"] is not None
        longer = policy | {"days": policy["days"] | {"snapshots": None}}
        answer = await client.post("/api/v1/retention/preview", json=longer)
        assert not any(each["files"] for each in answer.json()["items"])
        assert (await client.get("/api/v1/retention")).json() == policy, "only tried"
        assert (await client.post("/api/v1/retention/runs")).status_code == 202
        with anyio.fail_after(120):
            while True:
                runs = (await client.get("/api/v1/retention/runs")).json()["items"]
                if runs and runs[0]["ended_at"]:
                    break
                await anyio.sleep(0.05)
        assert runs[0]["complete"]
        assert runs[0]["found"]["snapshots"]["files"] == 1
        assert files(hub) == []
        (proof,) = (await client.get("/api/v1/retention/deletions")).json()["items"]
        assert (proof["sha256"], proof["rule"]) == (sha256_hex(PICTURE), "snapshots: 180 days")
        assert proof["run_id"] == runs[0]["run_id"]
        page = (await client.get("/api/v1/retention/deletions", params={"limit": 1})).json()
        rest = await client.get("/api/v1/retention/deletions", params={"limit": 1, "before": page["next"]})
        assert rest.json() == {"items": [], "next": None}
        assert (await client.get("/api/v1/retention/deletions", params={"before": "?"})).status_code == 422


async def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        exam = str(uuid4())
        for wrong in (
            {"hour": 24},
            {"days": {"snapshots": 0}},
            {"days": {"pictures": 5}},
            {"exams": [{"exam_id": exam, "days": {"audit": 5}}]},
            {"exams": [{"exam_id": exam, "days": {}}, {"exam_id": exam, "days": {}}]},
        ):
            answer = await client.put("/api/v1/retention", json=wrong)
            assert answer.status_code == 422, answer.text
        kept = {"hour": 5, "days": {"clips": None}, "exams": [{"exam_id": exam, "days": {"clips": 9}}]}
        assert (await client.put("/api/v1/retention", json=kept)).status_code == 200
        assert (await client.get("/api/v1/retention")).json()["exams"] == kept["exams"]


async def test_a_legal_hold_has_a_reason_and_an_end(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        rows = CentreRows(hub.database, None, tmp_path, "booth-9")  # type: ignore[arg-type]
        await rows.begin()
        sat = await rows.exam_session(3, exam_id=await rows.exam(), candidate_id=await rows.candidate())
        path = f"/api/v1/exam-sessions/{sat}/legal-hold"
        assert (await client.post(path, json={"reason": ""})).status_code == 422
        unknown = path.replace(str(sat), str(UUID(int=1)))
        assert (await client.post(unknown, json={"reason": "x"})).status_code == 404
        assert (await client.delete(path, params={"reason": "x"})).status_code == 409
        placed = await client.post(path, json={"reason": "a complaint"})
        assert placed.status_code == 201
        assert placed.json()["placed_by"] == "Ada"
        assert (await client.post(path, json={"reason": "again"})).status_code == 409
        (held,) = (await client.get("/api/v1/legal-holds", params={"in_force": True})).json()["items"]
        assert (held["exam_session_id"], held["reason"], held["released_at"]) == (str(sat), "a complaint", None)
        released = (await client.delete(path, params={"reason": "settled"})).json()
        assert (released["released_by"], released["release_reason"]) == ("Ada", "settled")
        assert (await client.get("/api/v1/legal-holds", params={"in_force": True})).json()["items"] == []


async def test_auditors_see_all_of_it_and_change_nothing_and_others_see_nothing(tmp_path: Path) -> None:
    reads = ("/retention", "/retention/preview", "/retention/runs", "/retention/deletions", "/legal-holds")
    async with a_hub(tmp_path) as hub:
        for role in ("auditor", "proctor", "reviewer", "technician"):
            await add_user(hub, role, role)
            async with browser(hub) as client:
                await sign_in(client, role)
                may = 200 if role == "auditor" else 403
                for path in reads:
                    assert (await client.get(f"/api/v1{path}")).status_code == may, (role, path)
                hold = f"/api/v1/exam-sessions/{uuid4()}/legal-hold"
                for answer in (
                    await client.put("/api/v1/retention", json={}),
                    await client.post("/api/v1/retention/runs"),
                    await client.post("/api/v1/retention/preview", json={}),
                    await client.post(hold, json={"reason": "x"}),
                    await client.delete(hold, params={"reason": "x"}),
                ):
                    assert answer.status_code == 403, (role, answer.request.url)


async def test_the_command_line_previews_and_runs_beside_a_running_hub(tmp_path: Path) -> None:
    async with a_hub(tmp_path / "hub") as hub, browser(hub) as client:
        await an_old_picture(hub, client, tmp_path)
        data = tmp_path / "hub"
        said = json.loads(await anyio.to_thread.run_sync(_run, "preview", data, "--json"))
        assert next(each for each in said["items"] if each["data_class"] == "snapshots")["files"] == 1
        table = await anyio.to_thread.run_sync(_run, "preview", data)
        assert "snapshots" in table
        assert "180" in table
        assert files(hub) != []
        said = json.loads(await anyio.to_thread.run_sync(_run, "run", data, "--json"))
        assert said["found"]["snapshots"]["files"] == 1
        assert files(hub) == []
        assert "nothing" in await anyio.to_thread.run_sync(_run, "run", data)


def _run(command: str, data: Path, *options: str) -> str:
    return run("invigil-hub", "retention", command, "--data", data, *options)
