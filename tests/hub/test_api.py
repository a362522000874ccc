"""The pages' data: lists, filters, cursors, booths, probes, headers, the dashboard's files."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from contract.messages import Availability, ClockCommand, ClockReply, Health, Reported, parse_command
from hub.problems import install_problem_handlers
from hub.web import Dashboard
from tests.support.hub import (
    Chain,
    a_hub,
    a_violation,
    add_user,
    an_uplink,
    browser,
    closed,
    comes_online,
    sign_in,
    until,
)

pytestmark = pytest.mark.anyio
NOW = a_violation().opened_at


def a_health(**changes: Any) -> Health:
    values: dict[str, Any] = {
        "at": NOW,
        "version": "1",
        "uptime_s": 5,
        "camera": "ok",
        "capture_fps": 15,
        "frames_dropped": 0,
        "detectors": (),
        "outbox_depth": 0,
        "spool_files": 0,
        "disk_free_bytes": 10,
    }
    return Health(**values | changes)


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def booth_where(client: httpx.AsyncClient, **wanted: Any) -> Any:
    """The booth, once it looks like this."""
    while True:
        booth = await get(client, "/booths/booth-1")
        if all(booth[name] == value for name, value in wanted.items()):
            return booth


async def test_violations_are_paged_newest_first_and_filtered(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        chain = Chain("booth-1")
        made = [a_violation(number // 2, kind=("no_face", "looking_away")[number % 2]) for number in range(7)]
        for violation in made:
            uplink.send(chain.opened(violation))
        uplink.send(chain.closed(closed(made[0])))
        await uplink.acked(8)
        seen: list[dict[str, Any]] = []
        before: str | None = None
        while True:
            page = await get(client, "/violations", limit=3, **({"before": before} if before else {}))
            seen += page["items"]
            before = page["next"]
            if before is None:
                break
        assert len(seen) == 7
        assert {item["violation_id"] for item in seen} == {str(violation.violation_id) for violation in made}
        assert [item["opened_at"] for item in seen] == sorted((item["opened_at"] for item in seen), reverse=True)
        assert len((await get(client, "/violations", kind="no_face"))["items"]) == 4
        assert len((await get(client, "/violations", open="true"))["items"]) == 6
        assert len((await get(client, "/violations", open="false"))["items"]) == 1
        assert (await get(client, "/violations", booth_id="booth-9"))["items"] == []
        one = await get(client, f"/violations/{made[0].violation_id}")
        assert (one["booth_name"], one["ended_at"] is None) == ("Booth-1", False)
        assert (await client.get("/api/v1/violations?before=nonsense")).status_code == 422
        assert (await client.get("/api/v1/violations?kind=nonsense")).json()["title"] == "The request is not valid"


async def test_a_booth_shows_what_it_said(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        assert (await booth_where(client))["availability"] == "never_seen"
        uplink.send(Availability(state="online", since=NOW).to_json(), "availability", retain=True)
        reported = Reported(revision=1, monitoring=True, profile="strict", profile_version=1)
        uplink.send(reported.to_json(), "reported", retain=True)
        uplink.send(a_health(capture_fps=12.5).to_json(), "health")
        booth = await booth_where(client, availability="online", profile="strict")
        booth = await booth_where(client, health=a_health(capture_fps=12.5).model_dump(mode="json"))
        assert booth["last_seen_at"] is not None
        chain = Chain("booth-1")
        uplink.send(chain.opened(a_violation(severity="low")))
        last = a_violation(1, severity="medium")
        uplink.send(chain.opened(last))
        await uplink.acked(2)
        booth = await booth_where(client, open_violations=2)
        assert booth["worst_open"] == "medium"
        assert booth["latest"]["violation_id"] == str(last.violation_id)
        uplink.send(b"not json", "health")
        await until("counted", lambda: hub.metrics.messages_rejected.labels("malformed")._value.get() == 1)
        uplink.send(Availability(state="stopped", since=NOW).to_json(), "availability", retain=True)
        await booth_where(client, availability="stopped")
        assert (await get(client, "/system"))["rejected_messages"] == 1
        assert (await get(client, "/booths"))["items"][0]["booth_id"] == "booth-1"
        assert (await client.get("/api/v1/booths/nowhere")).status_code == 404


async def test_a_booths_clock_is_measured_and_shown(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await uplink.listen("invigil/v1/booths/booth-1/commands")
        await comes_online(client, uplink)
        asked = parse_command(await uplink.receive("commands"))
        assert isinstance(asked, ClockCommand)
        assert asked.at is not None
        assert abs(datetime.now(UTC) - asked.at) < timedelta(minutes=5), "exams run by the hub's clock"
        ahead = timedelta(hours=1)
        uplink.reply(ClockReply(wall_time=datetime.now(UTC) + ahead).to_json())
        while (offset_ms := (await get(client, "/booths/booth-1"))["clock_offset_ms"]) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert abs(offset_ms - ahead.total_seconds() * 1000) < 60_000


async def test_a_booth_that_was_online_and_does_not_come_back_is_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        uplink.send(Availability(state="online", since=NOW).to_json(), "availability", retain=True)
        await booth_where(client, availability="online")
    monkeypatch.setattr("hub.states.GRACE_S", 0.2)
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await sign_in(client)
        await booth_where(client, availability="offline")


async def test_system_and_probes(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        system = await get(client, "/system")
        assert (system["broker"], system["events_committed"], system["chain_gaps"]) == ("connected", 0, 0)
        assert system["database_bytes"] > 0
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        metrics = (await client.get("/metrics")).text
        assert "invigil_mqtt_connected 1.0" in metrics


@pytest.mark.parametrize(
    "path", ["/api/v1/booths", "/api/v1/violations", "/api/v1/gaps", "/api/v1/system", f"/api/v1/evidence/{'0' * 64}"]
)
async def test_nothing_is_shown_to_nobody(tmp_path: Path, path: str) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        assert (await client.get(path)).status_code == 401


async def test_errors_are_problem_documents(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        for answer in (
            await client.get("/api/v1/nothing"),
            await client.post("/api/v1/sign-in", json={}),
            await client.post("/healthz"),
        ):
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            assert answer.json().keys() == {"type", "title", "status", "detail"}
            assert answer.json()["status"] == answer.status_code


async def test_a_large_body_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 1024

    async with a_hub(tmp_path) as hub, browser(hub) as client:
        large = await client.post("/api/v1/sign-in", content=b" " * 100_000)
        assert (large.status_code, large.json()["status"]) == (413, 413)
        assert (await client.post("/api/v1/sign-in", content=endless())).status_code == 411


async def test_headers_that_protect_a_browser(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        headers = (await client.get("/healthz")).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert (await client.get("/api/v1/me")).headers["cache-control"] == "no-store"


async def test_the_dashboards_files(tmp_path: Path) -> None:
    from fastapi import FastAPI

    built = tmp_path / "static"
    app = FastAPI()
    install_problem_handlers(app)
    app.mount("/", Dashboard(built))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
        missing = await client.get("/")
        assert missing.status_code == 503
        assert "make dashboard" in missing.text
        (built / "assets").mkdir(parents=True)
        (built / "index.html").write_text("<!doctype html>the dashboard")
        (built / "assets/app-abc.js").write_text("1")
        for route in ("/", "/booths/booth-1"):
            page = await client.get(route)
            assert page.text.endswith("the dashboard")
            assert page.headers["cache-control"] == "no-cache"
        assert "immutable" in (await client.get("/assets/app-abc.js")).headers["cache-control"]
        assert (await client.get("/assets/gone.js")).status_code == 404
        assert (await client.get("/api/v1/gone")).status_code == 404
        assert (await client.get("/../../hub.sqlite")).text.endswith("the dashboard")


async def test_the_dashboards_files_are_sent_as_they_were_compressed(tmp_path: Path) -> None:
    from fastapi import FastAPI

    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>the dashboard")
    (assets / "app-abc.js").write_text("say('hello')")
    (assets / "app-abc.js.br").write_bytes(b"small")
    (assets / "app-abc.js.gz").write_bytes(gzip.compress(b"say('hello')"))
    app = FastAPI(middleware=[Middleware(GZipMiddleware, minimum_size=1)])
    app.mount("/", Dashboard(tmp_path))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:

        async def asked(accept: str, **headers: str) -> httpx.Response:
            request = client.build_request("GET", "/assets/app-abc.js", headers={"Accept-Encoding": accept, **headers})
            return await client.send(request, stream=True)

        small = await asked("gzip, deflate, br")
        assert small.headers["content-encoding"] == "br"
        assert small.headers["content-type"].startswith("text/javascript")
        assert small.headers["vary"] == "Accept-Encoding"
        assert "immutable" in small.headers["cache-control"]
        assert b"".join([part async for part in small.aiter_raw()]) == b"small", "compressed once, not twice"
        assert (await asked("br", **{"If-None-Match": small.headers["etag"]})).status_code == 304
        assert (await asked("gzip, br;q=0")).headers["content-encoding"] == "gzip"
        plain = await asked("identity")
        assert "content-encoding" not in plain.headers
        assert await plain.aread() == b"say('hello')"


async def test_the_desired_profile_reaches_the_booth(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await uplink.listen("invigil/v1/booths/booth-1/desired")
        assert b'"name":"standard"' in await uplink.receive("desired"), "retained since enrolment"
        answer = await client.put("/api/v1/booths/booth-1/profile", json={"profile": "strict"})
        assert answer.json()["desired_profile"] == "strict"
        desired = await uplink.receive("desired")
        assert b'"name":"strict"' in desired
        assert b'"revision":2' in desired

        def follows(revision: int) -> None:
            reported = Reported(revision=revision, monitoring=True, profile="standard", profile_version=1)
            uplink.send(reported.to_json(), "reported", retain=True)

        follows(1)
        assert await uplink.receive("desired") == desired, "told again: an older one may have come after this one"
        follows(1)  # and again, as if it refused: not for ever
        await client.put("/api/v1/booths/booth-1/profile", json={"profile": "lenient"})
        assert b'"revision":3' in await uplink.receive("desired")
        assert (await client.put("/api/v1/booths/x/profile", json={"profile": "strict"})).status_code == 404
        assert (await client.put("/api/v1/booths/booth-1/profile", json={"profile": "odd"})).status_code == 422
