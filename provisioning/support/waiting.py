"""What waits on this device: how many events and files, of what kind, how old; and whose names must not leave."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from provisioning.console import ProvisioningError

PEOPLE: Final = frozenset(
    {
        *("candidate_name", "candidate", "exam_name", "notice", "message", "text", "sender", "speaker", "watcher"),
        *("code", "code_sha256", "watchers"),
    }
)
"""Fields of what the hub told this booth, and of its events, that name somebody or hold somebody's words."""
NAMED_IN: Final = frozenset({"watcher", "viewers", "watchers"})
"""Within these, `name` is a person's."""
TIMEOUT_S: Final = 2.0


def names_known(state_dir: Path) -> set[str]:
    """Names and words of people in the outbox. A damaged one tells none; nothing of it goes into the bundle then."""
    found: set[str] = set()
    try:
        with closing(_open(state_dir)) as db:
            texts = [text for (text,) in db.execute("SELECT value FROM state UNION ALL SELECT payload FROM events")]
    except (sqlite3.Error, ProvisioningError):
        return found
    for text in texts:
        try:
            found.update(_people_in(json.loads(text)))
        except (ValueError, RecursionError):
            continue
    return found


def outbox(state_dir: Path) -> dict[str, Any]:
    """Numbers and kinds of the events that wait, never what they say. Raises `ProvisioningError`."""
    kinds: Counter[str] = Counter()
    times: list[str] = []
    try:
        with closing(_open(state_dir)) as db:
            for seq, payload in db.execute("SELECT seq, payload FROM events ORDER BY seq"):
                kind, at = _kind(payload)
                kinds[kind] += 1
                times.append(at)
                last = seq
            row = db.execute("SELECT next_seq, signed_seq FROM chain").fetchone()
    except sqlite3.Error as error:
        raise ProvisioningError(f"the outbox cannot be read: {error}") from error
    return {
        "waiting": sum(kinds.values()),
        "kinds": dict(sorted(kinds.items())),
        "oldest_at": times[0] if times else None,
        "newest_at": times[-1] if times else None,
        "last_waiting": last if times else None,
        "next_number": row[0],
        "signed_up_to": row[1],
        "files": {path.name: path.stat().st_size for path in sorted(state_dir.glob("outbox.db*"))},
    }


def spool(state_dir: Path) -> dict[str, Any]:
    """How many files of each kind and how old; not their names, which the events know. Raises `ProvisioningError`."""
    folder = state_dir / "spool"
    if not folder.is_dir():
        raise ProvisioningError("there is no spool yet")
    return {"waiting": _by_kind(folder), "refused": _by_kind(folder / "refused")}


def _by_kind(folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.is_file():
            continue
        of_kind = found.setdefault(path.suffix.lstrip(".") or "other", {"files": 0, "bytes": 0, "oldest_at": None})
        stat = path.stat()
        written = datetime.fromtimestamp(stat.st_mtime, UTC).isoformat()
        of_kind["files"] += 1
        of_kind["bytes"] += stat.st_size
        of_kind["oldest_at"] = min(written, of_kind["oldest_at"] or written)
    return found


def _open(state_dir: Path) -> sqlite3.Connection:
    path = state_dir / "outbox.db"
    if path.is_symlink():
        raise ProvisioningError("the outbox is a link, which is not followed")
    if not path.exists():
        raise ProvisioningError("there is no outbox yet")
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=TIMEOUT_S)


def _kind(payload: bytes) -> tuple[str, str]:
    """Of an event: its kind and when it was written."""
    try:
        event = json.loads(payload)
        return str(event["body"]["type"]), str(event["wall_time"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "unreadable", ""


def _people_in(value: Any, key: str = "", within: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _people_in(item, name, key or within)
    elif isinstance(value, list):
        for item in value:
            yield from _people_in(item, key, key)
    elif isinstance(value, str) and (key in PEOPLE or (key == "name" and within in NAMED_IN)):
        yield value
