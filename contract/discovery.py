"""What hubs and unenrolled devices say of themselves on the local network (mDNS, DNS-SD), and what that is worth.

Anybody in the network can say anything there. A found address is a claim: whoever acts on it first compares the
authority's fingerprint with what the hub's own machine shows, and then holds the hub's TLS to that authority.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, StringConstraints, ValidationError

from contract.wire import InvalidError, Sha256, Wire, explain

HUB_SERVICE: Final = "_invigil-hub._tcp.local."
DEVICE_SERVICE: Final = "_invigil-device._tcp.local."
TXT_BYTES_MAX: Final = 255
"""Of one key with its value (RFC 6763)."""

Short = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class HubAdvert(Wire):
    """The text record of a hub."""

    tls: bool = Field(description="https; else http, before a proxy")
    host: Short = Field("", description="the name devices are to reach it by; empty: its address")
    authority_sha256: Sha256 | None = Field(None, description="fingerprint of the authority that signs its certificate")
    version: Short = ""


class DeviceAdvert(Wire):
    """The text record of a device that has no booth yet. Nothing of it is a secret."""

    serial: Short = Field("", description="the board's own number")
    model: Short = Field("", description="the board")
    version: Short = ""


def to_txt(advert: HubAdvert | DeviceAdvert) -> dict[str, str]:
    """As it goes into the record; what is empty is left out."""
    said = advert.model_dump(mode="json", exclude_none=True)
    words = {name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in said.items()}
    return {"txtvers": "1"} | {name: value for name, value in words.items() if value}


def hub_of(txt: Mapping[bytes, bytes | None]) -> HubAdvert:
    """Raises `InvalidError`."""
    try:
        return HubAdvert.model_validate(_texts(txt))
    except ValidationError as error:
        raise InvalidError(explain(error)) from error


def device_of(txt: Mapping[bytes, bytes | None]) -> DeviceAdvert:
    """Raises `InvalidError`."""
    try:
        return DeviceAdvert.model_validate(_texts(txt))
    except ValidationError as error:
        raise InvalidError(explain(error)) from error


def _texts(txt: Mapping[bytes, bytes | None]) -> dict[str, str]:
    try:
        return {key.decode(): (value or b"").decode() for key, value in txt.items()}
    except UnicodeDecodeError as error:
        raise InvalidError("the record is no text") from error
