"""Which of several hub processes does what only one may do: the one that holds a lock in the database (ADR 28)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import text

from hub.db import Database
from hub.engines.postgres import PostgresConfig
from hub.errors import StoreError
from hub.store.locks import LEADER, try_to_keep

log = logging.getLogger(__name__)

CHECK_S: Final = 1.0
"""How often a process that does not lead tries to, and one that does makes sure that it still does."""
PING_S: Final = 5.0
"""An answer of the database that takes longer is none."""


class Leader:
    """On SQLite the one process that there is leads always. `takes_part` is False for one that never may."""

    def __init__(self, database: Database, *, takes_part: bool = True) -> None:
        self._database = database
        self._takes_part = takes_part
        self._leading = asyncio.Event()
        self._lost = asyncio.Event()
        if takes_part and not isinstance(database.at, PostgresConfig):
            self._leading.set()

    @property
    def leads(self) -> bool:
        return self._leading.is_set()

    async def run(self) -> None:
        """Until cancelled. A database that is away makes nobody lead."""
        if not self._takes_part or self.leads:
            await asyncio.Event().wait()
        while True:
            try:
                await self._lead()
            except (StoreError, TimeoutError) as error:
                log.warning("this process leads no more: %s" if self.leads else "nobody can lead now: %s", error)
            finally:
                self._leading.clear()
                self._lost.set()
            await asyncio.sleep(CHECK_S)

    async def while_leading(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does `work` as often as this process begins to lead, and ends it when it does so no more. Until cancelled, or
        until `work` fails."""
        while True:
            await self._leading.wait()
            self._lost.clear()
            doing = asyncio.ensure_future(work())
            lost = asyncio.ensure_future(self._lost.wait())
            try:
                await asyncio.wait({doing, lost}, return_when=asyncio.FIRST_COMPLETED)
                if doing.done():
                    doing.result()
                    return
            finally:
                lost.cancel()
                doing.cancel()
                await asyncio.gather(lost, doing, return_exceptions=True)

    async def _lead(self) -> None:
        async with self._database.apart() as connection:
            while not await try_to_keep(connection, LEADER):  # noqa: ASYNC110 (asked of the database)
                await asyncio.sleep(CHECK_S)
            self._leading.set()
            log.info("this process leads")
            while True:
                await asyncio.sleep(CHECK_S)
                await asyncio.wait_for(connection.execute(text("SELECT 1")), PING_S)
