"""The list of reports: the same sums as in each of them, narrowed, ordered and paged; and who watched."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import insert

from hub import tables
from tests.hub.test_reports import EXAM, a_centre, many
from tests.support.people import person
from tests.support.reported import at

pytestmark = pytest.mark.anyio


async def listed(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """All pages of it."""
    items: list[dict[str, Any]] = []
    while True:
        answer = await client.get("/api/v1/reports", params=params)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if not answer.json()["next"]:
            return items
        params["before"] = answer.json()["next"]


async def test_the_list_says_what_each_report_says(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, sitting), person(hub, "ada", "admin") as client:
        await many(hub)
        lines = await listed(client)
        assert len(lines) == 6, "no practice exam"
        for line in lines:
            key = line["exam_session"]["exam_session_id"]
            summary = (await client.get(f"/api/v1/exam-sessions/{key}/report")).json()["integrity"]
            for name in ("coverage", "clear"):
                assert line[name] == summary[name]["value"]
            assert (line["expected_s"], line["monitored_s"]) == (
                summary["expected"]["value"],
                summary["monitored"]["value"],
            )
            assert line["confirmed"] == sum(kind["confirmed"] for kind in summary["kinds"])
            for name in ("unreviewed", "contested", "dismissed"):
                assert line[name] == summary[name]
        assert await client.post(f"/api/v1/exam-sessions/{sitting.exam_session_id}/legal-hold", json={"reason": "x"})
        held = await listed(client, legal_hold=True)
        assert [line["exam_session"]["candidate_name"] for line in held] == ["Mara Lindqvist"]


async def test_the_list_is_narrowed_ordered_and_paged(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, _), person(hub, "ada", "admin") as client:
        await many(hub)
        newest = [line["exam_session"]["exam_session_id"] for line in await listed(client, limit=4)]
        oldest = [line["exam_session"]["exam_session_id"] for line in await listed(client, limit=4, order="oldest")]
        assert newest == oldest[::-1]
        assert len(set(newest)) == 6
        names = [line["exam_session"]["candidate_name"] for line in await listed(client, limit=1, order="candidate")]
        assert names == sorted(names)
        assert len(names) == 6
        assert [line["unreviewed"] for line in await listed(client, found="nothing")] == [0]
        assert len(await listed(client, found="undecided")) == 5
        assert await listed(client, found="decided") == []
        assert len(await listed(client, found="confirmed", exam=str(EXAM))) == 4
        assert len(await listed(client, state="no_show")) == 1
        assert await listed(client, state="in_progress") == []
        assert len(await listed(client, site="leiden")) == 2
        assert (await client.get("/api/v1/reports", params={"before": "x"})).status_code == 422
        mixed = (await client.get("/api/v1/reports", params={"limit": 1, "order": "candidate"})).json()["next"]
        assert (await client.get("/api/v1/reports", params={"before": mixed})).status_code == 422
        async with person(hub, "rae", "reviewer", "booth-2") as reviewer:
            assert len(await listed(reviewer)) == 2


async def test_who_watched_is_told_of_the_time_the_candidate_sat_there(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as (hub, sitting), person(hub, "ada", "admin") as client:
        async with hub.database.writing() as connection:
            for second, booth, username in (
                (-4000, "booth-1", "early"),
                (500, "booth-2", "elsewhere"),
                (500, "booth-1", "pat"),
                (300, "booth-1", "ada"),
                (90_000, "booth-1", "late"),
            ):
                watch = {"watch_id": uuid4(), "username": username, "display_name": username, "booth_id": booth}
                watch |= {"kind": "view", "started_at": at(second), "last_beat_at": at(second)}
                watch |= {"ended_at": at(second) + timedelta(seconds=60), "ended_why": "left"}
                await connection.execute(insert(tables.watches).values(watch))
        path = f"/api/v1/exam-sessions/{sitting.exam_session_id}/watches"
        assert [each["username"] for each in (await client.get(path)).json()["items"]] == ["ada", "pat"]
        async with person(hub, "pat", "proctor", "booth-1") as pat:
            assert [each["username"] for each in (await pat.get(path)).json()["items"]] == ["pat"]
        assert (await client.get(f"/api/v1/exam-sessions/{uuid4()}/watches")).status_code == 404
