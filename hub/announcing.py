"""Says on the local network, by mDNS, where this hub is: the only file that imports zeroconf here.

A help to technicians and nothing else: who cannot be heard loses nothing but that, so nothing here fails the hub.
"""

import asyncio
import logging
import socket
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Final

from zeroconf import (  # type: ignore[attr-defined]
    IPVersion,
    ServiceInfo,
    get_all_addresses,
)
from zeroconf.asyncio import AsyncZeroconf

from contract.discovery import HUB_SERVICE, HubAdvert, to_txt
from hub.config import Settings, is_wildcard

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 30.0
"""A network that comes up later is heard of this much later at most."""


class Announcer:
    """Call everything from the loop."""

    def __init__(self, settings: Settings, port: int, authority_sha256: str, version: str) -> None:
        self._host = settings.host
        self._port = port
        self._advert = HubAdvert(
            tls=settings.https,
            host=settings.public_host,
            authority_sha256=authority_sha256 if settings.https else None,
            version=version,
        )
        self._name = f"{settings.public_host or socket.gethostname()} {settings.name} {port}"[:63]
        self._zeroconf: AsyncZeroconf | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_up(), name="announcing")

    async def stop(self) -> None:
        """Says goodbye."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._withdraw()

    async def _keep_up(self) -> None:
        """Announced again where the machine's addresses are others."""
        announced: list[str] = []
        while True:
            addresses = own_addresses(self._host)
            if addresses != announced:
                await self._withdraw()
                announced = addresses
                if addresses:
                    await self._announce(addresses)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _announce(self, addresses: list[str]) -> None:
        info = ServiceInfo(
            HUB_SERVICE,
            f"{self._name}.{HUB_SERVICE}",
            port=self._port,
            parsed_addresses=addresses,
            properties=to_txt(self._advert),
            server=f"{socket.gethostname().split('.')[0]}.local.",
        )
        try:
            self._zeroconf = AsyncZeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
            await self._zeroconf.async_register_service(info, allow_name_change=True)
        except Exception as error:
            log.warning("this hub cannot be found by mDNS: %s; `announce = false` in hub.toml ends this", error)
            await self._withdraw()
            return
        log.info("announced by mDNS at %s", ", ".join(addresses))

    async def _withdraw(self) -> None:
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            with suppress(Exception):
                await zeroconf.async_close()


def found_by(settings: Settings) -> list[str]:
    """Names that its certificate needs as well, so that who found it by mDNS can hold its TLS to its authority."""
    if not settings.announces:
        return []
    return [f"{socket.gethostname().split('.')[0]}.local", *own_addresses(settings.host)]


def own_addresses(host: str) -> list[str]:
    """Where others in the network reach what listens on `host`, IPv4; a wildcard is every address of this machine but
    the loopback's. `host` may be a name: then none is known."""
    if is_wildcard(host):
        return sorted(address for address in get_all_addresses() if not IPv4Address(address).is_loopback)
    with suppress(ValueError):
        return [str(IPv4Address(host))]
    return []
