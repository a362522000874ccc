"""Devices as technicians have them: words for how they do, commands with results, claim codes, revocation, rooms."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from contract.checkup import CheckResult, CheckState, Checkup, CheckupCommand, CheckupReply
from contract.live import DoneReply
from contract.messages import AnyCommand, AnyReply, ErrorReply, Health
from contract.upkeep import (
    DeviceFacts,
    IdentifyCommand,
    IdentifyReply,
    LogsCommand,
    LogsReply,
    RebootCommand,
    RestartCommand,
)
from hub.devices.status import HOT_C, Standing, status_of
from hub.parts import Hub
from hub.tables import audit_log
from tests.support.answering_booth import AnsweringBooth, an_answering_booth
from tests.support.exams import Centre
from tests.support.hub import Device, a_hub, add_booth, add_user, browser, sign_in, until
from tests.support.people import get_until, person
from tests.support.reports_of_health import NOW, a_health

pytestmark = pytest.mark.anyio


def standing(**changes: Any) -> Standing:
    known: dict[str, Any] = {
        "serial": "ab",
        "enrolled_at": NOW - timedelta(days=9),
        "issued_at": NOW - timedelta(days=9),
        "not_after": NOW + timedelta(days=800),
        "replaced_at": None,
        "revoked_at": None,
        "availability": "online",
        "last_seen_at": NOW,
        "health": a_health(),
        "clock_offset_ms": 12.0,
        "certificate_serial": "ab",
    }
    return Standing(**known | changes)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "online"),
        ({"availability": "offline"}, "offline"),
        ({"availability": "stopped"}, "offline"),
        ({"last_seen_at": None, "availability": None}, "new"),
        ({"last_seen_at": NOW - timedelta(days=10)}, "new"),  # the device before it was heard, not this one
        ({"not_after": NOW - timedelta(seconds=1)}, "expired"),
        ({"not_after": NOW - timedelta(seconds=1), "replaced_at": NOW}, "replaced"),
        ({"revoked_at": NOW, "replaced_at": NOW}, "revoked"),
        ({"clock_offset_ms": -2500.0}, "degraded"),
        ({"certificate_serial": "cd"}, "degraded"),
        ({"issued_at": NOW - timedelta(days=336), "not_after": NOW + timedelta(days=29)}, "degraded"),
        ({"issued_at": NOW - timedelta(days=70), "not_after": NOW + timedelta(days=20)}, "online"),
        ({"issued_at": NOW - timedelta(days=76), "not_after": NOW + timedelta(days=14)}, "degraded"),
        ({"health": None}, "online"),
    ],
)
def test_each_word_has_one_meaning(changes: dict[str, Any], word: str) -> None:
    assert status_of(standing(**changes), NOW)[0] == word


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"camera": "lost"}, "camera_lost"),
        ({"temperature_c": HOT_C}, "hot"),
        ({"throttled": True}, "throttled"),
        ({"throttle_bits": 0x10000}, "under_voltage"),
        ({"disk_free_bytes": 999_999_999}, "disk_low"),
        ({"outbox_depth": 1001}, "outbox_behind"),
    ],
)
def test_what_a_technician_should_look_at_is_named(changes: dict[str, Any], code: str) -> None:
    status, cares = status_of(standing(health=a_health(**changes)), NOW)
    assert (status, [care.code for care in cares]) == ("degraded", [code])


def test_what_the_doctor_found_is_worth_a_look_unless_the_hub_knows_it_sooner() -> None:
    status, cares = status_of(standing(failed_checks=("camera", "disk_wear", "weights")), NOW)
    assert (status, [(care.code, care.detail) for care in cares]) == (
        "degraded",
        [("check_failed", "disk_wear"), ("check_failed", "weights")],
    )
    assert status_of(standing(failed_checks=("camera", "temperature")), NOW)[0] == "online"


def obedient(command: AnyCommand) -> AnyReply | None:
    if isinstance(command, IdentifyCommand):
        return IdentifyReply(screen=True, light=False)
    if isinstance(command, LogsCommand):
        return LogsReply(lines=("one", "two"), dropped=3)
    return DoneReply()


async def device_of(client: httpx.AsyncClient, booth_id: str) -> dict[str, Any]:
    items = (await client.get("/api/v1/devices")).json()["items"]
    (found,) = (each for each in items if each["booth_id"] == booth_id)
    return dict(found)


async def heard(client: httpx.AsyncClient, booth: AnsweringBooth, health: Health) -> None:
    """The booth's health has reached the page of devices."""
    booth.beat(health)
    await get_until(client, "/devices", lambda said: said["items"][0]["version"] == health.version)


