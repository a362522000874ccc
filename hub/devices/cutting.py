"""Cuts revoked devices off the broker: none comes in any more, and a connection that stands ends within seconds.

The broker reads the list of revoked certificates (CRL) when somebody connects, never again for who is there. So a
stand-in of the hub then connects under the booth's name, and the broker throws the older connection out (ADR 40).
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from anyio import to_thread

from contract.messages import Availability
from hub.db import Database
from hub.devices.certificates import Authority
from hub.errors import CertificateError, StoreError
from hub.mqtt import BrokerAddress, take_place
from hub.store import certificates, devices

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
"""How often the database is asked who is revoked: the command line and other processes revoke, too."""
TRIES: Final = 3
GIVE_LIST: Final = (
    "%s came back after it was cut off: the broker does not have the list of revoked certificates. Give it %s and have "
    "it read that (SIGHUP): docs/operations.md"
)


async def write_list(database: Database, authority: Authority) -> frozenset[str]:
    """Writes which certificates are refused where the broker reads it; their serial numbers."""
    now = datetime.now(UTC)
    async with database.reading() as connection:
        found = await certificates.refused(connection, now)
    authority.write_revoked(_listed(found))
    return frozenset(row.serial for row in found)


class Cutting:
    """`reload` has the broker read its files again; None where the hub does not run it. `listed` is whom a broker that
    the hub runs was started with: of them nobody can be connected."""

    def __init__(
        self,
        database: Database,
        authority: Authority,
        address: BrokerAddress,
        reload: Callable[[], None] | None,
        listed: frozenset[str],
    ) -> None:
        self._database = database
        self._authority = authority
        self._address = address
        self._reload = reload
        self._wake = asyncio.Event()
        self._listed = listed if reload is not None else None

    def look_now(self) -> None:
        """Somebody was just revoked here."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        if self._reload is None:
            self._listed = None  # another process may have looked meanwhile, or nobody
        while True:
            try:
                await self._look()
            except (StoreError, CertificateError) as error:
                log.warning("revoked devices are not cut off yet: %s (%s)", error, error.hint)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_S)
            self._wake.clear()

    async def _look(self) -> None:
        """Where it is not known who is connected, booths that have no other device are cut off."""
        async with self._database.reading() as connection:
            refused = await certificates.refused(connection, datetime.now(UTC))
            serials = frozenset(row.serial for row in refused)
            if serials == self._listed:
                return
            # A withdrawn certificate's device is connected with the one that it was withdrawn for.
            revoked = [row for row in refused if row.revoked_at is not None]
            booths = {row.booth_id for row in revoked if self._listed is None or row.serial not in self._listed}
            served = await devices.served(connection, booths)
        self._authority.write_revoked(_listed(refused))
        if self._reload is not None:
            self._reload()
        unknown, self._listed = self._listed is None, serials
        gone = sorted(booth for booth in booths if not unknown or booth not in served)
        await asyncio.gather(*(self._cut(booth, served=booth in served) for booth in gone))

    async def _cut(self, booth_id: str, *, served: bool) -> None:
        """Its successor, where it is `served`, is thrown out as well and comes back within seconds."""
        farewell = None if served else Availability(state="offline", since=datetime.now(UTC)).to_json()
        for _ in range(TRIES):
            keys = self._authority.issue_stand_in(booth_id)
            address = replace(self._address, certificate=keys.certificate, key=keys.key)
            try:
                alone = await to_thread.run_sync(partial(take_place, address, booth_id, farewell=farewell))
            finally:
                keys.certificate.unlink(missing_ok=True)
                keys.key.unlink(missing_ok=True)
            if alone or served:
                log.info("the connection of a revoked device of %s was cut", booth_id)
                return
        log.error(GIVE_LIST, booth_id, self._authority.revoked_file)


def _listed(refused: Sequence[Any]) -> dict[str, datetime]:
    return {row.serial: row.revoked_at or row.withdrawn_at for row in refused}
