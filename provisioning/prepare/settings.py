"""What a technician wants of a booth's device before it has ever been switched on."""

import hashlib
import re
import zoneinfo
from typing import Any, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from contract.wire import Wire

SSH_KEY: Final = re.compile(r"(ssh-(ed25519|rsa)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]+( .*)?")
HOST: Final = r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$"


class WifiSettings(Wire):
    """Of one network. The password is not kept: only what WPA2 makes of it and the network's name."""

    ssid: str = Field(min_length=1)
    psk: str = Field("", description="64 hexadecimal digits; empty for a network without a password", repr=False)
    hidden: bool = False
    country: str = Field(description="two letters, ISO 3166; the radio stays off without", pattern=r"^[A-Z]{2}$")

    @field_validator("ssid")
    @classmethod
    def _fits(cls, ssid: str) -> str:
        if len(ssid.encode()) > 32 or not ssid.isprintable():
            raise ValueError("a network's name has 32 bytes at most, and no control characters")
        return ssid


class CardSettings(Wire):
    """The same for every booth of a room but for `hostname`; so it may come from a file."""

    hostname: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    hub: str = Field(description="the hub's address, such as https://hub.example:8443", pattern=r"^https?://[^\s/]+/?$")
    user: str = Field("technician", description="who comes in by SSH key", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    ssh_keys: tuple[str, ...] = Field(description="public keys, as in authorized_keys", min_length=1)
    timezone: str = "Etc/UTC"
    locale: str = Field("en_GB.UTF-8", pattern=r"^[A-Za-z]{2,3}(_[A-Z]{2})?\.UTF-8$|^C\.UTF-8$")
    keyboard: str = Field("gb", pattern=r"^[a-z]{2,8}$")
    time_servers: tuple[str, ...] = Field((), description="empty: the system's own")
    screen: bool = Field(True, description="whether candidates have a screen in this booth")
    wifi: WifiSettings | None = None

    @field_validator("timezone")
    @classmethod
    def _known(cls, timezone: str) -> str:
        if timezone not in zoneinfo.available_timezones():
            raise ValueError(f"{timezone!r} is no time zone; they look like Europe/Berlin")
        return timezone

    @field_validator("ssh_keys")
    @classmethod
    def _public(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            if "PRIVATE KEY" in key:
                raise ValueError("this is a private key: it must never leave your machine; give the .pub file")
            if not SSH_KEY.fullmatch(key) or not key.isprintable():
                raise ValueError(f"{key[:40]!r} is no public SSH key; they begin with ssh-ed25519 or ssh-rsa")
        return keys

    @field_validator("time_servers")
    @classmethod
    def _hosts(cls, servers: tuple[str, ...]) -> tuple[str, ...]:
        for server in servers:
            if not re.fullmatch(HOST, server):
                raise ValueError(f"{server!r} is no name or address of a time server")
        return servers

    @model_validator(mode="after")
    def _not_root(self) -> Self:
        if self.user in ("root", "invigil", "invigil-agent", "invigil-screen"):
            raise ValueError(f"user: {self.user} is somebody else on a booth's device")
        return self

    def as_environment(self) -> dict[str, str]:
        """For the scripts on the card."""
        return {
            "HOSTNAME_WANTED": self.hostname,
            "HUB_URL": self.hub.rstrip("/"),
            "TECHNICIAN": self.user,
            "TIMEZONE": self.timezone,
            "LOCALE": self.locale,
            "KEYBOARD": self.keyboard,
            "TIME_SERVERS": " ".join(self.time_servers),
            "WITH_SCREEN": "yes" if self.screen else "no",
        }


OperatingSystem = Literal["trixie", "bookworm", "jetson"]


def psk(ssid: str, password: str) -> str:
    """What WPA2 makes of a password: PBKDF2-SHA1, 4096 rounds, 32 bytes (IEEE 802.11i, annex H.4). Whoever has it can
    join this network and no other that has the same password. Raises `ValueError`."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", password):
        return password.lower()
    if not 8 <= len(password) <= 63 or not password.isascii() or not password.isprintable():
        raise ValueError("a Wi-Fi password has 8 to 63 ASCII characters, or is a key of 64 hexadecimal digits")
    return hashlib.pbkdf2_hmac("sha1", password.encode(), ssid.encode(), 4096, 32).hex()


def merged(file: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """A file's values, with those of the command line in their place."""
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    return {**file, **given}
