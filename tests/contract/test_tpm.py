"""A TPM that is not there. One that is: tests/provisioning/test_tpm.py, in programs of their own."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from agent.doctor.checks.certificate import Certificate
from agent.errors import BrokerError
from agent.uplink.mqtt import tls_context
from contract import tpm
from contract.device import TlsConfig
from contract.keys import kept_in, key_pem, make_key, read_key
from contract.wire import InvalidError
from tests.support.broker import Authority
from tests.support.patients import a_patient

WRAPPED = "-----BEGIN TSS2 PRIVATE KEY-----\nMC4=\n-----END TSS2 PRIVATE KEY-----\n"


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TlsConfig:
    """A device's files, whose key is in a TPM that nobody reaches."""
    monkeypatch.setenv(tpm.WHERE, "swtpm:path=nowhere")
    issued = Authority(tmp_path / "own").issue("booth-1")
    issued.key.write_text(WRAPPED)
    return issued


def test_a_key_in_a_file_asks_no_tpm(tmp_path: Path) -> None:
    key = make_key("file")
    assert isinstance(key.curve, ec.SECP256R1)
    assert (kept_in(key), read_key(key_pem(key)).public_key()) == ("file", key.public_key())
    (tmp_path / "device.key").write_bytes(key_pem(key))
    assert tpm.trouble(tmp_path / "device.key") == ""
    assert tpm.trouble(tmp_path / "none.key") == ""


def test_what_needs_the_key_says_that_the_tpm_is_not_reached(tls: TlsConfig, tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="the TPM is not reached"):
        make_key("tpm")
    with pytest.raises(InvalidError, match="the TPM is not reached"):
        read_key(WRAPPED.encode())
    with pytest.raises(BrokerError, match="the TPM is not reached") as caught:
        tls_context(tls, "booth-1")
    assert "enrol" not in str(caught.value).lower(), "that would not help"
    found = Certificate().look(a_patient(tmp_path, tls=tls))
    assert (found.state, "the TPM is not reached" in found.said) == ("failed", True), found


def test_what_keeps_it_from_being_reached_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tpm, "DEVICE", tmp_path / "tpmrm0")
    monkeypatch.delenv(tpm.WHERE, raising=False)
    assert not tpm.there()
    monkeypatch.setenv(tpm.WHERE, f"device:{tpm.DEVICE}")
    assert not tpm.there()
    with pytest.raises(InvalidError, match="tpmrm0 is missing"):
        make_key("tpm")
    monkeypatch.setenv("OPENSSL_MODULES", str(tmp_path))
    with pytest.raises(InvalidError, match="apt install tpm2-openssl"):
        make_key("tpm")
    tpm.DEVICE.touch()
    assert tpm.there()
