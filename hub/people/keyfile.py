"""The hub's own key, with which secrets are encrypted that the database must hold: `secrets.key` beside it.

A stolen database alone gives no second factor away. Hubs that share a database share this file.
"""

import os
import stat
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from hub.errors import HubError


class SecretBox:
    """Encrypts and authenticates (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def load_or_create(cls, path: Path) -> "SecretBox":
        """Raises `HubError` for a file that others can read or that holds no key."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key())
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise HubError(f"others can read the key {path}", hint=f"chmod 600 {path}")
        try:
            return cls(path.read_bytes().strip())
        except ValueError as error:
            raise HubError(f"{path} holds no key", hint="restore it from a backup, or remove second factors") from error

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str, max_age_s: int | None = None) -> str:
        """Raises `HubError` where it was sealed with another key, changed, or is older than `max_age_s`."""
        try:
            return self._fernet.decrypt(sealed.encode(), ttl=max_age_s).decode()
        except InvalidToken as error:
            hint = "restore secrets.key from the backup that belongs to this database"
            raise HubError("a secret cannot be decrypted", hint=hint) from error
