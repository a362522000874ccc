"""A certificate is renewed by the old key, rescued by a code besides, and the old one goes when the new one is used."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update

from contract import chain
from contract.enrolment import RenewRequest, renewal_bytes
from contract.messages import Reported
from contract.upkeep import DeviceFacts
from hub.config import DevicesConfig
from hub.devices.renewal import PER_DAY
from hub.devices.revocation import revoke
from hub.parts import Hub
from hub.tables import checkpoints, device_certificates, devices
from tests.support.hub import Chain, Device, Uplink, a_hub, add_user, browser, sign_in, signing_request, until
from tests.support.people import get_until

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


def asked(device: Device, key: Any = None, **changes: Any) -> RenewRequest:
    """What the device sends for a new key; `changes` spoil it after it was signed."""
    csr, at = signing_request(key or ec.generate_private_key(ec.SECP256R1())), datetime.now(UTC).isoformat()
    code = changes.pop("code", None)
    signature = chain.sign(device.key, renewal_bytes(device.booth, csr, code, at))
    request = RenewRequest(
        certificate_pem=device.certificate_pem, csr_pem=csr, signed_at=at, signature=signature, rescue_code=code
    )
    return request.model_copy(update=changes)


async def renew(client: httpx.AsyncClient, request: RenewRequest) -> httpx.Response:
    return await client.post("/api/v1/devices/renew", json=request.model_dump(mode="json"))


def serial_of(pem: str) -> str:
    return f"{x509.load_pem_x509_certificate(pem.encode()).serial_number:x}"


async def has_ended(hub: Hub, device: Device, folder: Path) -> Device:
    """The same device with a certificate whose time is over, as the hub knows it."""
    async with hub.database.reading() as connection:
        row = (
            await connection.execute(select(devices).where(devices.c.serial == serial_of(device.certificate_pem)))
        ).one()
    old = hub.authority.issue_device(signing_request(device.key), device.booth, row.device_id, -HOUR)
    changed = {
        "serial": old.serial,
        "fingerprint": old.fingerprint,
        "certificate_pem": old.certificate_pem,
        "not_after": old.not_after,
    }
    async with hub.database.writing() as connection:
        for table in (devices, device_certificates):
            await connection.execute(update(table).where(table.c.device_id == row.device_id).values(changed))
    ended = Device(device.booth, device.key, old.certificate_pem, folder)
    ended.write(hub.authority.certificate_pem)
    return ended


async def test_the_old_certificate_goes_when_the_new_one_is_used_and_not_before(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        old = await Device.enrol(hub, "booth-1", tmp_path / "old")
        key = ec.generate_private_key(ec.SECP256R1())
        answer = await renew(client, asked(old, key))
        assert answer.status_code == 200, answer.text
        new = Device("booth-1", key, answer.json()["certificate_pem"], tmp_path / "new")
        new.write(answer.json()["ca_pem"])
        (device,) = (await client.get("/api/v1/devices")).json()["items"]
        assert device["serial"] == serial_of(old.certificate_pem), "until it is used, the old one is in force"
        with Uplink(old, hub.mqtt.port) as uplink:
            await uplink.ready()
            events = Chain("booth-1")
            uplink.send(events.opened())
            uplink.send(events.checkpoint(old.key))
            await uplink.acked(2)
        with Uplink(new, hub.mqtt.port) as uplink:
            await uplink.ready()
            facts = DeviceFacts(certificate_serial=serial_of(new.certificate_pem))
            uplink.send(
                Reported(profile="standard", profile_version=1, monitoring=False, device=facts).to_json(),
                "reported",
                retain=True,
            )
            path = f"/devices/{device['device_id']}"
            said = await get_until(client, path, lambda said: said["device"]["serial"] == facts.certificate_serial)
            assert [each["state"] for each in said["certificates"]] == ["in_force", "withdrawn"]
            assert [each["how"] for each in said["certificates"]] == ["renewed", "enrolled"]
            assert said["device"]["device_id"] == device["device_id"]
            assert len(said["history"]) == 1, "it is the same device"
            # What waited in the outbox, signed by the key of before, is still this device's.
            uplink.send(events.opened())
            uplink.send(events.checkpoint(old.key))
            uplink.send(events.checkpoint(new.key))
            uplink.send(events.checkpoint(ec.generate_private_key(ec.SECP256R1())))
            await uplink.acked(4)
            assert uplink.ended == 0, "nobody cuts a device off for having renewed"
        async with hub.database.reading() as connection:
            rows = (await connection.execute(select(checkpoints.c.signature_ok).order_by(checkpoints.c.seq))).scalars()
            assert list(rows) == [True, True, True, False]
        with Uplink(old, hub.mqtt.port) as thief:
            await until("refusals", lambda: thief.ended >= 2)
            assert not thief.client.is_connected()
        picture = b"\xff\xd8\xff" + b"0" * 100
        url = f"/api/v1/evidence/{chain.sha256_hex(picture)}"
        refused = await client.put(url, content=picture, headers=old.upload_headers(picture))
        assert (refused.status_code, "newer certificate" in refused.json()["detail"]) == (401, True)
        assert (await client.put(url, content=picture, headers=new.upload_headers(picture))).status_code == 201
        assert (await renew(client, asked(old))).status_code == 401


async def test_a_lost_answer_costs_nothing_and_what_was_never_used_goes_with_the_next(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        request = asked(device)
        first, again = await renew(client, request), await renew(client, request)
        assert first.json() == again.json(), "the same key gets the same certificate"
        second = await renew(client, asked(device))
        async with hub.database.reading() as connection:
            rows = (await connection.execute(select(device_certificates))).all()
        withdrawn = {row.serial for row in rows if row.withdrawn_at is not None}
        assert withdrawn == {serial_of(first.json()["certificate_pem"])}
        assert (await renew(client, request)).status_code == 422
        assert second.status_code == 200
        # Whoever renews with a certificate uses it, whether the hub heard of that or not.
        key = ec.generate_private_key(ec.SECP256R1())
        third = await renew(client, asked(device, key))
        used = Device("booth-1", key, third.json()["certificate_pem"], tmp_path / "used")
        assert (await renew(client, asked(used))).status_code == 200
        assert (await renew(client, asked(device))).status_code == 401
        for _ in range(PER_DAY - 4):
            answer = await renew(client, asked(used))
        assert answer.status_code == 200
        assert (await renew(client, asked(used))).status_code == 429


async def test_only_the_old_key_renews(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "one")
        other = await Device.enrol(hub, "booth-2", tmp_path / "two")
        another_key = signing_request(ec.generate_private_key(ec.SECP256R1()))
        long_ago = (datetime.now(UTC) - HOUR).isoformat()
        spoilt = {
            "another key asked for": asked(device, csr_pem=another_key),
            "another time": asked(device, signed_at=datetime.now(UTC).isoformat()),
            "long ago": asked(device, signed_at=long_ago),
            "another's signature": asked(device, signature=asked(other).signature),
            "another's certificate": asked(device, certificate_pem=other.certificate_pem),
            "no certificate": asked(device, certificate_pem="nothing"),
            "the authority's": asked(device, certificate_pem=hub.authority.certificate_pem),
            "the hub's": asked(device, certificate_pem=hub.authority.issue_hub().certificate.read_text()),
        }
        for what, request in spoilt.items():
            assert (await renew(client, request)).status_code == 401, what
        assert (await renew(client, asked(device, device.key))).status_code == 422
        assert (await renew(client, asked(device, ec.generate_private_key(ec.SECP384R1())))).status_code == 422
        await Device.enrol(hub, "booth-1", tmp_path / "successor", known=True)
        assert "another device" in (await renew(client, asked(device))).json()["detail"]
        from hub.audit import COMMAND_LINE

        await revoke(hub.database, "booth-2", "stolen", COMMAND_LINE)
        assert "revoked" in (await renew(client, asked(other))).json()["detail"]


async def test_an_ended_certificate_needs_a_code_and_the_old_key(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as booth:
        await add_user(hub)
        await sign_in(client)
        device = await has_ended(hub, await Device.enrol(hub, "booth-1", tmp_path / "one"), tmp_path / "ended")
        other = await has_ended(hub, await Device.enrol(hub, "booth-2", tmp_path / "two"), tmp_path / "ended-2")
        items = {each["booth_id"]: each for each in (await client.get("/api/v1/devices")).json()["items"]}
        assert {each["status"] for each in items.values()} == {"expired"}
        bare = await renew(booth, asked(device))
        assert (bare.status_code, "--rescue" in bare.json()["detail"]) == (401, True)
        path = f"/api/v1/devices/{items['booth-1']['device_id']}/rescue-code"
        replaced = (await client.post(path)).json()["code"]
        made = (await client.post(path)).json()
        assert "device renew --rescue" in made["command"]
        for what, request in {
            "a wrong code": asked(device, code="AAAA-AAAA"),
            "an earlier code": asked(device, code=replaced),
            "another device's code": asked(other, code=made["code"]),
        }.items():
            assert (await renew(booth, request)).status_code == 403, what
        thief = Device("booth-1", ec.generate_private_key(ec.SECP256R1()), device.certificate_pem, tmp_path)
        assert (await renew(booth, asked(thief, code=made["code"]))).status_code == 401, "the code alone is nothing"
        key = ec.generate_private_key(ec.SECP256R1())
        rescued = await renew(booth, asked(device, key, code=made["code"].lower().replace("-", " ")))
        assert rescued.status_code == 200, rescued.text
        assert (await renew(booth, asked(device, code=made["code"]))).status_code == 403, "once"
        new = Device("booth-1", key, rescued.json()["certificate_pem"], tmp_path / "new")
        new.write(rescued.json()["ca_pem"])
        with Uplink(new, hub.mqtt.port) as uplink:
            await uplink.ready()
            facts = DeviceFacts(certificate_serial=serial_of(new.certificate_pem))
            uplink.send(
                Reported(profile="standard", profile_version=1, monitoring=False, device=facts).to_json(),
                "reported",
                retain=True,
            )
            detail = f"/devices/{items['booth-1']['device_id']}"
            said = await get_until(client, detail, lambda said: said["device"]["status"] != "expired")
            assert said["certificates"][0]["how"] == "rescued"
            assert said["rescue_code"] is None
        assert (await client.post(path)).status_code == 201
        assert (await client.delete(path)).status_code == 204
        assert (await client.delete(path)).status_code == 404


async def test_certificates_are_good_for_as_long_as_is_said(tmp_path: Path) -> None:
    async with a_hub(tmp_path, devices=DevicesConfig(certificate_days=90)) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        issued = [device.certificate_pem, (await renew(client, asked(device))).json()["certificate_pem"]]
        for pem in issued:
            left = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc - datetime.now(UTC)
            assert timedelta(days=89) < left <= timedelta(days=90)
