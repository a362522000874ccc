"""What the board says of itself: its model and its number. Neither proves anything to anybody."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")


@dataclass(frozen=True)
class Board:
    """Empty where the board does not tell."""

    model: str
    serial: str


def board(root: Path = ROOT) -> Board:
    """Of the device tree (Raspberry Pi, Jetson), else of DMI (PCs, where only root may read the number)."""
    tree, dmi = root / "proc/device-tree", root / "sys/class/dmi/id"
    return Board(
        (_text(tree / "model") or _text(dmi / "product_name"))[:120],
        (_text(tree / "serial-number") or _text(dmi / "product_serial"))[:80],
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").replace("\0", "").strip()
    except OSError:
        return ""
