"""Files as they are to be, held against files as they are: shown as a diff, then written whole, with a backup.

What `device prepare` and the two `install` have in common. Nothing is written until `apply`.
"""

import difflib
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from provisioning.console import ProvisioningError
from provisioning.files import write_whole

Kind = Literal["same", "new", "changed", "mode", "removed"]

BACKUP: Final = ".before-invigil"
"""Appended to the name of a file that was not ours before; made once, so the first state is never lost."""

MASK: Final = "[secret]"
LONG_LINES: Final = 60
"""A new file that is longer is named and not shown: it is one of ours as it was shipped."""


@dataclass(frozen=True)
class Change:
    """One file. `after` None: it is not to be there. `mode` None: the file system has no modes (FAT)."""

    path: Path
    before: bytes | None
    after: bytes | None
    mode: int | None
    mode_before: int | None

    @property
    def kind(self) -> Kind:
        if self.after is None:
            return "same" if self.before is None else "removed"
        if self.before is None:
            return "new"
        if self.before != self.after:
            return "changed"
        return "same" if self.mode in (None, self.mode_before) else "mode"


def change(path: Path, after: bytes | None, mode: int | None = None) -> Change:
    """What has to happen to a file; raises `ProvisioningError` where it cannot be read."""
    try:
        before = path.read_bytes() if path.exists() else None
        mode_before = stat.S_IMODE(path.stat().st_mode) if before is not None else None
    except OSError as error:
        hint = "as administrator: sudo invigil …"
        raise ProvisioningError(f"{path} cannot be read: {error.strerror}", hint) from error
    return Change(path, before, after, mode, mode_before)


def diff(each: Change, masked: Iterable[str] = ()) -> str:
    """A unified diff without its secrets; of what is not text, sizes only. Empty where nothing changes."""
    if each.kind == "same":
        return ""
    if each.kind == "mode":
        return f"mode of {each.path}: {each.mode_before or 0:04o} → {each.mode or 0:04o}\n"
    try:
        before, after = ((text or b"").decode() for text in (each.before, each.after))
        if "\0" in before + after:
            raise ValueError("not text")
    except ValueError:
        sizes = ["nothing" if text is None else f"{len(text):,} bytes" for text in (each.before, each.after)]
        return f"{each.path}: {sizes[0]} → {sizes[1]}\n"
    if each.kind == "new" and len(after.splitlines()) > LONG_LINES:
        return f"{each.path}: new, {len(after.splitlines())} lines\n"
    old = "/dev/null" if each.before is None else str(each.path)
    new = "/dev/null" if each.after is None else str(each.path)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), old, new, lineterm="")
    text = "\n".join(lines) + "\n"
    for secret in sorted((word for word in masked if word), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def apply(changes: Sequence[Change], *, backups: bool) -> list[Path]:
    """Write what differs, in this order; the backups that were made. Raises `ProvisioningError`."""
    made: list[Path] = []
    for each in changes:
        try:
            if each.kind in ("changed", "removed") and backups:
                made += _back_up(each)
            if each.kind == "removed":
                each.path.unlink()
            elif each.kind == "mode":
                each.path.chmod(each.mode or 0)
            elif each.kind != "same" and each.after is not None:
                each.path.parent.mkdir(parents=True, exist_ok=True)
                _write(each.path, each.after, each.mode)
        except OSError as error:
            hint = "as administrator: sudo invigil …" if isinstance(error, PermissionError) else "is there room on it?"
            raise ProvisioningError(f"{each.path} cannot be written: {error.strerror}", hint) from error
    return made


def _back_up(each: Change) -> list[Path]:
    backup = each.path.with_name(each.path.name + BACKUP)
    if backup.exists() or each.before is None:
        return []
    _write(backup, each.before, each.mode if each.mode is None else 0o600)
    return [backup]


def _write(path: Path, content: bytes, mode: int | None) -> None:
    """The mode is what it says, whatever the umask; until the whole file is there nobody else can read it."""
    write_whole(path, content, 0o600)
    if mode is not None:
        path.chmod(mode)
