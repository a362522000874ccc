"""The spool's keys: the one of this device's key, and those of earlier keys while files lie there that they sealed.

A device's key is replaced when its certificate is renewed, and evidence may wait for days. What is kept is no device
key but what was derived from it for the spool, beside the spool, for this user alone.
"""

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import StorageError
from agent.evidence.sealed import spool_key

FILE: Final = "spool.keys"
KEY_BYTES: Final = 32
KEPT: Final = 8
"""Of a year each. What was sealed with an older one counts as damaged."""


def spool_keys(state_dir: Path, spool: Path, device_key: ec.EllipticCurvePrivateKey) -> tuple[bytes, ...]:
    """This device's first, which seals; the others only open. Raises `StorageError`."""
    own, file = spool_key(device_key), state_dir / FILE
    try:
        earlier = [key for key in _read(file) if key != own] if _holds_files(spool) else []
        keys = (own, *earlier[: KEPT - 1])
        if _read(file) != list(keys):
            _write(file, keys)
    except OSError as error:
        raise StorageError(f"{file} cannot be used ({error.strerror}). Check its owner.") from error
    return keys


def _holds_files(spool: Path) -> bool:
    return any(path.is_file() for path in spool.rglob("*")) if spool.exists() else False


def _read(file: Path) -> list[bytes]:
    """Lines that are no keys are passed over."""
    try:
        lines = file.read_bytes().split()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            key = bytes.fromhex(line.decode())
        except ValueError:
            continue
        if len(key) == KEY_BYTES:
            found.append(key)
    return found


def _write(file: Path, keys: tuple[bytes, ...]) -> None:
    """Whole or not at all: without an earlier key what it sealed is lost."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = file.with_name(f".{file.name}.new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(b"".join(key.hex().encode() + b"\n" for key in keys))
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(temporary, file)
