"""Settings of a hub: `hub.toml` in the data directory, overridden by options, read once in `__main__`."""

import socket
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from contract.toml import read_toml
from contract.wire import InvalidError, Wire
from hub.engines.postgres import PostgresConfig
from hub.errors import HubError
from hub.evidence.s3 import S3Config
from hub.logs import LogFormat
from hub.people.permissions import Role

ProcessName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
LogLevel = Literal["debug", "info", "warning", "error"]


PRIVATE_NETWORKS = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")

IceUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^((stuns?:[^\s?:/]+(:\d{1,5})?)|(turns?:[^\s?:/]+(:\d{1,5})?(\?transport=(udp|tcp))?))$",
        max_length=200,
    ),
]
"""RFC 7064 and 7065. An IPv6 address needs a name: aiortc's parser knows no brackets."""


class IceConfig(Wire):
    """How browsers and booths reach each other where they cannot do so directly; see docs/turn.md."""

    urls: tuple[IceUrl, ...] = Field(
        (), description="STUN and TURN servers, such as turn:turn.example:3478?transport=udp, best first", max_length=16
    )
    turn_secret_file: Path | None = Field(
        None, description="file with the secret shared with the TURN server, readable by the hub only"
    )
    relay_only: bool = Field(False, description="only through TURN: the network keeps booths and people apart")
    credential_lifetime_s: int = Field(
        3600, description="how long a credential lets new connections in; those that stand go on", ge=60, le=7 * 86400
    )

    @property
    def needs_secret(self) -> bool:
        return any(url.startswith("turn") for url in self.urls)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.needs_secret and self.turn_secret_file is None:
            raise ValueError("a TURN server needs turn_secret_file")
        if self.relay_only and not self.needs_secret:
            raise ValueError("relay_only needs a TURN server in urls: without one nobody could be reached")
        return self


class ExamConfig(Wire):
    """How a test centre runs its exam sessions; see docs/exams.md."""

    turnaround_s: int = Field(600, description="between two exam sessions in one booth, seconds", ge=0, le=86400)
    shown_before_s: int = Field(
        3600, description="how long before its time a booth shows an exam session, seconds", ge=60, le=86400
    )
    no_show_after_s: int = Field(
        900, description="how late a candidate must be before a person may say that they did not come", ge=0, le=86400
    )
    time_up_grace_s: int = Field(
        60, description="how long after its time is up the hub ends an exam session", ge=0, le=3600
    )
    silent_after_s: int = Field(
        10, description="a booth in an exam session that says nothing for so long is a monitoring gap", ge=5, le=600
    )
    watch_between: bool = Field(
        True, description="whether booths raise violations outside of exam sessions, too; an empty booth has no face"
    )


class SignInConfig(Wire):
    """How people sign in; see docs/people.md."""

    totp_required: tuple[Role, ...] = Field((), description="roles that need a second factor")


class OidcConfig(Wire):
    """A provider of OpenID Connect where people sign in; see docs/people.md."""

    issuer: str = Field(description="as its discovery document says, such as https://login.example/realms/exams")
    client_id: str = Field(description="the hub's name at the provider", min_length=1)
    client_secret_file: Path = Field(description="file with the client's secret, readable by the hub only")
    public_url: str = Field(description="how browsers reach this hub, such as https://hub.example")
    role_claim: str = Field("", description="claim of the ID token that names roles or groups; empty: none does")
    roles: dict[str, Role] = Field({}, description="from a value of that claim to a role; the first that fits counts")
    allowed_domains: tuple[str, ...] = Field((), description="domains of verified e-mail addresses; none: all of them")

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        for url in (self.issuer, self.public_url):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
                raise ValueError(f"{url} must begin with https://")
        if bool(self.role_claim) != bool(self.roles):
            raise ValueError("role_claim and roles need each other")
        return self


class WatchingConfig(Wire):
    """How closely exam sessions are watched; see docs/review.md."""

    overlooked_after_s: int = Field(
        600, description="an exam session in progress that nobody has looked at for so long is shown", ge=30, le=86400
    )
    exam_sessions_per_proctor: int = Field(
        12, description="for how many exam sessions at one time one person may be responsible", ge=1, le=500
    )


