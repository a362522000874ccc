"""A real Mosquitto for tests: TLS with client certificates made here, an access list, a port of its own."""

import os
import shutil
import signal
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contract.device import DeviceConfig, HubConfig, TlsConfig
from contract.topics import FROM_BOOTH, HUB_COMMON_NAME, MAX_PAYLOAD_BYTES, PREFIX, TO_BOOTH
from tests.support.processes import Program, free_port, wait_for


class Authority:
    """A certificate authority with its files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Test CA {folder.name}")])
        self._write("ca", self._sign(self._name, self._key, authority=True), self._key)

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def issue(self, common_name: str, *, expired: bool = False) -> TlsConfig:
        """A certificate for a booth, the hub, or (as `localhost`) the broker itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        self._write(common_name, self._sign(name, key, authority=False, expired=expired), key)
        return TlsConfig(
            ca=self.ca, certificate=self.folder / f"{common_name}.pem", key=self.folder / f"{common_name}.key"
        )

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool, expired: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC) - timedelta(days=9 if expired else 0)
        names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(_usage(authority), critical=True)
        )
        if not authority:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


class Broker:
    """Mosquitto on one port, kept over restarts. `kill` forgets everything, as a crash does: nothing is persisted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder / "authority")
        self.port = free_port()
        self.hub_tls = self.authority.issue(HUB_COMMON_NAME)
        self._program = Program([mosquitto(), "-c", self._configure()], folder / "mosquitto.log")

    def start(self) -> "Broker":
        already = self._program.tail(10_000).count("running")
        self._program.start()

        def ready() -> bool:
            self._program.must_run()
            return self._program.tail(10_000).count("running") > already

        wait_for("Mosquitto", ready)
        return self

    def stop(self) -> None:
        self._program.stop()

    def kill(self) -> None:
        self._program.kill()

    def freeze(self) -> None:
        """It keeps every socket and answers nothing: a machine that hangs."""
        os.kill(self._program.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._program.pid, signal.SIGCONT)

    @property
    def running(self) -> bool:
        return self._program.running

    def hub_config(self, url: str = "http://127.0.0.1:9") -> HubConfig:
        return HubConfig(url=url, mqtt_host="localhost", mqtt_port=self.port)

    def device(self, booth: str, folder: Path, *, url: str = "http://127.0.0.1:9") -> DeviceConfig:
        """A booth's configuration as enrolment would leave it."""
        return DeviceConfig(
            booth=booth, state_dir=folder / "state", hub=self.hub_config(url), tls=self.authority.issue(booth)
        )

    def _configure(self) -> Path:
        own = self.authority.issue("localhost")
        access = self.folder / "access.list"
        access.write_text(
            f"user {HUB_COMMON_NAME}\ntopic readwrite {PREFIX}/#\n"
            + "".join(f"pattern write {PREFIX}/booths/%u/{channel}\n" for channel in FROM_BOOTH)
            + "".join(f"pattern read {PREFIX}/booths/%u/{channel}\n" for channel in TO_BOOTH)
            + f"pattern read {PREFIX}/hub/status\npattern write {PREFIX}/hub/replies/+\n"
        )
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"""
listener {self.port} 127.0.0.1
cafile {own.ca}
certfile {own.certificate}
keyfile {own.key}
require_certificate true
use_identity_as_username true
allow_anonymous false
acl_file {access}
message_size_limit {4 * MAX_PAYLOAD_BYTES}
persistence false
set_tcp_nodelay true
log_dest stderr
log_type all
"""
            + ("user root\n" if os.geteuid() == 0 else "")
        )
        return config


def mosquitto() -> str:
    """Where Mosquitto is. A machine without it fails the test with the way to get it; nothing is skipped."""
    path = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if path is None:
        pytest.fail("Mosquitto is not installed; run: make test (or: apt-get install mosquitto)")
    return path


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
