"""What this device is made of, read once: board, system, Python, certificate."""

import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from contract.device import DeviceConfig
from contract.upkeep import CERTIFICATE_CHARS, DeviceFacts
from contract.verify.trust import UNREADABLE

ROOT = Path("/")


def device_facts(config: DeviceConfig, root: Path = ROOT) -> DeviceFacts:
    """Nothing here can fail: what is not to be read is left empty."""
    certificate = _certificate(config.tls.certificate)
    tree, dmi = root / "proc/device-tree", root / "sys/class/dmi/id"
    return DeviceFacts(
        model=(_text(tree / "model") or _text(dmi / "product_name"))[:120],
        hardware_serial=(_text(tree / "serial-number") or _text(dmi / "product_serial"))[:80],
        os=_release(root)[:120],
        kernel=platform.release()[:120],
        machine=platform.machine()[:40],
        python=platform.python_version()[:40],
        **certificate,
        started_at=datetime.now(UTC),
    )


def _text(path: Path) -> str:
    """The device tree ends its texts with a zero."""
    try:
        return path.read_text(errors="replace").replace("\0", "").strip()
    except OSError:
        return ""


def _release(root: Path) -> str:
    for line in _text(root / "etc/os-release").splitlines():
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME":
            return value.strip('"')
    return ""


def _certificate(path: Path) -> dict[str, Any]:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        return {
            "certificate_serial": f"{certificate.serial_number:x}",
            "certificate_until": certificate.not_valid_after_utc,
            "certificate_pem": pem if len(pem) <= CERTIFICATE_CHARS else "",
        }
    except (OSError, *UNREADABLE):
        return {}
