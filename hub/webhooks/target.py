"""Where a webhook may lead: to the outside. Who may write an address must not reach the hub's own network by it.

The name is resolved here, every address of it is looked at, and one of those is connected to, so that a name cannot be
another one a moment later. Redirects are not followed.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from hub.errors import RefusedError

RESOLVE_S: Final = 5.0
URL_MAX: Final = 500
_NAT64: Final = IPv6Network("64:ff9b::/96")


class BlockedError(Exception):
    """An address that is not connected to. The text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to connect to for a URL, and which name to ask for there."""

    url: str
    """With the address in place of the name."""
    host_header: str
    name: str


def check_url(url: str, *, allow_private: bool) -> None:
    """Raises 422 for what can never work, when it is written; the address is looked at again with every attempt."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedError(422, "Not a web address", f"{url!r}: {error}") from error
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise RefusedError(422, "Not an https address", "events travel over https only; give https://…")
    if not parts.hostname or port == 0 or parts.username is not None or parts.password is not None:
        raise RefusedError(422, "Not a web address", "give https://host/path, without a user name or password in it")
    if parts.fragment:
        raise RefusedError(422, "Not a web address", "leave out what follows #: no receiver sees it")
    try:
        address = ip_address(parts.hostname)
    except ValueError:
        return
    if not allow_private and (problem := blocked(address)):
        raise RefusedError(422, "Not an address outside", problem)


async def resolve(url: str, *, allow_private: bool) -> Target:
    """Raises `BlockedError`, and `OSError` for a name that nobody knows."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise OSError(f"{host} was not resolved within {RESOLVE_S:.0f} s") from error
    except UnicodeError as error:
        raise OSError(f"{host} is no name") from error
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not allow_private:
        for address in addresses:
            if problem := blocked(address):
                raise BlockedError(problem)
    first = addresses[0]
    at = f"[{first}]" if isinstance(first, IPv6Address) else str(first)
    netloc = f"{at}:{port}"
    named = f"[{host}]" if ":" in host else host
    return Target(
        urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")),
        named if parts.port is None else f"{named}:{parts.port}",
        host,
    )


def blocked(address: IPv4Address | IPv6Address) -> str:
    """Why an address is not for webhooks; empty where it is. IPv4 in IPv6 is looked through."""
    seen: IPv4Address | IPv6Address = address
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        seen = inner or address
    if seen.is_global and not seen.is_multicast:
        return ""
    return f"{address} is not an address outside; [webhooks] allow_private in hub.toml permits it"
