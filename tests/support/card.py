"""The boot partition of a freshly flashed card, as far as anything looks at it."""

from pathlib import Path

CMDLINE = "console=serial0,115200 console=tty1 root=PARTUUID=d89b055c-02 rootfstype=ext4 fsck.repair=yes rootwait quiet"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE6r9vZ0Kf5GvYt1Qk3d5o9m7l2sXw8cQz4bR1nT6yUa technician@example"


def flash(folder: Path, system: str = "trixie") -> Path:
    """As Raspberry Pi OS leaves it; `trixie` has cloud-init's files, which say nothing yet."""
    (folder / "overlays").mkdir(parents=True)
    (folder / "config.txt").write_text("camera_auto_detect=1\n")
    (folder / "cmdline.txt").write_text(CMDLINE + "\n")
    day = "2025-10-01" if system == "trixie" else "2025-05-13"
    (folder / "issue.txt").write_text(f"Raspberry Pi reference {day}\nGenerated using pi-gen\n")
    if system == "trixie":
        for name in ("user-data", "meta-data", "network-config"):
            (folder / name).write_text(f"# {name} as it was shipped\n")
    return folder


def write_key(folder: Path) -> Path:
    path = folder / "id_ed25519.pub"
    path.write_text(KEY + "\n")
    return path
