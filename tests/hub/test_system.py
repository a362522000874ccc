"""How the hub says that it is well or not, and who may read its figures."""

import asyncio
from pathlib import Path

import pytest

from hub.parts import Hub
from tests.support.hub import Chain, a_hub, an_uplink, browser, until
from tests.support.postgres import own_database, server

pytestmark = pytest.mark.anyio
SOMEBODY = ("203.0.113.7", 40000)


async def readiness(hub: Hub) -> tuple[int, str]:
    async with browser(hub) as client:
        answer = await client.get("/readyz")
        return answer.status_code, str(answer.json().get("detail", ""))


async def test_it_is_not_ready_without_its_broker(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        assert await readiness(hub) == (200, "")
        hub.mqtt._client.disconnect()
        await until("the connection to end", lambda: not hub.mqtt.connected)
        status, detail = await readiness(hub)
        assert status == 503
        assert detail.startswith("broker: not connected")


async def test_it_is_not_ready_without_its_database_and_says_when_events_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.system.FAILING_S", 0.0)
    async with a_hub(tmp_path, database=own_database(tmp_path)) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        server().crash()
        try:
            uplink.send(chain.opened())
            await until("a try that fails", lambda: hub.ingest.failing_s() > 0)
            status, detail = await readiness(hub)
            assert status == 503
            assert "database: " in detail
            assert "ingest: nothing stored" in detail
        finally:
            server().start()
        await uplink.acked(1)
        assert await readiness(hub) == (200, "")


async def test_it_is_not_ready_where_no_file_fits_on_its_disk(tmp_path: Path) -> None:
    async with a_hub(tmp_path, evidence_max_bytes=2**62) as hub:
        status, detail = await readiness(hub)
        assert status == 503
        assert "make room" in detail


async def test_figures_are_for_this_machine_or_for_who_has_the_token(tmp_path: Path) -> None:
    token = tmp_path / "metrics.token"
    token.write_text("a-long-and-secret-token\n")
    async with a_hub(tmp_path / "one") as hub, browser(hub) as here, browser(hub, client=SOMEBODY) as there:
        async with asyncio.timeout(60):  # on PostgreSQL a process leads a moment after it started
            while "invigil_leads 1.0" not in (answer := await here.get("/metrics")).text:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert "invigil_disk_free_bytes" in answer.text
        refused = await there.get("/metrics", headers={"Authorization": "Bearer a-long-and-secret-token"})
        assert (refused.status_code, "metrics_token_file" in refused.json()["detail"]) == (403, True)
    async with a_hub(tmp_path / "two", metrics_token_file=token) as hub, browser(hub, client=SOMEBODY) as there:
        for given, status in (("a-long-and-secret-token", 200), ("a-long-and-secret-tokem", 403), ("", 403)):
            answer = await there.get("/metrics", headers={"Authorization": f"Bearer {given}"} if given else {})
            assert answer.status_code == status
        token.unlink()
        answer = await there.get("/metrics", headers={"Authorization": "Bearer a-long-and-secret-token"})
        assert answer.status_code == 403
