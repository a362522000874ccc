"""Finding each other by mDNS: real zeroconf on both sides, over the loopback."""

import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from zeroconf import ServiceInfo, Zeroconf

from contract.discovery import HUB_SERVICE, DeviceAdvert
from provisioning import board
from provisioning.discovery import announce, discover
from tests.support.processes import wait_for

LOOPBACK = ["127.0.0.1"]


def found_hubs(name: str) -> list[Any]:
    """Others may announce on this machine at the same time."""
    return [hub for hub in discover(2.0, interfaces=LOOPBACK).hubs if hub.name.startswith(name)]


def test_an_unenrolled_device_is_found_until_it_is_enrolled() -> None:
    name, ended = f"board-{uuid4().hex[:8]}", threading.Event()
    advert = DeviceAdvert(serial="10000000abcdef", model="Raspberry Pi 5", version="1.0.0")
    how = {"name": name, "interfaces": LOOPBACK}
    thread = threading.Thread(target=announce, args=(advert, ended.is_set), kwargs=how)
    thread.start()

    def seen() -> list[Any]:
        return [device for device in discover(2.0, interfaces=LOOPBACK).devices if device.name == name]

    try:
        (device,) = wait_for("the device to be found", lambda: seen() or None)
        assert (device.serial, device.model, device.addresses) == (advert.serial, advert.model, ("127.0.0.1",))
    finally:
        ended.set()
        thread.join()
    wait_for("its goodbye", lambda: not seen())


@pytest.fixture
def liar() -> Any:
    """Registers any record that somebody may make up."""
    zeroconf = Zeroconf(interfaces=LOOPBACK)

    def say(name: str, port: int, properties: dict[str, str]) -> None:
        info = ServiceInfo(
            HUB_SERVICE,
            f"{name}.{HUB_SERVICE}",
            port=port,
            parsed_addresses=["127.0.0.1"],
            properties=properties,
            server=f"{name}.local.",
        )
        zeroconf.register_service(info)

    yield say
    zeroconf.close()


def test_what_a_liar_says_is_bounded_and_harmless(liar: Any) -> None:
    name = f"liar-{uuid4().hex[:8]}"
    liar(f"{name}-good", 8443, {"tls": "1", "authority_sha256": "ab" * 32, "host": "hub.example", "version": "\u202e1"})
    liar(f"{name}-host", 8443, {"tls": "1", "host": "evil.example/@x?", "authority_sha256": "ab" * 32})
    liar(f"{name}-none", 8443, {})
    liar(f"{name}-hash", 8443, {"tls": "1", "authority_sha256": "../../etc"})
    liar(f"{name}-port", 0, {"tls": "1"})

    def two() -> list[Any] | None:
        found = found_hubs(name)
        return found if len(found) == 2 else None

    hubs = {hub.name: hub for hub in wait_for("two of them", two)}
    assert hubs.keys() == {f"{name}-good", f"{name}-host"}, "what cannot be used is left out"
    assert hubs[f"{name}-good"].url == "https://hub.example:8443"
    assert hubs[f"{name}-good"].version == "\\u202e1", "nothing steers the terminal"
    assert hubs[f"{name}-host"].url == "https://127.0.0.1:8443", "a host that is none is not taken"


def test_a_board_says_what_it_is_or_nothing(tmp_path: Path) -> None:
    tree = tmp_path / "proc/device-tree"
    tree.mkdir(parents=True)
    (tree / "model").write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    (tree / "serial-number").write_bytes(b"10000000abcdef\0")
    assert (board.model(tmp_path), board.serial(tmp_path)) == ("Raspberry Pi 5 Model B Rev 1.0", "10000000abcdef")
    assert (board.model(tmp_path / "none"), board.serial(tmp_path / "none")) == ("", "")
    assert board.installed_version()
