"""A support bundle: gathered part by part, each through the gate; a part that is not to be had stops no other."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.files import write_whole
from provisioning.support.device import Device
from provisioning.support.gate import Gate
from provisioning.support.parts import PARTS, Part
from provisioning.support.waiting import names_known

STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""Of every member: two bundles of the same things are the same bytes."""
README: Final = """\
A support bundle of an Invigil booth device, made {at}, for whoever helps with it.

Inside: what contents.json lists. Not inside: pictures, sound, video, events, names of people, exam sessions, keys,
claim codes, passwords. What looked like one of them was replaced by "…", rather too often than too seldom.
Look through it before you send it: it is text throughout.
"""


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    what: str
    text: str
    problem: str = ""
    """Why there is nothing in it; empty where there is."""

    @property
    def size_bytes(self) -> int:
        return len(self.text.encode())

    def listed(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "what": self.what,
            "bytes": self.size_bytes,
            "sha256": hashlib.sha256(self.text.encode()).hexdigest(),
            "problem": self.problem or None,
        }


def gather(
    device: Device, now: datetime, *, on_part: Callable[[Part], None] = lambda _: None, parts: tuple[Part, ...] = PARTS
) -> list[Member]:
    """Every member, in the order of the file: what to read first, what there is, then the parts."""
    gate = Gate(names_known(device.state_dir))
    members = []
    for part in parts:
        on_part(part)
        members.append(_member(part, device, gate))
    readme = Member("README.txt", "what this is", README.format(at=f"{now:%Y-%m-%d %H:%M} UTC"))
    contents = json.dumps([each.listed() for each in (readme, *members)], indent=1, ensure_ascii=False) + "\n"
    return [readme, Member("contents.json", "what there is, with hashes", contents), *members]


def _member(part: Part, device: Device, gate: Gate) -> Member:
    try:
        return Member(part.name, part.what, _text(part.gather(device), gate))
    except (ProvisioningError, InvalidError, OSError, LookupError, ValueError, TypeError, RecursionError) as error:
        problem = gate.text(" ".join(str(error).split())) or type(error).__name__
        return Member(part.name, part.what, f"not to be had: {problem}\n", problem)


def _text(found: Any, gate: Gate) -> str:
    if isinstance(found, str):
        return gate.text(found) + "\n"
    return json.dumps(gate.value(found), indent=1, ensure_ascii=False, default=str) + "\n"


def write(members: list[Member], path: Path) -> None:
    """For its owner only. Raises `ProvisioningError`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            entry = zipfile.ZipInfo(f"support/{member.name}", STAMP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, member.text)
    try:
        write_whole(path, content.getvalue(), 0o600)
    except OSError as error:
        raise ProvisioningError(
            f"{path} cannot be written: {error.strerror}", "name another place: --output"
        ) from error


def usual_name(device: Device, now: datetime) -> str:
    return f"invigil-support-{device.booth or 'device'}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
