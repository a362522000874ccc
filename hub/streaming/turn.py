"""STUN and TURN servers for browsers and booths, with credentials that expire.

The credential is the one of coturn's `use-auth-secret` (draft-uberti-behave-turn-rest): the user name says until when
it is good, the password is the HMAC-SHA1 of it under the secret that hub and TURN server share. SHA-1 is what coturn
computes; HMAC does not suffer from its collisions.
"""

import base64
import hashlib
import hmac
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from contract.live import IceServer
from hub.config import IceConfig
from hub.errors import HubError

MIN_SECRET: Final = 16


class IceServers:
    def __init__(self, config: IceConfig, secret: str = "") -> None:
        self._stun = tuple(url for url in config.urls if url.startswith("stun"))
        self._turn = tuple(url for url in config.urls if url.startswith("turn"))
        self._secret = secret.encode()
        self._lifetime_s = config.credential_lifetime_s
        self.relay_only = config.relay_only

    @classmethod
    def load(cls, config: IceConfig, data: Path) -> "IceServers":
        """Reads the secret, whose file is relative to `data`; raises `HubError`."""
        if not config.needs_secret:
            return cls(config)
        assert config.turn_secret_file is not None  # noqa: S101 (held by the configuration)
        return cls(config, read_secret(data / config.turn_secret_file))

    def for_user(self, name: str, now: datetime | None = None) -> tuple[IceServer, ...]:
        """For one connection of a person or booth; the name shows in the TURN server's log."""
        servers = [IceServer(urls=self._stun)] if self._stun else []
        if self._turn:
            expiry = int((now or datetime.now(UTC)).timestamp()) + self._lifetime_s
            # Names of people may hold what STUN's user names do not take.
            username = f"{expiry}:{quote(name, safe='')[:100]}"
            servers.append(IceServer(urls=self._turn, username=username, credential=self._sign(username)))
        return tuple(servers)

    def _sign(self, username: str) -> str:
        return base64.b64encode(hmac.digest(self._secret, username.encode(), hashlib.sha1)).decode()


def read_secret(path: Path, what: str = "TURN", see: str = "docs/turn.md") -> str:
    """One line that only the hub's user can read; raises `HubError`."""
    try:
        mode = path.stat().st_mode
        secret = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise HubError(f"the {what} secret {path} cannot be read: {error}", hint=f"see {see}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise HubError(f"others can read the {what} secret {path}", hint=f"chmod 600 {path}")
    if len(secret) < MIN_SECRET or len(secret.split()) != 1:
        raise HubError(
            f"the {what} secret {path} must be one word of at least {MIN_SECRET} characters",
            hint=f"make one: umask 077; openssl rand -hex 32 > {path}",
        )
    return secret
