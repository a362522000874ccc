"""A release that is to go onto a card, judged before it does: a device in the field could only refuse it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from contract.release import Target, open_release, public_key
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.prepare.settings import OperatingSystem

PYTHONS: Final[dict[OperatingSystem, str]] = {"trixie": "3.13", "bookworm": "3.11"}
"""What a card's system brings. A Jetson's is known on the Jetson only."""


def release_keys(paths: Sequence[Path]) -> dict[str, bytes]:
    """By the names that they have on a device. Raises `InvalidError` for what is none, such as a private one."""
    for path in paths:
        public_key(path)
    return {f"{path.stem}.pem": path.read_bytes() for path in paths}


def check_release(path: Path, keys: Sequence[Path], system: OperatingSystem) -> str:
    """What is to be said of it, or nothing. Raises `ProvisioningError` where the device would not take it."""
    try:
        with path.open("rb") as file:
            release = open_release(file, {key.stem: public_key(key) for key in keys})
    except (OSError, InvalidError) as error:
        hint = "sign it with the key that goes onto the card: invigil release sign FILE --key KEY"
        raise ProvisioningError(f"{path}: {getattr(error, 'strerror', None) or error}", hint) from error
    wanted = Target(machine="aarch64", python=PYTHONS[system]) if system in PYTHONS else None
    if wanted is None or wanted in release.manifest.targets:
        return ""
    made_for = ", ".join(map(str, release.manifest.targets))
    return f"{path.name} is for {made_for}; a Raspberry Pi with this card is {wanted}"