class BrokerConfig(Wire):
    """A broker that the hub does not start itself; `invigil-hub broker-config` writes the settings of a Mosquitto."""

    host: str = Field(description="where hub processes reach it")
    port: int = Field(8883, description="MQTT over TLS, with client certificates", ge=1, le=65535)
    public_host: str = Field("", description="the name devices reach it by; default: the hub's public_host, or host")
    public_port: int | None = Field(None, description="default: port", ge=1, le=65535)
    ca: Path | None = Field(None, description="who vouches for the broker; default: the hub's own authority")
    certificate: Path | None = Field(None, description="the hub's client certificate; default: issued at every start")
    key: Path | None = Field(None, description="its key")

    @model_validator(mode="after")
    def _is_a_pair(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together: name both or neither")
        return self


class DevicesConfig(Wire):
    """How devices come in and stay; see docs/devices.md."""

    certificate_days: float = Field(
        365, description="for how long a device's certificate is good, days; it renews at two thirds", gt=0, le=825
    )
    serial_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        tuple(ip_network(each) for each in PRIVATE_NETWORKS),
        description="from where an expected serial number alone lets a device in; from elsewhere a person decides",
    )

    @property
    def certificate_lifetime(self) -> timedelta:
        return timedelta(days=self.certificate_days)


class WebhookConfig(Wire):
    allow_private: bool = Field(
        False, description="webhooks may lead into this network, and over plain http: for receivers of one's own"
    )


class FileSettings(Wire):
    """What `hub.toml` may hold. An unknown key is refused."""

    host: str = Field("127.0.0.1", description="address to listen on, for HTTP and MQTT")
    port: int = Field(8080, description="HTTP port; 0 takes any free one", ge=0, le=65535)
    mqtt_port: int = Field(8883, description="MQTT port; 0 takes any free one", ge=0, le=65535)
    public_host: str = Field("", description="the name devices reach this hub by; default: host, or the host's name")
    announce: bool | None = Field(
        None,
        description="says in the local network, by mDNS, where this hub is; by default where other machines reach it "
        "and no proxy stands before it",
    )
    behind_proxy: bool = Field(False, description="a reverse proxy ends TLS: serve plain HTTP on any address")
    evidence_max_bytes: int = Field(64 * 2**20, description="largest evidence file taken, bytes", ge=1024)
    proxy_addresses: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        description="with behind_proxy: addresses or networks whose word on who asks is taken (X-Forwarded-For)",
    )
    log_level: LogLevel = Field("info", description="how much goes into the log")
    log_format: LogFormat = Field("text", description="text for people, json for machines: one object a line")
    metrics_token_file: Path | None = Field(
        None, description="file with the token that /metrics asks for; without it only this machine may read them"
    )
    ice: IceConfig = IceConfig()
    watching: WatchingConfig = WatchingConfig()
    sign_in: SignInConfig = SignInConfig()
    oidc: OidcConfig | None = Field(None, description="sign-in at a provider of OpenID Connect, besides passwords")
    exams: ExamConfig = ExamConfig()
    database: PostgresConfig | None = Field(None, description="PostgreSQL; without it SQLite in the data directory")
    broker: BrokerConfig | None = Field(None, description="a broker of its own; without it the hub starts one")
    devices: DevicesConfig = DevicesConfig()
    webhooks: WebhookConfig = WebhookConfig()
    s3: S3Config | None = Field(None, description="where evidence is kept; without it in a folder of this machine")


class Settings(FileSettings):
    data: Path = Field(description="everything this hub keeps: database, evidence, keys, broker configuration")
    name: ProcessName = Field("hub", description="of this process, where several work on one data directory")
    ingests: bool = Field(True, description="takes events from booths")
    serves: bool = Field(True, description="serves the dashboard and its API; without it probes and metrics only")

    @property
    def is_one_of_several(self) -> bool:
        """Whether other processes do a part of the work."""
        return self.name != "hub" or not (self.ingests and self.serves)

    @property
    def https(self) -> bool:
        return not (self.behind_proxy or is_loopback(self.host))

    @property
    def announces(self) -> bool:
        return self.serves and (self.https if self.announce is None else self.announce)

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
        """Of SQLite."""
        return self.data / "hub.sqlite"

    @property
    def database_at(self) -> Path | PostgresConfig:
        return self.database.under(self.data) if self.database else self.database_path

    @property
    def evidence_dir(self) -> Path:
        return self.data / "evidence"


def load_settings(data: Path, options: dict[str, Any]) -> Settings:
    """`hub.toml` where it exists, overridden by options that are not None; raises `HubError` naming file and key."""
    path = data / "hub.toml"
    try:
        written = read_toml(path) if path.exists() else {}
        FileSettings.configure(written)
        given = {key: value for key, value in options.items() if value is not None}
        return Settings.configure({**written, **given, "data": data.absolute()})
    except (OSError, InvalidError) as error:
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
