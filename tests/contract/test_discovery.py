"""What is said by mDNS: as text records and back, and what nobody may make of them."""

import pytest

from contract.discovery import TXT_BYTES_MAX, DeviceAdvert, HubAdvert, device_of, hub_of, to_txt
from contract.wire import InvalidError


def encoded(txt: dict[str, str]) -> dict[bytes, bytes | None]:
    return {key.encode(): value.encode() for key, value in txt.items()}


@pytest.mark.parametrize(
    "advert",
    [
        HubAdvert(tls=True, host="hub.example", authority_sha256="ab" * 32, version="1.2.3"),
        HubAdvert(tls=False),
    ],
)
def test_a_hubs_record_says_what_was_put_into_it(advert: HubAdvert) -> None:
    txt = to_txt(advert)
    assert txt["txtvers"] == "1"
    assert hub_of(encoded(txt)) == advert


def test_a_devices_record_says_what_was_put_into_it_and_fits() -> None:
    advert = DeviceAdvert(serial="1" * 80, model="ü" * 80, version="v" * 80)
    txt = to_txt(advert)
    assert device_of(encoded(txt)) == advert
    assert all(len(f"{key}={value}".encode()) <= TXT_BYTES_MAX for key, value in txt.items())


@pytest.mark.parametrize(
    "txt",
    [
        {},
        {b"tls": b"perhaps"},
        {b"tls": b"1", b"authority_sha256": b"short"},
        {b"tls": b"1", b"host": b"x" * 81},
        {b"tls": b"1", b"host": b"a\x1b[31m"},
        {b"tls": b"1", b"host": b"\xff"},
        {b"\xff": b"1"},
    ],
)
def test_a_record_that_is_none_is_refused(txt: dict[bytes, bytes | None]) -> None:
    with pytest.raises(InvalidError):
        hub_of(txt)
