"""A revoked device is thrown out of the real broker within seconds and comes in no more; nobody else notices."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from contract.messages import Availability
from contract.topics import booth_topic
from hub.audit import Actor
from hub.devices.certificates import Authority
from hub.devices.cutting import write_list
from hub.devices.revocation import revoke
from tests.support.hub import Chain, Device, Uplink, a_hub, an_uplink, until

pytestmark = pytest.mark.anyio
CLERK = Actor("ada", "Ada")


async def refused(uplink: Uplink) -> None:
    """Its connection ended, and it has tried again more than once without getting in."""
    await until("the connection to be cut", lambda: not uplink.client.is_connected())
    ended = uplink.ended
    await until("further attempts", lambda: uplink.ended >= ended + 2)
    assert not uplink.client.is_connected()


async def test_a_revoked_device_is_cut_and_stays_out_and_nobody_else_notices(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path, "booth-1") as thief,
        an_uplink(hub, tmp_path, "booth-2") as other,
    ):
        for uplink in (thief, other):
            uplink.send(Availability(state="online", since=datetime.now(UTC)).to_json(), "availability", retain=True)
        await until("both to be online", lambda: set(hub.states.online()) == {"booth-1", "booth-2"})
        await revoke(hub.database, "booth-1", "stolen", CLERK)  # as the command line does: nobody tells the hub
        await until("the connection to be cut", lambda: thief.ended > 0)
        await refused(thief)
        # It had no last will to leave: the hub says in its place that nobody is there.
        await until("the booth to be offline", lambda: hub.states.online() == ["booth-2"])
        other.send(Chain("booth-2").opened())
        await other.acked(1)
        assert (other.ended, hub.mqtt.connected, hub.metrics.broker_restarts._value.get()) == (0, True, 0)
        # A certificate that is not on the list gets in as ever, under the same name.
        new = await Device.enrol(hub, "booth-1", tmp_path / "new", known=True)
        with Uplink(new, hub.mqtt.port) as successor:
            await successor.ready()
            successor.send(Chain("booth-1").opened())
            await successor.acked(1)
            assert not list((hub.settings.data / "ca").glob("stand-in-*"))


async def test_a_successor_comes_back_after_the_cut(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        old = await Device.enrol(hub, "booth-1", tmp_path / "old")
        serial = f"{x509.load_pem_x509_certificate((old.folder / 'device.pem').read_bytes()).serial_number:x}"
        new = await Device.enrol(hub, "booth-1", tmp_path / "new", known=True)
        with Uplink(new, hub.mqtt.port) as successor:
            await successor.ready()
            await revoke(hub.database, serial, "found at a flea market", CLERK)
            await until("the cut", lambda: successor.ended > 0)
            await until("the successor to be back", successor.client.is_connected)
            await successor.listen(booth_topic("booth-1", "acks"))
            successor.send(Chain("booth-1").opened())
            await successor.acked(1)
        with Uplink(old, hub.mqtt.port) as thief:
            await until("refusals", lambda: thief.ended >= 2)
            assert not thief.client.is_connected()


async def test_who_is_revoked_stays_out_after_a_restart_of_the_hub(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
    async with a_hub(tmp_path) as hub:
        (hub.settings.data / "ca" / "revoked.pem").unlink()
        await revoke(hub.database, "booth-1", "stolen", CLERK)
        assert len(await write_list(hub.database, hub.authority)) == 1
    async with a_hub(tmp_path) as hub:
        with Uplink(device, hub.mqtt.port) as thief:
            await until("refusals", lambda: thief.ended >= 2)
            assert not thief.client.is_connected()


def test_each_list_is_newer_than_the_one_before_and_outlives_every_certificate(tmp_path: Path) -> None:
    authority = Authority.load_or_create(tmp_path / "ca")
    now = datetime.now(UTC)
    made = []
    for serials in ({}, {"ab": now}, {"ab": now, "cd": now}):
        authority.write_revoked(serials)
        made.append(x509.load_pem_x509_crl(authority.revoked_file.read_bytes()))
    assert [len(each) for each in made] == [0, 1, 2]
    assert made[0].last_update_utc < made[1].last_update_utc < made[2].last_update_utc < now
    ends = [each.next_update_utc for each in made]
    assert all(end is not None and end > now + timedelta(days=3000) for end in ends)
    issuer = x509.load_pem_x509_certificate(authority.certificate_file.read_bytes())
    key = issuer.public_key()
    assert all(each.is_signature_valid(key) for each in made)  # type: ignore[arg-type]
