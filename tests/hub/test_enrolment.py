"""A claim code becomes a certificate once; nothing else does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import select, update

from hub.devices.certificates import Authority
from hub.devices.enrolment import ATTEMPTS_PER_ADDRESS, new_claim_code
from hub.errors import CertificateError
from hub.tables import claim_codes, devices
from tests.support.hub import a_hub, add_booth, browser, signing_request

pytestmark = pytest.mark.anyio


async def enrol(client: httpx.AsyncClient, code: str, key: Any = None, **changes: Any) -> httpx.Response:
    key = key or ec.generate_private_key(ec.SECP256R1())
    return await client.post(
        "/api/v1/enrol", json={"claim_code": code, "csr_pem": signing_request(key, "invigil.hub")} | changes
    )


async def test_a_claim_code_buys_one_certificate_for_its_booth(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        code = await add_booth(hub, "booth-1")
        key = ec.generate_private_key(ec.SECP256R1())
        answer = await enrol(client, f" {code.lower().replace('-', ' ')} ", key)
        assert answer.status_code == 200, answer.text
        reply = answer.json()
        assert (reply["booth"], reply["mqtt_host"], reply["mqtt_port"]) == ("booth-1", "127.0.0.1", hub.mqtt.port)
        certificate = x509.load_pem_x509_certificate(reply["certificate_pem"].encode())
        assert certificate.public_key() == key.public_key()
        assert certificate.subject.rfc4514_string() == "CN=booth-1", "what the request asks to be called is not heard"
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (urn,) = names.get_values_for_type(x509.UniformResourceIdentifier)
        assert urn.startswith("urn:invigil:device:")
        assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(reply["ca_pem"].encode()))
        again = await enrol(client, code)
        assert again.status_code == 403
        assert "booth claim" in again.json()["detail"]
        async with hub.database.reading() as connection:
            kept = (await connection.execute(select(claim_codes.c.code_sha256))).scalar_one()
        assert code not in kept


async def test_wrong_and_expired_codes_are_refused(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        code = await add_booth(hub, "booth-1")
        assert (await enrol(client, "AAAA-AAAA")).status_code == 403
        async with hub.database.writing() as connection:
            await connection.execute(update(claim_codes).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        assert (await enrol(client, code)).status_code == 403
        newer = (await new_claim_code(hub.database, "booth-1")).code
        newest = (await new_claim_code(hub.database, "booth-1")).code
        assert (await enrol(client, newer)).status_code == 403, "a new code ends the one before"
        assert (await enrol(client, newest)).status_code == 200


@pytest.mark.parametrize(
    "csr", ["", "garbage", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"]
)
async def test_a_bad_signing_request_does_not_use_up_the_code(tmp_path: Path, csr: str) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        code = await add_booth(hub, "booth-1")
        assert (await enrol(client, code, csr_pem=csr)).status_code == 422
        assert (await enrol(client, code)).status_code == 200


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())])
async def test_other_keys_are_refused(tmp_path: Path, key: Any) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        answer = await enrol(client, await add_booth(hub, "booth-1"), key)
        assert answer.status_code == 422
        assert "P-256" in answer.json()["detail"]


async def test_guessing_codes_is_stopped(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        code = await add_booth(hub, "booth-1")
        for _ in range(ATTEMPTS_PER_ADDRESS):
            assert (await enrol(client, "AAAA-AAAA")).status_code == 403
        assert (await enrol(client, code)).status_code == 429


async def test_a_second_device_replaces_the_first(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await enrol(client, await add_booth(hub, "booth-1"))
        await enrol(client, (await new_claim_code(hub.database, "booth-1")).code)
        async with hub.database.reading() as connection:
            found = (await connection.execute(select(devices.c.replaced_at).order_by(devices.c.enrolled_at))).scalars()
            assert [replaced is None for replaced in found] == [False, True]


def test_the_authority_is_kept_and_its_key_is_private(tmp_path: Path) -> None:
    first = Authority.load_or_create(tmp_path / "ca")
    assert Authority.load_or_create(tmp_path / "ca").certificate_pem == first.certificate_pem
    first.issue_server(["hub.example", "192.0.2.1", "::1"])
    for key in (tmp_path / "ca").glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0
    (tmp_path / "ca/ca.key").write_text("damaged")
    with pytest.raises(CertificateError, match="ca"):
        Authority.load_or_create(tmp_path / "ca")
