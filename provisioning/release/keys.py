"""The key that signs releases: made here, protected by a password, and read when something is to be signed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.console import ProvisioningError

PASSWORD_VARIABLE: Final = "INVIGIL_RELEASE_KEY_PASSWORD"  # noqa: S105 (its name, not a password)


def make_key(path: Path, password: str) -> Path:
    """A new key in `path`, for its owner only, and beside it what devices and hubs are given; the latter. Raises
    `ProvisioningError`; an existing file is never touched."""
    public = path.with_suffix(".pem")
    if path.suffix == ".pem":
        raise ProvisioningError(f"{path} would be taken for the public half", "call it so: centre-2026.key")
    key = Ed25519PrivateKey.generate()
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    given = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        if public.exists():
            raise FileExistsError(17, "exists already", str(public))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        public.write_bytes(given)
    except OSError as error:
        raise ProvisioningError(
            f"{error.filename} cannot be written: {error.strerror}", "a key is never written over; name another file"
        ) from error
    return public


def load_key(path: Path, ask: Callable[[], str]) -> Ed25519PrivateKey:
    """`ask` is called for the password where the file has one. Raises `ProvisioningError`."""
    try:
        pem = path.read_bytes()
        if path.stat().st_mode & 0o077:
            raise ProvisioningError(f"{path} can be read by others", f"chmod 600 {path}")
    except OSError as error:
        raise ProvisioningError(
            f"{path} cannot be read: {error.strerror}", "make one: invigil release key FILE"
        ) from error
    password = ask().encode() if b"ENCRYPTED" in pem else None
    try:
        key = serialization.load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ProvisioningError(f"{path} is no key that can be read, or the password is wrong") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ProvisioningError(f"{path} is no Ed25519 key", "make one: invigil release key FILE")
    return key
