"""What the agent derives from `device.toml`: its private key, its folders, its version."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from contract.device import DeviceConfig
from contract.wire import InvalidError


def agent_version() -> str:
    try:
        return version("invigil")
    except PackageNotFoundError:  # a checkout on the path, not installed
        return "unknown"


def load_device_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key that signs checkpoints and uploads; raises `InvalidError` that says what to do."""
    enrol = "enrol this device with: invigil device enrol"
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise InvalidError(f"{path} cannot be read ({error.strerror}); {enrol}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidError(f"{path} is not a private key without a password; {enrol}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidError(f"{path} is not an ECDSA P-256 key; {enrol}")
    return key


def outbox_path(config: DeviceConfig) -> Path:
    return config.state_dir / "outbox.db"


def spool_dir(config: DeviceConfig) -> Path:
    return config.state_dir / "spool"