async def actions(hub: Hub) -> list[tuple[str, str]]:
    async with hub.database.reading() as connection:
        rows = (await connection.execute(select(audit_log.c.action, audit_log.c.detail))).all()
    return [(row.action, row.detail) for row in rows if row.action.startswith(("device.", "claim_code."))]


async def test_a_device_is_shown_asked_and_what_came_of_it_is_on_record(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        async with an_answering_booth(hub, tmp_path) as booth:
            assert (await device_of(client, "booth-1"))["status"] == "new"
            serial = (await device_of(client, "booth-1"))["serial"]
            booth.answer = obedient
            booth.report(device=DeviceFacts(model="Raspberry Pi 5", certificate_serial=serial))
            await heard(client, booth, a_health(version="1.2.3"))
            device = await device_of(client, "booth-1")
            assert (device["status"], device["version"], device["model"]) == ("online", "1.2.3", "Raspberry Pi 5")
            path = f"/api/v1/devices/{device['device_id']}"
            detail = (await client.get(path)).json()
            assert detail["facts"]["certificate_serial"] == serial
            assert [each["serial"] for each in detail["history"]] == [serial]

            shown = await client.post(f"{path}/identify", json={"seconds": 5})
            assert shown.json() == {"screen": True, "light": False}
            assert (await booth.hears(IdentifyCommand)).name == "Booth-1"
            log = await client.post(f"{path}/logs", json={"lines": 2})
            assert log.json() == {"lines": ["one", "two"], "dropped": 3}
            assert (await client.post(f"{path}/restart", json={})).status_code == 204
            assert not (await booth.hears(RestartCommand)).force
            assert (await client.post(f"{path}/reboot", json={})).status_code == 204
            assert not (await booth.hears(RebootCommand)).force
            booth.answer = lambda _: ErrorReply(reason="no screen here")
            refused = await client.post(f"{path}/identify", json={})
            assert (refused.status_code, "no screen here" in refused.json()["detail"]) == (502, True)

            revoked = await client.post(f"{path}/revoke", json={"reason": "stolen"})
            assert (revoked.json()["status"], revoked.json()["revoked_by"]) == ("revoked", "ada")
            await until("the connection to be cut", lambda: booth.ended > 0)
            assert (await client.post(f"{path}/revoke", json={"reason": "again"})).status_code == 409
            assert (await client.post(f"{path}/identify", json={})).status_code == 409
        done = await actions(hub)
        names = [action for action, _ in done]
        assert names[-6:] == [
            *("device.identified", "device.logs_read", "device.restarted", "device.rebooted"),
            *("device.identified", "device.revoked"),
        ]
        assert [said for said in ("done", "no screen here") if any(said in about for _, about in done)]
        assert '"outcome": "no screen here"' in done[-2][1]


async def test_what_a_booth_does_otherwise_than_it_should_is_shown(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, an_answering_booth(hub, tmp_path) as booth:
        await add_user(hub)
        await sign_in(client)
        assert (await device_of(client, "booth-1"))["drift"] == [{"field": "revision", "desired": "1", "reported": ""}]
        booth.report()
        await heard(client, booth, a_health())
        await get_until(client, "/devices", lambda said: said["items"][0]["drift"] == [])

        assert (await client.put("/api/v1/booths/booth-1/profile", json={"profile": "strict"})).status_code < 300
        device = await device_of(client, "booth-1")
        assert device["drift"] == [
            {"field": "revision", "desired": "2", "reported": "1"},
            {"field": "profile", "desired": "strict v1", "reported": "standard v1"},
        ]
        detail = (await client.get(f"/api/v1/devices/{device['device_id']}")).json()
        assert detail["device"]["drift"] == device["drift"]
        revoked = await client.post(f"/api/v1/devices/{device['device_id']}/revoke", json={"reason": "stolen"})
        assert revoked.json()["drift"] == [], "who is not in force is told nothing"


async def test_a_restart_waits_for_the_end_of_the_exam_session_unless_an_administrator_forces_it(
    tmp_path: Path,
) -> None:
    async with (
        a_hub(tmp_path) as hub,
        browser(hub) as client,
        an_answering_booth(hub, tmp_path) as booth,
    ):
        await add_user(hub)
        await sign_in(client)
        booth.answer = obedient
        await heard(client, booth, a_health())
        centre = Centre(client)
        sitting = await centre.schedule(await centre.exam(), await centre.candidate("4711"), "booth-1")
        for act in ("check-in", "admit"):
            words = {"reason_code": "check_in.by_staff", "note": "by hand"} if act == "check-in" else {}
            assert (await client.post(f"/api/v1/exam-sessions/{sitting}/{act}", json=words)).status_code == 200
        device = await device_of(client, "booth-1")
        assert device["exam_session_on"]
        path = f"/api/v1/devices/{device['device_id']}/restart"
        assert (await client.post(path, json={})).status_code == 409
        async with person(hub, "tec", "technician", "booth-1") as technician:
            assert (await technician.post(path, json={"force": True})).status_code == 403
        assert not booth.all_of(RestartCommand)
        assert (await client.post(path, json={"force": True})).status_code == 204
        assert (await booth.hears(RestartCommand)).force
        assert (await client.post(path.replace("restart", "reboot"), json={})).status_code == 409
        assert not booth.all_of(RebootCommand)


async def test_new_hardware_takes_over_a_booth_with_a_code_and_the_history_stays(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await Device.enrol(hub, "booth-1", tmp_path / "old")
        old = await device_of(client, "booth-1")
        made = (await client.post("/api/v1/booths/booth-1/claim-code")).json()
        assert made["code"] not in made["command"]
        (pending,) = (await client.get("/api/v1/claim-codes")).json()["items"]
        assert (pending["booth_id"], pending["created_by"]) == ("booth-1", "ada")
        assert "code" not in pending
        await Device.enrol(hub, "booth-1", tmp_path / "new", code=made["code"])
        new = await device_of(client, "booth-1")
        assert (new["enrolled_by"], old["enrolled_by"], new["device_id"] == old["device_id"]) == ("ada", None, False)
        history = (await client.get(f"/api/v1/devices/{new['device_id']}")).json()["history"]
        assert [each["status"] for each in history] == ["new", "replaced"]
        assert (await client.get("/api/v1/claim-codes")).json()["items"] == []
        assert (await client.delete("/api/v1/booths/booth-1/claim-code")).status_code == 404
        await client.post("/api/v1/booths/booth-1/claim-code")
        assert (await client.delete("/api/v1/booths/booth-1/claim-code")).status_code == 204
        assert (await client.post("/api/v1/booths/nowhere/claim-code")).status_code == 404
        assert [action for action, _ in await actions(hub)][-3:] == [
            *("device.enrolled", "claim_code.made", "claim_code.withdrawn"),
        ]


async def test_rooms_are_archived_when_nothing_stands_in_them_and_taken_back(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await add_booth(hub, "booth-1")
        await client.post("/api/v1/sites", json={"site_id": "berlin", "name": "Berlin"})
        await client.post("/api/v1/rooms", json={"room_id": "b1", "site_id": "berlin", "name": "B 1"})
        made = await client.post("/api/v1/booths", json={"booth_id": "b1-a", "name": "B 1, A", "room_id": "b1"})
        assert (made.status_code, made.json()["room_id"]) == (201, "b1")
        again = await client.post("/api/v1/booths", json={"booth_id": "b1-a", "name": "Another"})
        assert again.status_code == 409
        renamed = await client.patch("/api/v1/booths/b1-a", json={"name": "Alpha"})
        assert renamed.json()["name"] == "Alpha"
        for path in ("/api/v1/rooms/b1", "/api/v1/sites/berlin"):
            assert (await client.patch(path, json={"archived": True})).status_code == 409
        await client.put("/api/v1/booths/b1-a/room", json={"room_id": None})
        assert (await client.patch("/api/v1/rooms/b1", json={"archived": True})).json()["archived_at"]
        put = await client.put("/api/v1/booths/b1-a/room", json={"room_id": "b1"})
        assert (put.status_code, "archived" in put.json()["detail"]) == (409, True)
        assert (await client.patch("/api/v1/sites/berlin", json={"archived": True, "name": "Old"})).status_code == 200
        assert (await client.patch("/api/v1/rooms/b1", json={"archived": False})).status_code == 409
        assert (await client.patch("/api/v1/sites/berlin", json={"archived": False})).json()["archived_at"] is None
        assert (await client.patch("/api/v1/rooms/b1", json={"archived": False})).json()["archived_at"] is None


def a_checkup(at: datetime, **states: CheckState) -> Checkup:
    checks = tuple(CheckResult(name=name, title=name, means="", state=state) for name, state in states.items())
    return Checkup(at=at, version="1.0.0", reason="asked", took_s=1.5, checks=checks)


async def test_the_doctors_newest_findings_are_kept_and_asked_for(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        async with an_answering_booth(hub, tmp_path) as booth:
            booth.answer = obedient
            await heard(client, booth, a_health())
            device = await device_of(client, "booth-1")
            path = f"/api/v1/devices/{device['device_id']}"
            assert (await client.get(path)).json()["checkup"] is None
            worn = a_checkup(datetime.now(UTC), disk_wear="failed", light="warning", camera="ok")
            booth.send(worn.to_json(), "checkup", retain=True)
            detail = await get_until(client, path.removeprefix("/api/v1"), lambda said: said["checkup"])
            assert [check["state"] for check in detail["checkup"]["checks"]] == ["failed", "warning", "ok"]
            device = await device_of(client, "booth-1")
            assert (device["status"], device["care"]) == (
                "degraded",
                [{"code": "check_failed", "detail": "disk_wear"}],
            )

            mended = a_checkup(datetime.now(UTC), disk_wear="ok")
            booth.answer = lambda command: CheckupReply(checkup=mended)
            asked = await client.post(f"{path}/doctor")
            assert (asked.status_code, asked.json()["checks"][0]["name"]) == (200, "disk_wear")
            await booth.hears(CheckupCommand)
            booth.send(mended.to_json(), "checkup", retain=True)
            await get_until(client, "/devices", lambda said: said["items"][0]["status"] == "online")
            booth.send(b'{"type": "checkup", "at": "never"}', "checkup")
            booth.answer = lambda command: ErrorReply(reason="others wait for a checkup already")
            assert (await client.post(f"{path}/doctor")).status_code == 502
            assert (await client.get(path)).json()["checkup"]["checks"][0]["state"] == "ok", "nonsense is kept aside"
        assert [action for action, _ in await actions(hub)][-2:] == ["device.checked", "device.checked"]


async def test_what_was_found_on_the_device_before_is_not_said_of_the_new_one(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        async with an_answering_booth(hub, tmp_path) as booth:
            booth.send(a_checkup(datetime.now(UTC) - timedelta(days=1), weights="failed").to_json(), "checkup")
            booth.answer = obedient
            await heard(client, booth, a_health())
            device = await device_of(client, "booth-1")
            assert (device["status"], device["care"]) == ("online", [])
            assert (await client.get(f"/api/v1/devices/{device['device_id']}")).json()["checkup"] is None
