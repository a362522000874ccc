"""The boot partition of a flashed card: whether it is one, of which system, and how much room it has."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Final, Literal

from provisioning.console import ProvisioningError

CLOUD_INIT_FILES: Final = ("user-data", "meta-data", "network-config")
FIRST_BOOKWORM: Final = date(2023, 10, 10)
LOG: Final = "invigil-first-boot.log"
DONE: Final = "done: this is a booth"
"""The last line that the first boot writes there."""
MARGIN_BYTES: Final = 16 * 2**20
FLASH: Final = "flash Raspberry Pi OS (64-bit) first, put the card in again, and name its partition `bootfs`"

CardSystem = Literal["trixie", "bookworm"]


def check(boot: Path) -> None:
    """Raises `ProvisioningError` for a folder that is no boot partition of Raspberry Pi OS."""
    if not boot.is_dir():
        raise ProvisioningError(f"{boot} is no folder", FLASH)
    missing = [name for name in ("cmdline.txt", "config.txt", "overlays") if not (boot / name).exists()]
    if missing:
        raise ProvisioningError(f"{boot} is no boot partition: there is no {missing[0]} in it", FLASH)
    if "root=" not in cmdline(boot):
        raise ProvisioningError(f"{boot / 'cmdline.txt'} names no root partition", FLASH)


def cmdline(boot: Path) -> str:
    """The kernel's command line: the file's one line."""
    try:
        return (boot / "cmdline.txt").read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProvisioningError(f"{boot / 'cmdline.txt'} cannot be read", FLASH) from error


def recognise(boot: Path) -> CardSystem:
    """By cloud-init's files, which images have since Trixie; else by the day the image was made."""
    if all((boot / name).exists() for name in CLOUD_INIT_FILES[:2]):
        return "trixie"
    made = _made(boot)
    if made is None:
        raise ProvisioningError(f"{boot} does not say which system it is", "name it: --os trixie or --os bookworm")
    if made < FIRST_BOOKWORM:
        raise ProvisioningError(f"this system is of {made} and older than Bookworm; Invigil needs Python 3.11", FLASH)
    return "bookworm"


def is_a_booth(boot: Path) -> bool:
    """Whether the first boot is over: what is written now would not be read any more."""
    try:
        return DONE in (boot / LOG).read_text(errors="replace")
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ProvisioningError(f"{boot / LOG} cannot be read: {error.strerror}", FLASH) from error


def must_have_room(boot: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(boot).free
    if needed_bytes + MARGIN_BYTES > free:
        raise ProvisioningError(
            f"{boot} has {free / 1e6:,.0f} MB free; {(needed_bytes + MARGIN_BYTES) / 1e6:,.0f} MB are needed",
            "build the release for this kind of board only (invigil release build --help)",
        )


def _made(boot: Path) -> date | None:
    """`Raspberry Pi reference 2025-05-13` is the first line of issue.txt."""
    try:
        found = re.search(r"reference (\d{4}-\d{2}-\d{2})", (boot / "issue.txt").read_text(errors="replace"))
        return date.fromisoformat(found[1]) if found else None
    except (OSError, ValueError):
        return None
