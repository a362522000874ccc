"""The spool's keys: the one of this device's key, and those of earlier keys while files lie there that they sealed.

A device's key is replaced when its certificate is renewed, and evidence may wait for days. What is kept is no device
key but what was derived from it for the spool, beside the spool, for this user alone. From a key in a TPM nothing is
derived: there the spool's key is a random one, kept in the same way, and a new one for an empty spool.
"""

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import StorageError
from agent.evidence.sealed import spool_key
from contract.keys import kept_in

FILE: Final = "spool.keys"
KEY_BYTES: Final = 32
KEPT: Final = 8
"""Of a year each. What was sealed with an older one counts as damaged."""


def spool_keys(state_dir: Path, spool: Path, device_key: ec.EllipticCurvePrivateKey) -> tuple[bytes, ...]:
    """This device's first, which seals; the others only open. Raises `StorageError`."""
    file = state_dir / FILE
    try:
        found = _read(file)
        needed = found if _holds_files(spool) else []
        own = next(iter(needed), os.urandom(KEY_BYTES)) if kept_in(device_key) == "tpm" else spool_key(device_key)
        keys = (own, *[key for key in needed if key != own][: KEPT - 1])
        if found != list(keys):
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
