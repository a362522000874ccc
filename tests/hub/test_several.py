"""Several processes of one hub: two that take events and two that show them, over one PostgreSQL and one Mosquitto."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.config import Settings
from hub.errors import HubError
from hub.evidence.unfinished import Unfinished
from hub.serve import check_parts
from tests.support.cluster import Cluster, a_cluster
from tests.support.processes import run, wait_for


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with a_cluster(tmp_path) as made:
        made.add_administrator()
        yield made


@pytest.mark.slow
def test_who_looks_through_one_process_is_known_to_the_other(cluster: Cluster) -> None:
    run("invigil-hub", "booth", "add", "booth-1", "--data", cluster.data, "--json")
    cookies = {"invigil_session": cluster.cookie()}
    at_one = httpx.Client(base_url=cluster.url("hub"), headers={"X-Invigil-Request": "1"}, cookies=cookies, timeout=60)
    with at_one as client:

        def seen_by_the_other() -> bool:
            client.post("/api/v1/booths/booth-1/looking").raise_for_status()
            answer = httpx.get(f"{cluster.url('hub-2')}/api/v1/presence", cookies=cookies).raise_for_status()
            return [item["booth_id"] for item in answer.json()["items"]] == ["booth-1"]

        wait_for("the other process to know", seen_by_the_other)


@pytest.mark.anyio
async def test_one_process_at_a_time_adds_to_a_booths_files(tmp_path: Path) -> None:
    """Each has an `Unfinished` of its own over the one folder."""
    one, other = Unfinished(tmp_path / "evidence" / "unfinished"), Unfinished(tmp_path / "evidence" / "unfinished")
    order: list[str] = []

    async def second() -> None:
        async with other.alone("booth-1"):
            order.append("the other")

    async with one.alone("booth-1"):
        waiting = asyncio.create_task(second())
        async with other.alone("booth-2"):
            order.append("another booth")
        await asyncio.sleep(0.1)
        order.append("the first")
    await waiting
    assert order == ["another booth", "the first", "the other"]


def test_several_processes_need_what_they_share(tmp_path: Path) -> None:
    for settings in (
        Settings(data=tmp_path, ingests=False),
        Settings(data=tmp_path, serves=False, name="ingest"),
        Settings(data=tmp_path, name="hub-2"),
    ):
        with pytest.raises(HubError, match="PostgreSQL") as caught:
            check_parts(settings)
        assert "hub.toml" in caught.value.hint
    check_parts(Settings(data=tmp_path))
