"""PostgreSQL on another machine: over TLS that is held to its name, with a standby that takes the primary's place."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.db import Database
from hub.engines.postgres import PostgresConfig
from hub.errors import StoreError
from hub.tables import events
from tests.support.broker import Authority
from tests.support.hub import Chain, a_hub, an_uplink
from tests.support.postgres import Server

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def url(authority: Authority, *servers: Server) -> str:
    """As docs/scaling.md has it."""
    hosts = ",".join(f"localhost:{server.port}" for server in servers)
    tls = f"sslmode=verify-full&sslrootcert={authority.ca}"
    return f"postgresql://invigil@{hosts}/moves?{tls}&target_session_attrs=read-write"


async def test_what_was_acknowledged_survives_the_primary_and_the_hub_goes_on_at_the_standby(tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path / "authority"), Authority(tmp_path / "stranger")
    tls = authority.issue("localhost")
    primary = await asyncio.to_thread(Server, tls=tls)
    primary.database("moves")
    standby = await asyncio.to_thread(Server, tls=tls, follows=primary)
    try:
        # Only what both have is acknowledged.
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.sql("SELECT pg_reload_conf()")
        doubted = Database(PostgresConfig(url=url(stranger, primary)))
        with pytest.raises(StoreError, match=r"(?i)certificate"):
            await doubted.ping()
        await doubted.close()
        at_both = PostgresConfig(url=url(authority, primary, standby))
        async with a_hub(tmp_path / "hub", database=at_both) as hub, an_uplink(hub, tmp_path) as uplink:
            chain = Chain("booth-1")
            for _ in range(20):
                uplink.send(chain.opened())
            await uplink.acked(20)
            await asyncio.to_thread(primary.crash)
            uplink.send(chain.opened())
            await asyncio.to_thread(standby.sql, "ALTER SYSTEM SET synchronous_standby_names = ''")
            await asyncio.to_thread(standby.sql, "SELECT pg_promote()")
            await uplink.acked(1)
            async with hub.database.reading() as connection:
                stored = (await connection.execute(select(events.c.seq).order_by(events.c.seq))).scalars()
                assert list(stored) == list(range(1, 22))
    finally:
        for server in (standby, primary):
            await asyncio.to_thread(server.stop)
