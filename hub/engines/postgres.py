"""PostgreSQL as the hub's database: how it is reached, and what its connections promise (ADR 27)."""

from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, model_validator
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from contract.wire import Wire
from hub.engines.choice import Engines
from hub.errors import StoreError

WRITERS: Final = 4
READERS: Final = 8
"""Connections of one hub process at most: 12, and one more that says who leads. PostgreSQL takes 100 by default."""
CONNECT_TIMEOUT_S: Final = 10
SESSION: Final = {
    "application_name": "invigil-hub",
    "timezone": "UTC",
    # An acknowledgement promises that a power cut changes nothing, whatever the server's default is.
    "synchronous_commit": "on",
    # A process that hangs in a transaction holds up nobody for longer.
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "15s",
    # The locks of a process whose machine is gone are free again within half a minute.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # Statements here take milliseconds; compiling them takes longer.
    "jit": "off",
}
OLDEST_SERVER: Final = 150000


class PostgresConfig(Wire):
    """The table `[database]` of `hub.toml`."""

    url: str = Field(
        description="postgresql://invigil@db.example:5432/invigil?sslmode=verify-full&sslrootcert=/etc/…/ca.pem, or "
        "postgresql:///invigil?host=/run/postgresql; never with a password in it",
        pattern=r"^postgres(ql)?://",
        max_length=500,
    )
    password_file: Path | None = Field(
        None, description="file that only the hub can read, with the password alone; default: ~/.pgpass, or none needed"
    )

    @model_validator(mode="after")
    def _no_secret(self) -> Self:
        try:
            parts = urlsplit(self.url)
            secret = parts.password is not None or "password" in dict(parse_qsl(parts.query))
        except ValueError as error:
            raise ValueError(f"url: {error}") from error
        if secret:
            raise ValueError("the password belongs into a file of its own, named by password_file")
        return self

    def under(self, data: Path) -> "PostgresConfig":
        """With a relative path of the password's file taken from `data`."""
        if self.password_file is None:
            return self
        return self.model_copy(update={"password_file": data / self.password_file})

    def password(self) -> str:
        """Read for every new connection, so that it can be changed without a restart. Raises `StoreError`."""
        assert self.password_file is not None  # noqa: S101 (asked only where there is one)
        try:
            if self.password_file.stat().st_mode & 0o077:
                raise StoreError(f"{self.password_file} can be read by others", hint=f"chmod 600 {self.password_file}")
            return self.password_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.password_file}: {error}", hint="name the password's file in hub.toml") from error


def connect(config: PostgresConfig) -> Engines:
    """Nothing is opened yet. Readers see one state for the whole of their transaction; writers see what others
    committed before each statement, and lock what they decide by (`hub.store.locks`)."""
    options: dict[str, Any] = {"pool_pre_ping": True, "max_overflow": 0}
    writer = create_async_engine(
        "postgresql+asyncpg://",
        connect_args=_arguments(config),
        pool_size=WRITERS,
        isolation_level="READ COMMITTED",
        **options,
    )
    readers = create_async_engine(
        "postgresql+asyncpg://",
        connect_args=_arguments(config),
        pool_size=READERS,
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        **options,
    )
    return Engines(writer, readers)


def connect_apart(config: PostgresConfig) -> AsyncEngine:
    """For one connection at a time that is kept out of pools and transactions."""
    return create_async_engine(
        "postgresql+asyncpg://", connect_args=_arguments(config), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )


def _arguments(config: PostgresConfig) -> dict[str, Any]:
    arguments: dict[str, Any] = {"dsn": config.url, "timeout": CONNECT_TIMEOUT_S, "server_settings": SESSION}
    if config.password_file is not None:
        arguments["password"] = config.password
    return arguments


def hint_for(sqlstate: str) -> str:
    """What to do about an error, by its SQLSTATE (PostgreSQL, appendix A); empty for one that only passes."""
    known = {
        "08P01": "a pooler between hub and server refuses what the hub asks of a connection: docs/scaling.md",
        "28": "check the user of [database] url and the password_file",
        "3D": "create the database: createdb --owner USER NAME",
        "42501": "the user of [database] url must own the database: ALTER DATABASE NAME OWNER TO USER",
        "53100": "make room on the disk of the database server",
        "53300": "raise max_connections of the database server: a hub process takes 13",
        "25006": "the server is a standby: name the primary in [database] url",
    }
    return known.get(sqlstate) or known.get(sqlstate[:2], "")
