"""The devices of a hub: which of them are meant, and one thing asked of several, a few at a time."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Final

from provisioning import console
from provisioning.console import ProvisioningError
from provisioning.hub import HubClient
from provisioning.standing import STATUS

AT_ONCE: Final = 8
"""A device takes ten seconds at most to answer; a hall of sixty that is away keeps nobody longer than a minute and a
half, and the hub has no more than these to wait for."""

Device = dict[str, Any]
"""As `GET /devices` gives it."""


@dataclass(frozen=True)
class Wanted:
    """Which devices; what is empty narrows nothing."""

    booths: tuple[str, ...] = ()
    room: str | None = None
    site: str | None = None
    status: tuple[str, ...] = ()
    search: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.booths or self.room or self.site or self.status or self.search)


@dataclass(frozen=True)
class Outcome:
    """What came of it for one device. `said` is the hub's answer, None where it had none."""

    booth: str
    error: str = ""
    hint: str = ""
    said: Any = None

    @property
    def done(self) -> bool:
        return not self.error

    def as_dict(self) -> dict[str, Any]:
        return {"booth": self.booth, "done": self.done, "error": self.error or None, "hint": self.hint or None}


def find(client: HubClient, wanted: Wanted) -> list[Device]:
    """In the hub's order. Raises `ProvisioningError` for a booth, room, site or status that there is not."""
    for status in wanted.status:
        if status not in STATUS:
            raise ProvisioningError(f"no device is ever {status!r}", f"one of: {', '.join(STATUS)}")
    devices: list[Device] = client.get("/devices")["items"]
    known = [device["booth_id"] for device in devices]
    for booth in wanted.booths:
        if booth not in known:
            raise _unknown(f"no device has the booth {booth!r}", booth, known, "invigil fleet list shows them all")
    rooms = _rooms(client, wanted)
    return [
        device
        for device in devices
        if (not wanted.booths or device["booth_id"] in wanted.booths)
        and (rooms is None or device["room_id"] in rooms)
        and (not wanted.status or device["status"] in wanted.status)
        and _has_words(device, wanted.search)
    ]


def find_one(client: HubClient, booth: str) -> Device:
    (device,) = find(client, Wanted(booths=(booth,)))
    return device


def each(devices: Sequence[Device], act: Callable[[Device], Any], doing: str) -> list[Outcome]:
    """`act` on every device; one that fails keeps none of the others. In the order of `devices`."""
    outcomes: dict[str, Outcome] = {}
    with console.counted(doing, len(devices)) as counted, ThreadPoolExecutor(AT_ONCE, "fleet") as pool:
        tasks = [pool.submit(_one, device, act) for device in devices]
        try:
            for task in as_completed(tasks):
                outcomes[task.result().booth] = task.result()
                counted()
        except KeyboardInterrupt:
            for task in tasks:
                task.cancel()  # those under way are waited for
            raise
    return [outcomes[device["booth_id"]] for device in devices]


def _one(device: Device, act: Callable[[Device], Any]) -> Outcome:
    booth = str(device["booth_id"])
    try:
        return Outcome(booth, said=act(device))
    except ProvisioningError as error:
        return Outcome(booth, str(error), error.hint)


def _rooms(client: HubClient, wanted: Wanted) -> set[str] | None:
    """Ids of the rooms that are meant; None for all, and for no room."""
    if wanted.room is None and wanted.site is None:
        return None
    rooms = client.get("/rooms")["items"]
    if wanted.site is not None:
        sites = {room["site_id"] for room in rooms}
        if wanted.site not in sites:
            raise _unknown(f"no site with a room is called {wanted.site!r}", wanted.site, sites, "see the dashboard")
        rooms = [room for room in rooms if room["site_id"] == wanted.site]
    ids = {room["room_id"] for room in rooms}
    if wanted.room is not None:
        if wanted.room not in ids:
            raise _unknown(f"no room is called {wanted.room!r}", wanted.room, ids, "see the dashboard")
        ids = {wanted.room}
    return ids


def _unknown(message: str, name: str, known: Iterable[str], hint: str) -> ProvisioningError:
    near = difflib.get_close_matches(name, list(known), n=1)
    return ProvisioningError(message, f"did you mean {near[0]}? {hint}" if near else hint)


def _has_words(device: Device, search: str) -> bool:
    text = " ".join(
        str(device[name] or "") for name in ("booth_id", "booth_name", "room_id", "model", "version", "serial")
    ).lower()
    return all(word in text for word in search.lower().split())
