"""What the agent derives from `device.toml`: its private key, its folders, its version."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from contract.device import DeviceConfig
from contract.keys import read_key
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
        return read_key(path.read_bytes())
    except OSError as error:
        raise InvalidError(f"{path} cannot be read ({error.strerror}); {enrol}") from error
    except InvalidError as error:
        raise InvalidError(f"{path} cannot be used: {error}; {enrol}") from error


def outbox_path(config: DeviceConfig) -> Path:
    return config.state_dir / "outbox.db"


def spool_dir(config: DeviceConfig) -> Path:
    return config.state_dir / "spool"
