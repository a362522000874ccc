"""The doctor's checks of the way to the hub: a real broker, a real HTTP server, real certificates."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from agent.doctor.checks.broker import Broker as BrokerCheck
from agent.doctor.checks.certificate import Certificate, _dates
from agent.doctor.checks.clock import Clock
from agent.doctor.checks.hub import Hub
from agent.doctor.checks.key_files import KeyFiles
from agent.doctor.checks.name_resolution import NameResolution
from agent.doctor.patient import Patient
from contract.device import HubConfig, TlsConfig
from contract.wire import InvalidError
from tests.support.authority import Authority as StrangeAuthority
from tests.support.broker import Authority, Broker
from tests.support.healthy_hub import a_healthy_hub
from tests.support.patients import a_patient, put
from tests.support.processes import free_port


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path / "broker")
    running.start()
    yield running
    running.thaw()
    running.stop()


def at_hub(folder: Path, url: str) -> Patient:
    return a_patient(folder, hub=HubConfig(url=url, mqtt_host="127.0.0.1", mqtt_port=9))


# --- the broker ---


def test_a_broker_that_takes_the_certificate_is_told_by_a_whole_handshake(broker: Broker, tmp_path: Path) -> None:
    found = BrokerCheck().look(Patient(broker.device("booth-1", tmp_path)))
    assert (found.state, found.unit) == ("ok", "ms"), found.said
    assert "TLSv1" in found.said


def test_a_broker_that_does_not_take_it_says_so_after_the_handshake(broker: Broker, tmp_path: Path) -> None:
    config = broker.device("booth-1", tmp_path)
    ended = broker.authority.issue("booth-1", expired=True)
    found = BrokerCheck().look(Patient(config.model_copy(update={"tls": ended})))
    assert (found.state, "clock" in found.advice) == ("failed", True), found.said
    strange = Authority(tmp_path / "strange").issue("booth-1")
    unknown_to_it = TlsConfig(ca=broker.authority.ca, certificate=strange.certificate, key=strange.key)
    assert BrokerCheck().look(Patient(config.model_copy(update={"tls": unknown_to_it}))).state == "failed"
    found = BrokerCheck().look(Patient(config.model_copy(update={"tls": strange})))
    assert (found.state, "does not trust" in found.advice) == ("failed", True), found.said


def test_another_booths_certificate_is_noticed_before_anybody_is_asked(broker: Broker, tmp_path: Path) -> None:
    config = broker.device("booth-1", tmp_path).model_copy(update={"tls": broker.authority.issue("booth-2")})
    found = BrokerCheck().look(Patient(config))
    assert (found.state, "booth-2" in found.said) == ("failed", True)


def test_a_broker_that_is_away_or_hangs_is_not_reached(broker: Broker, tmp_path: Path) -> None:
    config = broker.device("booth-1", tmp_path)
    away = config.hub.model_copy(update={"mqtt_port": free_port()})
    found = BrokerCheck().look(Patient(config.model_copy(update={"hub": away})))
    assert (found.state, "not reached" in found.said) == ("failed", True)
    broker.freeze()
    found = BrokerCheck().look(Patient(config))
    assert (found.state, "not reached" in found.said) == ("failed", True), found.said


# --- hub, clock, names ---


def test_a_hub_that_answers_is_well_and_one_that_answers_something_else_is_not(tmp_path: Path) -> None:
    with a_healthy_hub() as url:
        found = Hub().look(at_hub(tmp_path, url))
        assert (found.state, found.unit) == ("ok", "ms")
    assert Hub().look(at_hub(tmp_path, url)).state == "failed", "it has gone"
    with a_healthy_hub(status=502) as url:
        found = Hub().look(at_hub(tmp_path, url))
        assert (found.state, "502" in found.said) == ("failed", True)
    assert Hub().look(at_hub(tmp_path, "nonsense")).state == "failed"


def test_a_hub_is_trusted_by_the_devices_own_authority_only(tmp_path: Path) -> None:
    authority = StrangeAuthority.make()
    with a_healthy_hub(server_tls=authority.write_server(tmp_path)) as url:
        found = Hub().look(at_hub(tmp_path, url))
        assert (found.state, "ca.pem" in found.advice) == ("failed", True)
        (tmp_path / "ca.pem").write_text(authority.pem)
        assert Hub().look(at_hub(tmp_path, url)).state == "ok"


@pytest.mark.parametrize(
    ("ahead_s", "state", "word"),
    [(0.0, "ok", "the hub"), (-20.0, "warning", "ahead of"), (60.0, "warning", "behind"), (900.0, "failed", "behind")],
)
def test_the_clock_is_compared_with_the_hubs(tmp_path: Path, ahead_s: float, state: str, word: str) -> None:
    with a_healthy_hub(ahead_s=ahead_s) as url:
        found = Clock().look(at_hub(tmp_path, url))
    assert (found.state, word in found.said) == (state, True), found.said
    assert found.value is not None
    assert abs(found.value + ahead_s) < 2.0


def test_without_the_hub_nobody_says_how_far_the_clock_is_off(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="does not answer"):
        Clock().look(at_hub(tmp_path, "http://127.0.0.1:9"))
    with a_healthy_hub(ahead_s=None) as url:
        assert Clock().look(at_hub(tmp_path, url)).state == "unknown"


def test_whether_a_time_server_was_heard_is_said_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "run/systemd/timesync/synchronized", "")
    with a_healthy_hub() as url:
        assert "a time server was heard" in Clock().look(at_hub(tmp_path, url)).said
    with pytest.raises(InvalidError, match="no systemd"):
        Clock().fix(at_hub(tmp_path, url))


def test_names_lead_to_addresses_or_nowhere(tmp_path: Path) -> None:
    assert NameResolution().look(at_hub(tmp_path, "https://127.0.0.1:9")).state == "not_applicable"
    assert NameResolution().look(at_hub(tmp_path, "https://localhost:9")).state == "ok"
    found = NameResolution().look(at_hub(tmp_path, "https://hub..invalid:9"))
    assert (found.state, "hub..invalid" in found.said) == ("failed", True)


# --- certificate and key ---


def test_a_certificate_is_the_hubs_the_booths_and_the_keys(tmp_path: Path) -> None:
    own, other = Authority(tmp_path / "own"), Authority(tmp_path / "other")
    good = own.issue("booth-1")
    found = Certificate().look(a_patient(tmp_path, tls=good))
    assert (found.state, found.unit) == ("ok", "d"), found.said
    assert found.value is not None
    assert 1.5 < found.value <= 2
    changing = tmp_path / "two.pem"
    changing.write_bytes(other.ca.read_bytes() + own.ca.read_bytes())
    both = TlsConfig(ca=changing, certificate=good.certificate, key=good.key)
    assert Certificate().look(a_patient(tmp_path, tls=both)).state == "ok", "while an authority changes"
    wrong = {
        "not signed": TlsConfig(ca=other.ca, certificate=good.certificate, key=good.key),
        "made out to booth-2": own.issue("booth-2"),
        "another key": TlsConfig(ca=own.ca, certificate=good.certificate, key=own.issue("booth-3").key),
        "cannot be read": TlsConfig(ca=own.ca, certificate=tmp_path / "none.pem", key=good.key),
        "is not a certificate": TlsConfig(ca=good.key, certificate=good.certificate, key=good.key),
        "ended on": own.issue("booth-1", expired=True),
    }
    for word, tls in wrong.items():
        found = Certificate().look(a_patient(tmp_path, tls=tls))
        assert (found.state, word in found.said) == ("failed", True), (word, found.said)


def test_a_certificate_that_should_have_been_renewed_is_worth_a_look(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "own")
    own = x509.load_pem_x509_certificate(authority.issue("booth-1").certificate.read_bytes())
    root = x509.load_pem_x509_certificate(authority.ca.read_bytes())
    now = datetime.now(UTC)
    assert _dates(own, root, now).state == "ok"
    assert _dates(own, root, now + timedelta(hours=40)).state == "warning"
    assert _dates(own, root, now + timedelta(days=3)).state == "failed"
    early = _dates(own, root, now - timedelta(days=1))
    assert (early.state, "clock" in early.advice) == ("failed", True)


def test_a_key_that_others_may_read_is_mended(tmp_path: Path) -> None:
    key = tmp_path / "device.key"
    patient = a_patient(tmp_path)
    assert KeyFiles().look(patient).state == "failed", "there is none"
    key.touch(mode=0o600)
    assert KeyFiles().look(patient).state == "ok"
    key.chmod(0o644)
    found = KeyFiles().look(patient)
    assert (found.state, "644" in found.said) == ("failed", True)
    assert "600" in KeyFiles().fix(patient)
    assert KeyFiles().look(patient).state == "ok"
    (tmp_path / "state").mkdir(mode=0o755)
    (tmp_path / "state").chmod(0o755)
    assert KeyFiles().look(patient).state == "warning"
    with pytest.raises(FileNotFoundError):
        KeyFiles().fix(patient)  # nothing says that it is an agent's
    (tmp_path / "state/outbox.db").touch()
    KeyFiles().fix(patient)
    assert KeyFiles().look(patient).state == "ok"
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    key.unlink()
    key.mkdir()
    assert KeyFiles().look(patient).state == "failed", "a folder is no key"


def test_root_is_not_led_to_other_files_by_a_link_or_a_path(tmp_path: Path) -> None:
    """The folder of the settings belongs to the agent's user, who may be somebody who broke in."""
    precious = tmp_path / "elsewhere/shadow"
    precious.parent.mkdir()
    precious.touch(mode=0o644)
    precious.chmod(0o644)
    by_link = a_patient(tmp_path)
    (tmp_path / "device.key").symlink_to(precious)
    with pytest.raises(OSError, match="symbolic"):
        KeyFiles().fix(by_link)
    (tmp_path / "device.key").unlink()
    (tmp_path / "device.key").hardlink_to(precious)
    with pytest.raises(InvalidError, match="one name"):
        KeyFiles().fix(by_link)
    (tmp_path / "device.key").unlink()
    by_path = a_patient(tmp_path, tls=TlsConfig(ca=precious, certificate=precious, key=precious))
    with pytest.raises(InvalidError, match="beside"):
        KeyFiles().fix(by_path)
    assert precious.stat().st_mode & 0o777 == 0o644
