"""Devices without a claim code: they ask, a person compares codes; or their serial number is expected, once."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select, update

import hub.devices.requests
from contract.enrolment import EnrolmentAsked, key_code
from hub.config import DevicesConfig
from hub.devices.requests import NEW_PER_ADDRESS, is_serial
from hub.tables import audit_log, enrolment_requests
from tests.support.hub import (
    Device,
    a_hub,
    add_booth,
    add_user,
    an_uplink,
    browser,
    comes_online,
    sign_in,
    signing_request,
)
from tests.support.people import person

pytestmark = pytest.mark.anyio
Key = ec.EllipticCurvePrivateKey


def a_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


async def ask(client: httpx.AsyncClient, key: Key, serial: str = "", **changes: Any) -> dict[str, Any]:
    asked = EnrolmentAsked(csr_pem=signing_request(key), hardware_serial=serial, model="a board")
    answer = await client.post("/api/v1/enrol/request", json=asked.model_dump(mode="json"))
    assert answer.status_code == changes.get("status", 200), answer.text
    return dict(answer.json())


async def waiting(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return list((await client.get("/api/v1/enrolment-requests")).json()["items"])


async def test_a_person_lets_in_the_device_whose_code_they_compared(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as booth:
        await add_user(hub)
        await sign_in(client)
        await Device.enrol(hub, "booth-1", tmp_path / "earlier")
        key = a_key()
        first = await ask(booth, key, "10000000ABCDEF01")
        assert (first["state"], first["code"], first["enrolled"]) == ("waiting", key_code(key.public_key()), None)
        assert (await ask(booth, key)) == first, "the same key is the same request"
        (shown,) = await waiting(client)
        assert (shown["code"], shown["hardware_serial"]) == (first["code"], "10000000abcdef01")
        path = f"/api/v1/enrolment-requests/{shown['request_id']}"
        wrong = await client.post(
            f"{path}/approve", json={"booth_id": "booth-1", "code": key_code(a_key().public_key())}
        )
        assert wrong.status_code == 409
        nowhere = await client.post(f"{path}/approve", json={"booth_id": "nowhere", "code": first["code"]})
        assert nowhere.status_code == 404
        right = {"booth_id": "booth-1", "code": first["code"].lower().replace("-", "")}
        assert (await client.post(f"{path}/approve", json=right)).status_code == 204
        assert (await client.post(f"{path}/approve", json=right)).status_code == 409
        (before,) = (await client.get("/api/v1/devices")).json()["items"]
        granted = await ask(booth, key)
        assert granted["state"] == "granted"
        certificate = x509.load_pem_x509_certificate(granted["enrolled"]["certificate_pem"].encode())
        assert certificate.public_key() == key.public_key()
        assert await ask(booth, key) == granted, "an answer that got lost is given again"
        (after,) = (await client.get("/api/v1/devices")).json()["items"]
        assert after["device_id"] != before["device_id"]
        assert (after["enrolled_how"], after["enrolled_by"]) == ("approved", "ada")
        assert await waiting(client) == []
        async with hub.database.reading() as connection:
            actions = (await connection.execute(select(audit_log.c.action).order_by(audit_log.c.number))).scalars()
            assert [each for each in actions if "enrol" in each][-2:] == [
                "enrolment_request.approved",
                "device.enrolled",
            ]


async def test_a_request_is_refused_forgotten_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.devices.requests, "WAITING_MAX", 3)
    async with a_hub(tmp_path) as running, browser(running) as client, browser(running) as booth:
        await add_user(running)
        await sign_in(client)
        await add_booth(running, "booth-1")
        key = a_key()
        await ask(booth, key)
        (shown,) = await waiting(client)
        path = f"/api/v1/enrolment-requests/{shown['request_id']}"
        assert (await client.post(f"{path}/refuse", json={"reason": "not ours"})).status_code == 204
        assert (await ask(booth, key))["reason"] == "not ours"
        late = a_key()
        await ask(booth, late)
        past = datetime.now(UTC) - timedelta(hours=2)
        async with running.database.writing() as connection:
            await connection.execute(update(enrolment_requests).values(expires_at=past))
        assert await waiting(client) == []
        assert (await ask(booth, late))["state"] == "waiting", "who still stands there asks anew"
        await ask(booth, a_key())
        await ask(booth, a_key())
        assert "technician" in (await ask(booth, a_key(), status=429))["detail"]
        for _ in range(NEW_PER_ADDRESS - 6):
            await ask(booth, a_key(), status=429)
        assert "5 minutes" in (await ask(booth, a_key(), status=429))["detail"]
        async with running.database.reading() as connection:
            count = (await connection.execute(select(func.count()).select_from(enrolment_requests))).scalar_one()
        assert count == 4
        for csr in ("", "garbage", signing_request(ec.generate_private_key(ec.SECP384R1()))):
            asked = EnrolmentAsked(csr_pem=csr)
            assert (await booth.post("/api/v1/enrol/request", json=asked.model_dump(mode="json"))).status_code == 422


async def test_an_expected_serial_number_opens_its_booth_once(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as booth:
        await add_user(hub)
        await sign_in(client)
        await add_booth(hub, "booth-1")
        wanted = {"hardware_serial": " 10000000ABCDEF01", "booth_id": "booth-1", "days": 3}
        made = await client.post("/api/v1/expected-devices", json=wanted)
        assert made.status_code == 201, made.text
        assert (await client.post("/api/v1/expected-devices", json=wanted)).status_code == 409
        assert (
            await client.post("/api/v1/expected-devices", json=wanted | {"hardware_serial": "0000"})
        ).status_code == 422
        granted = await ask(booth, a_key(), "10000000abcdef01")
        assert (granted["state"], granted["enrolled"]["booth"]) == ("granted", "booth-1")
        (device,) = (await client.get("/api/v1/devices")).json()["items"]
        assert (device["enrolled_how"], device["enrolled_by"]) == ("serial", "ada")
        assert (await client.get("/api/v1/expected-devices")).json()["items"] == []
        second = await ask(booth, a_key(), "10000000abcdef01")
        assert second["state"] == "waiting", "whoever copies the number comes too late, and is seen"
        (shown,) = await waiting(client)
        assert (shown["serial_note"], shown["expected_booth_id"]) == ("used", "booth-1")


async def test_a_serial_number_opens_nothing_from_afar_and_no_booth_that_is_manned(tmp_path: Path) -> None:
    near = DevicesConfig(serial_networks=(ip_network("192.0.2.0/24"),))
    async with (
        a_hub(tmp_path, devices=near) as hub,
        browser(hub) as client,
        browser(hub, client=("198.51.100.7", 1)) as afar,
        browser(hub, client=("192.0.2.7", 1)) as here,
        an_uplink(hub, tmp_path, "booth-1") as uplink,
    ):
        await add_user(hub)
        await sign_in(client)
        await add_booth(hub, "booth-2")
        for serial, place in (("aaa1", "booth-1"), ("aaa2", "booth-2"), ("aaa3", "booth-2")):
            body = {"hardware_serial": serial, "booth_id": place}
            assert (await client.post("/api/v1/expected-devices", json=body)).status_code == 201
        await comes_online(client, uplink)
        assert (await ask(here, a_key(), "aaa1"))["state"] == "waiting"
        assert (await ask(afar, a_key(), "aaa2"))["state"] == "waiting"
        assert [each["serial_note"] for each in await waiting(client)] == ["occupied", "elsewhere"]
        assert (await ask(here, a_key(), "aaa2"))["state"] == "granted"
        items = (await client.get("/api/v1/expected-devices")).json()["items"]
        (last,) = (each for each in items if each["hardware_serial"] == "aaa3")
        path = f"/api/v1/expected-devices/{last['expected_id']}"
        assert (await client.delete(path)).status_code == 204
        assert (await client.delete(path)).status_code == 404
        assert (await ask(here, a_key(), "aaa3"))["state"] == "waiting"


async def test_nobody_lets_devices_in_outside_of_their_scope(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(a_hub(tmp_path))
        await add_booth(hub, "booth-1")
        await add_booth(hub, "booth-2")
        client = await stack.enter_async_context(person(hub, "tec", "technician", "booth-1"))
        booth = await stack.enter_async_context(browser(hub))
        code = (await ask(booth, a_key()))["code"]
        (shown,) = await waiting(client)
        path = f"/api/v1/enrolment-requests/{shown['request_id']}/approve"
        assert (await client.post(path, json={"booth_id": "booth-2", "code": code})).status_code == 403
        expect = {"hardware_serial": "abc1", "booth_id": "booth-2"}
        assert (await client.post("/api/v1/expected-devices", json=expect)).status_code == 403


@pytest.mark.parametrize("serial", ["", "0", "0000-0000", "none", "to be filled by o.e.m.", "default string"])
def test_what_many_boards_say_is_no_serial_number(serial: str) -> None:
    assert not is_serial(serial)


def test_codes_of_keys_differ_and_are_easy_to_read_out() -> None:
    codes = {key_code(a_key().public_key()) for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 14 and not set(code) & set("01IO") for code in codes)
