"""What the hub countersigns, when, and with which key."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from sqlalchemy import select

import hub.devices.certificates
from contract import chain
from contract.bundle import DOCUMENT_SIGNING, countersigned_bytes
from contract.messages import MonitoringStep
from hub.devices.certificates import Authority
from hub.errors import CertificateError
from hub.parts import Hub
from hub.tables import countersignatures
from hub.tables import events as event_table
from tests.support.hub import Chain, a_hub, an_uplink

pytestmark = pytest.mark.anyio


def stopped() -> MonitoringStep:
    return MonitoringStep(step="stopped", profile="strict", profile_version=1, agent_version="0.1.0")


async def signed(hub: Hub) -> list[Any]:
    async with hub.database.reading() as connection:
        return list(await connection.execute(select(countersignatures).order_by(countersignatures.c.head_seq)))


async def test_the_signing_key_is_kept_and_is_for_documents_only(tmp_path: Path) -> None:
    authority = Authority.load_or_create(tmp_path)
    signer = authority.signer()
    assert authority.signer().fingerprint == signer.fingerprint
    assert Authority.load_or_create(tmp_path).signer().fingerprint == signer.fingerprint
    certificate = x509.load_pem_x509_certificate(signer.certificate_pem.encode())
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "invigil.hub"
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert DOCUMENT_SIGNING in usages
    assert ExtendedKeyUsageOID.CLIENT_AUTH not in usages
    assert (tmp_path / "signing.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["missing", "noise", "strange"])
async def test_a_signing_key_that_cannot_be_used_is_made_anew(tmp_path: Path, damage: str) -> None:
    authority = Authority.load_or_create(tmp_path / "ca")
    before = authority.signer()
    key = tmp_path / "ca" / "signing.key"
    if damage == "missing":
        key.unlink()
    elif damage == "noise":
        key.write_bytes(b"noise")
    else:
        other = Authority.load_or_create(tmp_path / "other")
        other.signer()
        for name in ("signing.key", "signing.pem"):
            (tmp_path / "ca" / name).write_bytes((tmp_path / "other" / name).read_bytes())
    after = authority.signer()
    assert after.fingerprint != before.fingerprint
    assert authority.signer().fingerprint == after.fingerprint


async def test_a_signing_key_that_grows_old_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority.load_or_create(tmp_path)
    monkeypatch.setattr(hub.devices.certificates, "LEAF_LIFETIME", timedelta(days=80))
    with pytest.raises(CertificateError, match="cannot be kept"):
        authority.signer()
    monkeypatch.undo()
    assert authority.signer().fingerprint == authority.signer().fingerprint


async def test_a_chain_is_countersigned_when_monitoring_stops(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        booth = Chain("booth-1")
        uplink.send(booth.opened())
        await uplink.acked(1)
        assert await signed(hub) == []
        uplink.send(booth.event(stopped()))
        await uplink.acked(1)
        (row,) = await signed(hub)
        assert (row.chain_id, row.head_seq, row.head_sha256) == (booth.chain_id, 2, booth.head)
        assert row.reason == "monitoring_stopped"
        key = hub.authority.signer().key.public_key()
        data = countersigned_bytes(booth.chain_id, 2, booth.head, row.reason, row.signed_at)
        assert chain.verify(key, row.signature, data)
        # The checkpoint with which the agent ends, in a batch of its own.
        uplink.send(booth.checkpoint(uplink.device.key))
        await uplink.acked(1)
        assert [row.head_seq for row in await signed(hub)] == [2, 3]
        # An ordinary checkpoint of the next run is none of that.
        uplink.send(booth.opened())
        uplink.send(booth.checkpoint(uplink.device.key))
        await uplink.acked(2)
        assert len(await signed(hub)) == 2


async def test_events_keep_the_clock_offset_they_came_with(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        booth = Chain("booth-1")
        uplink.send(booth.opened())
        await uplink.acked(1)
        hub.states.set_clock_offset("booth-1", -250.5)
        uplink.send(booth.opened())
        await uplink.acked(1)
        async with hub.database.reading() as connection:
            found = await connection.execute(select(event_table.c.clock_offset_ms).order_by(event_table.c.seq))
            assert list(found.scalars()) == [None, -250.5]
