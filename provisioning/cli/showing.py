"""What commands that put files somewhere show: a coloured diff, one line a file, and the same for machines."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from rich.text import Text

from provisioning import changes, console
from provisioning.changes import Change

WORDS: Final = {"new": "new", "changed": "changed", "mode": "mode changed", "removed": "removed", "same": "as it is"}


def show_diff(planned: Sequence[Change], masked: Iterable[str] = ()) -> None:
    """To stderr, line by line: + green, - red, as in git."""
    masked = list(masked)
    for each in planned:
        for line in changes.diff(each, masked).splitlines():
            console.notes.print(Text(line, style=_style(line)))


def show_files(planned: Sequence[Change], *, dry_run: bool) -> None:
    for each in planned:
        if each.kind == "same":
            continue
        say = console.step if dry_run else console.done
        say(f"{WORDS[each.kind]}{' (not yet)' if dry_run else ''}: {each.path}")
    if all(each.kind == "same" for each in planned):
        console.done("every file is as it should be")


def files_json(planned: Sequence[Change], backups: Sequence[Path] = ()) -> list[dict[str, Any]]:
    made = {path.name.removesuffix(changes.BACKUP): str(path) for path in backups}
    return [{"path": str(each.path), "change": each.kind, "backup": made.get(each.path.name)} for each in planned]


def _style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
