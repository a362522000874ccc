"""A hub that was restored from a backup, and devices whose certificates it issued after that: taken up again where a
certificate can only be one of those, and so that they can be revoked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from anyio import to_thread
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contract import chain
from contract.enrolment import RenewRequest, renewal_bytes
from contract.messages import Reported
from contract.upkeep import DeviceFacts
from hub.audit import COMMAND_LINE
from hub.devices.readmission import FILE, Restored
from hub.devices.revocation import revoke
from hub.parts import Hub
from tests.support.hub import Device, Uplink, a_hub, add_user, browser, sign_in, signing_request, until
from tests.support.people import audited, get, get_until
from tests.support.processes import run

pytestmark = pytest.mark.anyio
PICTURE = b"\xff\xd8\xff" + b"0" * 100


async def renewed(client: httpx.AsyncClient, device: Device, folder: Path) -> Device:
    """The device with its next certificate."""
    answer = await client.post("/api/v1/devices/renew", json=renewal(device, key := new_key()).model_dump(mode="json"))
    assert answer.status_code == 200, answer.text
    found = Device(device.booth, key, answer.json()["certificate_pem"], folder)
    found.write(answer.json()["ca_pem"])
    return found


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def renewal(device: Device, key: ec.EllipticCurvePrivateKey) -> RenewRequest:
    csr, at = signing_request(key), datetime.now(UTC).isoformat()
    signature = chain.sign(device.key, renewal_bytes(device.booth, csr, None, at))
    return RenewRequest(certificate_pem=device.certificate_pem, csr_pem=csr, signed_at=at, signature=signature)


def serial_of(device: Device) -> str:
    return f"{x509.load_pem_x509_certificate(device.certificate_pem.encode()).serial_number:x}"


async def upload(client: httpx.AsyncClient, device: Device, content: bytes = PICTURE) -> httpx.Response:
    url = f"/api/v1/evidence/{chain.sha256_hex(content)}"
    return await client.put(url, content=content, headers=device.upload_headers(content))


async def device_of(client: httpx.AsyncClient, booth: str) -> Any:
    return next(each for each in (await get(client, "/devices"))["items"] if each["booth_id"] == booth)


class Before:
    """A hub that was backed up and lived on."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.archive = folder, folder / "hub.tar"
        self.devices: dict[str, Device] = {}

    async def live(self) -> None:
        async with a_hub(self.folder / "before") as hub, browser(hub) as client:
            await add_user(hub)
            for booth in ("renewed", "exchanged", "still", "uploads", "renews"):
                self.devices[f"{booth}, first"] = await Device.enrol(hub, booth, self.folder / booth)
            backup = ("invigil-hub", "backup", self.archive, "--data", self.folder / "before")
            await to_thread.run_sync(lambda: run(*backup))
            for booth in ("renewed", "uploads", "renews"):
                first = self.devices[f"{booth}, first"]
                self.devices[booth] = await renewed(client, first, self.folder / f"{booth}-2")
            self.devices["exchanged"] = await Device.enrol(hub, "exchanged", self.folder / "exchanged-2", known=True)
            self.devices["lost booth"] = await Device.enrol(hub, "lost", self.folder / "lost")

    def issued(self, hub: Hub, booth: str) -> Device:
        """By the authority's key, for a device that this hub never had."""
        key = new_key()
        issued = hub.authority.issue_device(signing_request(key), booth, uuid4())
        device = Device(booth, key, issued.certificate_pem, self.folder / f"forged-{booth}")
        device.write(hub.authority.certificate_pem)
        return device


@pytest.fixture
async def before(tmp_path: Path) -> Before:
    before = Before(tmp_path)
    await before.live()
    after = tmp_path / "after"
    after.mkdir()
    await to_thread.run_sync(lambda: run("invigil-hub", "restore", before.archive, "--data", after))
    return before


def says(uplink: Uplink) -> None:
    device = uplink.device
    facts = DeviceFacts(certificate_serial=serial_of(device), certificate_pem=device.certificate_pem)
    reported = Reported(profile="standard", profile_version=1, monitoring=False, device=facts)
    uplink.send(reported.to_json(), "reported", retain=True)


