"""The agent notices a renewed key, takes it up when nobody sits there, and can read what the old one sealed."""

import os
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from agent.evidence.keyring import FILE, KEPT, spool_keys
from agent.evidence.sealed import spool_key
from agent.evidence.spool import Spool
from agent.health import Trouble
from agent.identity import Identity
from agent.logbook import Logbook
from agent.upkeep import Upkeep
from contract.device import DeviceConfig, HubConfig, TlsConfig
from contract.sitting import SittingState
from tests.support.authority import Authority

Key = ec.EllipticCurvePrivateKey
AUTHORITY = Authority.make()


def a_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def write(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(content)
    os.replace(new, path)


def write_key(config: DeviceConfig, key: Key) -> None:
    write(
        config.tls.key,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def write_certificate(config: DeviceConfig, key: Key) -> None:
    write(config.tls.certificate, AUTHORITY.sign("booth-1", key.public_key()).encode())


@pytest.fixture
def config(tmp_path: Path) -> DeviceConfig:
    tls = TlsConfig(ca=tmp_path / "ca.pem", certificate=tmp_path / "device.pem", key=tmp_path / "device.key")
    made = DeviceConfig(booth="booth-1", state_dir=tmp_path, hub=HubConfig(url="http://hub", mqtt_host="hub"), tls=tls)
    key = a_key()
    write_key(made, key)
    write_certificate(made, key)
    return made


def test_another_pair_is_noticed_and_nothing_less(config: DeviceConfig) -> None:
    identity = Identity(config)
    assert not identity.renewed()
    write_certificate(config, identity.key)
    assert not identity.renewed(), "a certificate for the same key changes nothing that is signed"
    new = a_key()
    write_certificate(config, new)
    assert not identity.renewed(), "they do not belong together yet"
    write_key(config, new)
    assert identity.renewed()
    assert identity.key.public_key() != new.public_key(), "what runs goes on with what it began with"
    config.tls.key.write_text("damaged")
    assert not identity.renewed()


@pytest.mark.parametrize(("state", "ends"), [(None, True), ("in_progress", False), ("checked_in", False)])
def test_the_agent_ends_for_a_new_key_when_nobody_sits_there(state: SittingState | None, ends: bool) -> None:
    upkeep, ended = Upkeep(Logbook(), None, lambda: state), threading.Event()
    upkeep.on_restart = ended.set
    assert upkeep.renewed() is ends
    assert ended.wait(10 if ends else 1) is ends
    assert upkeep.restarting is ends
    assert not upkeep.renewed(), "once" if ends else "still sitting"


def test_what_an_earlier_key_sealed_can_be_read_until_it_is_uploaded(tmp_path: Path) -> None:
    old, new, folder = a_key(), a_key(), tmp_path / "spool"
    spool = Spool(folder, 2**22, Trouble(), *spool_keys(tmp_path, folder, old), reserve_bytes=0)
    sha256 = spool.put(b"a picture" * 100, "image/jpeg")
    keys = spool_keys(tmp_path, folder, new)
    assert keys == (spool_key(new), spool_key(old))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    trouble = Trouble()
    again = Spool(folder, 2**22, trouble, *keys, reserve_bytes=0)
    later = again.put(b"another" * 100, "image/jpeg")
    with again.open(sha256) as first, again.open(later) as second:
        assert (first.read(), second.read()) == (b"a picture" * 100, b"another" * 100)
    again.tell_of_damage()
    assert trouble.snapshot() == {}
    again.remove(sha256)
    again.remove(later)
    assert spool_keys(tmp_path, folder, new) == (spool_key(new),), "nothing is left that needs the old one"


def test_a_few_earlier_keys_are_kept_and_what_is_no_key_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "waiting.snapshot").write_bytes(b"something")
    for _ in range(KEPT + 3):
        keys = spool_keys(tmp_path, folder, a_key())
    assert len(keys) == KEPT
    (tmp_path / FILE).write_bytes(b"zz\n\xff\n" + keys[0].hex().encode() + b"\n")
    newest = a_key()
    assert spool_keys(tmp_path, folder, newest) == (spool_key(newest), keys[0])
