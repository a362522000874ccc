"""What board this is: its name and number, as the system tells them. What is unknown is empty; nothing here fails."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

ROOT: Final = Path("/")


def model(root: Path = ROOT) -> str:
    return (_text(root / "proc/device-tree/model") or _text(root / "sys/class/dmi/id/product_name"))[:80]


def serial(root: Path = ROOT) -> str:
    """Of PCs only root may read it."""
    return (_text(root / "proc/device-tree/serial-number") or _text(root / "sys/class/dmi/id/product_serial"))[:80]


def installed_version() -> str:
    try:
        return version("invigil")
    except PackageNotFoundError:  # a checkout on the path, not installed
        return ""


def _text(path: Path) -> str:
    """The device tree ends its texts with a zero."""
    try:
        said = path.read_text(errors="replace").replace("\0", "").strip()
    except OSError:
        return ""
    return "".join(letter for letter in said if letter.isprintable())
