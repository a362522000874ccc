"""Settings of a hub: `hub.toml` in the data directory, overridden by options, read once in `__main__`."""

import socket
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from contract.wire import InvalidError, Wire
from hub.errors import HubError

LogLevel = Literal["debug", "info", "warning", "error"]


class FileSettings(Wire):
    """What `hub.toml` may hold. An unknown key is refused."""

    host: str = Field("127.0.0.1", description="address to listen on, for HTTP and MQTT")
    port: int = Field(8080, description="HTTP port; 0 takes any free one", ge=0, le=65535)
    mqtt_port: int = Field(8883, description="MQTT port; 0 takes any free one", ge=0, le=65535)
    public_host: str = Field("", description="the name devices reach this hub by; default: host, or the host's name")
    behind_proxy: bool = Field(False, description="a reverse proxy ends TLS: serve plain HTTP on any address")
    evidence_max_bytes: int = Field(8 * 2**20, description="largest evidence file taken, bytes", ge=1024)
    log_level: LogLevel = "info"


class Settings(FileSettings):
    data: Path = Field(description="everything this hub keeps: database, evidence, keys, broker configuration")

    @property
    def https(self) -> bool:
        return not (self.behind_proxy or is_loopback(self.host))

    @property
    def secure_cookie(self) -> bool:
        return self.https or self.behind_proxy

    @property
    def reach_host(self) -> str:
        """What devices connect to."""
        return self.public_host or (socket.gethostname() if is_wildcard(self.host) else self.host)

    @property
    def local_host(self) -> str:
        """What this machine connects to."""
        return local_host(self.host)

    @property
    def database_path(self) -> Path:
        return self.data / "hub.sqlite"

    @property
    def evidence_dir(self) -> Path:
        return self.data / "evidence"


def load_settings(data: Path, options: dict[str, Any]) -> Settings:
    """`hub.toml` where it exists, overridden by options that are not None; raises `HubError` naming file and key."""
    path = data / "hub.toml"
    try:
        written = tomllib.loads(path.read_text()) if path.exists() else {}
        FileSettings.configure(written)
        given = {key: value for key, value in options.items() if value is not None}
        return Settings.configure({**written, **given, "data": data.absolute()})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, InvalidError) as error:
        raise HubError(f"{path}: {error}", hint="correct the file or the option and start again") from error


def local_host(host: str) -> str:
    """By which this machine reaches what listens on `host`."""
    return "127.0.0.1" if is_wildcard(host) else host


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_wildcard(host: str) -> bool:
    return host in ("", "0.0.0.0", "::")  # noqa: S104 (compared with, not bound to)