async def test_devices_come_back_by_themselves_and_can_be_revoked(before: Before, tmp_path: Path) -> None:
    async with a_hub(tmp_path / "after") as hub, browser(hub) as client:
        await sign_in(client)
        known = (await device_of(client, "renewed"))["device_id"]
        # By what it says over MQTT.
        with Uplink(before.devices["renewed"], hub.mqtt.port) as uplink:
            await uplink.ready()
            says(uplink)
            serial = serial_of(before.devices["renewed"])
            said = await get_until(client, f"/devices/{known}", lambda said: said["device"]["serial"] == serial)
            assert [(each["how"], each["state"]) for each in said["certificates"]] == [
                ("restored", "in_force"),
                ("enrolled", "withdrawn"),
            ]
        assert (await upload(client, before.devices["renewed"])).status_code == 201
        # A booth's new device, which the hub had never heard of.
        with Uplink(before.devices["exchanged"], hub.mqtt.port) as uplink:
            await uplink.ready()
            says(uplink)
            serial = serial_of(before.devices["exchanged"])
            await until_serial(client, "exchanged", serial)
            device = await device_of(client, "exchanged")
            assert device["enrolled_how"] == "restored"
            assert (await upload(client, before.devices["exchanged, first"])).status_code == 401
            assert len(await audited(hub, "device.readmitted")) == 2
            # What is known can be revoked, and is thrown out.
            await revoke(hub.database, "exchanged", "stolen, as before the restore", COMMAND_LINE)
            await until("its end", lambda: uplink.ended >= 2)
            assert not uplink.client.is_connected()
        # By an upload, and by a renewal.
        assert (await upload(client, before.devices["uploads"], PICTURE + b"1")).status_code == 201
        assert (await upload(client, before.devices["uploads, first"], PICTURE + b"2")).status_code == 401
        await renewed(client, before.devices["renews"], tmp_path / "next")
        assert len(await audited(hub, "device.readmitted")) == 4


async def until_serial(client: httpx.AsyncClient, booth: str, serial: str) -> None:
    await get_until(client, "/devices", lambda said: serial in {each["serial"] for each in said["items"]})


async def test_nothing_else_is_taken_up(before: Before, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    after = tmp_path / "after"
    found = Restored.of(after)
    assert found is not None
    async with a_hub(after) as hub, browser(hub) as client:
        # There is no booth any more that it could be of.
        lost = await upload(client, before.devices["lost booth"])
        assert lost.status_code == 401
        assert "there is no such booth any more" in caplog.text
        # Issued after the restore, and unknown: nobody of this hub did that. Certificates know whole seconds.
        await until("a later second", lambda: datetime.now(UTC) > found.restored_at + timedelta(seconds=1))
        stranger = before.issued(hub, "still")
        assert (await upload(client, stranger)).status_code == 401
        assert "was not issued between the backup and the restore" in caplog.text
        # Who does not hold the key.
        thief = Device("uploads", new_key(), before.devices["uploads"].certificate_pem, tmp_path)
        assert (await upload(client, thief)).status_code == 401
        bad = renewal(before.devices["renews"], new_key()).model_copy(update={"signature": "AAAA"})
        assert (await client.post("/api/v1/devices/renew", json=bad.model_dump(mode="json"))).status_code == 401
        # Another's name, and what is no device's.
        wrong = before.devices["uploads"]
        stand_in = hub.authority.issue_stand_in("still").certificate.read_text()
        for booth, pem in (("renewed", wrong.certificate_pem), ("still", stand_in), ("still", "nothing")):
            assert not await hub.renewals.readmission.look(booth, pem)
        assert not await audited(hub, "device.readmitted")
    # Long before the backup: a hub that it forgot since knew what it did.
    long_after = found.backup_made_at + timedelta(hours=1)
    Restored(backup_made_at=long_after, restored_at=long_after).keep(after)
    async with a_hub(after) as hub, browser(hub) as client:
        assert (await upload(client, before.devices["uploads"])).status_code == 401
    (after / FILE).write_text("{")
    async with a_hub(after) as hub, browser(hub) as client:
        assert (await upload(client, before.devices["uploads"])).status_code == 401
