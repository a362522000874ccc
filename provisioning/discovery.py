"""Finds hubs and unenrolled devices in the local network, and announces one: the only file that imports zeroconf here.

What is found was said by anybody. Nothing here trusts it: texts are bounded and shown without what steers a terminal,
and whoever goes on with a hub holds its TLS to an authority whose fingerprint somebody compared.
"""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, ip_address
from typing import Any, Final

from zeroconf import (  # type: ignore[attr-defined]
    DNSQuestionType,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceListener,
    Zeroconf,
    get_all_addresses,
)

from contract.discovery import DEVICE_SERVICE, HUB_SERVICE, DeviceAdvert, device_of, hub_of, to_txt
from contract.wire import InvalidError
from provisioning.console import ProvisioningError, printable

MOST: Final = 500
"""Of each kind; more than a centre has, and an end to what somebody else may invent."""
TO_ALL: Final = DNSQuestionType.QM
"""An answer to us alone would reach one of those who listen on this machine's port 5353, and not always us."""
ASK_S: Final = 3.0
"""For all that was heard of by name alone; names may be invented faster than they are asked about."""
LOOK_EVERY_S: Final = 10.0
"""How soon a network that comes up later is spoken to."""
ENDS_WITHIN_S: Final = 0.25


@dataclass(frozen=True)
class FoundHub:
    name: str
    url: str
    addresses: tuple[str, ...]
    tls: bool
    authority_sha256: str | None
    version: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class FoundDevice:
    name: str
    addresses: tuple[str, ...]
    serial: str
    model: str
    version: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Found:
    hubs: tuple[FoundHub, ...]
    devices: tuple[FoundDevice, ...]


class _Listener(ServiceListener):
    """Called in zeroconf's thread, which `get_service_info` must not block: names are kept, and asked about later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, set[str]] = {HUB_SERVICE: set(), DEVICE_SERVICE: set()}

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        with self._lock:
            if len(self._names[type_]) < MOST:
                self._names[type_].add(name)

    update_service = add_service

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        with self._lock:
            self._names[type_].discard(name)

    def names(self, kind: str) -> list[str]:
        with self._lock:
            return sorted(self._names[kind])


def discover(seconds: float, *, interfaces: Sequence[str] | None = None) -> Found:
    """Whoever answers within that time. `interfaces` are addresses of this machine's; all without. Raises
    `ProvisioningError` where this machine cannot listen."""
    zeroconf = _zeroconf(interfaces)
    listener = _Listener()
    try:
        browser = ServiceBrowser(zeroconf, [HUB_SERVICE, DEVICE_SERVICE], listener, question_type=TO_ALL)
        time.sleep(seconds)
        browser.cancel()
        enough_at = time.monotonic() + ASK_S
        hubs = [_hub(zeroconf, name, enough_at) for name in listener.names(HUB_SERVICE)]
        devices = [_device(zeroconf, name, enough_at) for name in listener.names(DEVICE_SERVICE)]
    finally:
        zeroconf.close()
    return Found(tuple(one for one in hubs if one), tuple(one for one in devices if one))


def _info(zeroconf: Zeroconf, kind: str, name: str, enough_at: float) -> tuple[ServiceInfo, tuple[str, ...]] | None:
    """From what was heard already, else asked for; None where nobody answers by then."""
    left_ms = max(round((enough_at - time.monotonic()) * 1000), 1)
    info = zeroconf.get_service_info(kind, name, left_ms, question_type=TO_ALL)
    return None if info is None else (info, tuple(info.parsed_addresses(IPVersion.V4Only)[:8]))


def _hub(zeroconf: Zeroconf, name: str, enough_at: float) -> FoundHub | None:
    found = _info(zeroconf, HUB_SERVICE, name, enough_at)
    if found is None or not found[1] or not found[0].port:
        return None
    info, addresses = found
    try:
        said = hub_of(info.properties)
    except InvalidError:
        return None
    host = said.host if _is_host(said.host) else addresses[0]
    url = f"{'https' if said.tls else 'http'}://{host}:{info.port}"
    label = printable(name.removesuffix(f".{HUB_SERVICE}"))
    return FoundHub(label, url, addresses, said.tls, said.authority_sha256, printable(said.version))


def _device(zeroconf: Zeroconf, name: str, enough_at: float) -> FoundDevice | None:
    found = _info(zeroconf, DEVICE_SERVICE, name, enough_at)
    if found is None:
        return None
    info, addresses = found
    try:
        said = device_of(info.properties)
    except InvalidError:
        return None
    label = printable(name.removesuffix(f".{DEVICE_SERVICE}"))
    return FoundDevice(label, addresses, printable(said.serial), printable(said.model), printable(said.version))


def _is_host(text: str) -> bool:
    """A name or an IPv4 address that may stand in an address."""
    return 0 < len(text) < 80 and all(letter.isascii() and (letter.isalnum() or letter in ".-") for letter in text)


def announce(
    advert: DeviceAdvert, ended: Callable[[], bool], *, name: str = "", interfaces: Sequence[str] | None = None
) -> None:
    """Says that this device is here, until `ended`; anew whenever its addresses are others. Raises
    `ProvisioningError` where this machine cannot speak."""
    label = (name or socket.gethostname().split(".")[0])[:40]
    announced: list[str] = []
    zeroconf: Zeroconf | None = None
    look_at = 0.0
    try:
        while not ended():
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_EVERY_S
                addresses = sorted(interfaces or own_addresses())
                if addresses != announced:
                    if zeroconf is not None:
                        zeroconf.close()
                    announced, zeroconf = addresses, _register(label, advert, addresses) if addresses else None
            time.sleep(ENDS_WITHIN_S)
    finally:
        if zeroconf is not None:
            zeroconf.close()  # says goodbye


def _register(label: str, advert: DeviceAdvert, addresses: list[str]) -> Zeroconf:
    info = ServiceInfo(
        DEVICE_SERVICE,
        f"{label}.{DEVICE_SERVICE}",
        port=0,  # nothing listens there
        parsed_addresses=addresses,
        properties=to_txt(advert),
        server=f"{label}.local.",
    )
    zeroconf = _zeroconf(addresses)
    zeroconf.register_service(info, allow_name_change=True)
    return zeroconf


def _zeroconf(interfaces: Sequence[str] | None) -> Zeroconf:
    addresses = list(interfaces or own_addresses())
    if not addresses:
        raise ProvisioningError("this machine has no address in a network", "connect it, or look at: ip address")
    try:
        return Zeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
    except OSError as error:
        raise ProvisioningError(
            f"mDNS cannot be used here: {error.strerror or error}", "does a firewall or a container keep UDP port 5353?"
        ) from error


def own_addresses() -> list[str]:
    """IPv4, without the loopback's."""
    return [str(address) for address in get_all_addresses() if not IPv4Address(ip_address(address)).is_loopback]
