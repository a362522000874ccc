"""The audit log: who did what to what, each entry carrying the hash of the one before.

`record` belongs into the transaction that makes the change, so that neither is without the other. What changes nothing
but must be known (a view, a download, a refused sign-in) is recorded in a transaction of its own before it happens.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store import audit
from hub.views import Me

GENESIS_SHA256: Final = "0" * 64


class Actor(NamedTuple):
    """Who acts. `username` is None where the hub acts by itself."""

    username: str | None
    display_name: str
    address: str = ""

    @classmethod
    def of(cls, me: Me, address: str = "") -> "Actor":
        return cls(me.username, me.display_name, address)


HUB: Final = Actor(None, "the hub")
COMMAND_LINE: Final = Actor(None, "the command line")
"""An administrator of the machine, whom the hub does not know by name."""


async def record(
    connection: AsyncConnection, actor: Actor, action: str, object_kind: str, object_id: str, **detail: Any
) -> None:
    """Adds one entry. `action` is what happened in the past tense with its object first, such as `exam.created`;
    `detail` is what a reader needs to understand it, never a secret, and must be JSON."""
    before = await audit.last(connection)
    entry = {
        "number": before.number + 1 if before else 1,
        "at": datetime.now(UTC),
        "username": actor.username,
        "display_name": actor.display_name,
        "address": actor.address,
        "action": action,
        "object_kind": object_kind,
        "object_id": object_id,
        "detail": json.dumps(detail, sort_keys=True, ensure_ascii=False, default=str),
        "prev_sha256": before.entry_sha256 if before else GENESIS_SHA256,
    }
    await audit.add(connection, entry | {"entry_sha256": entry_sha256(entry)})


def entry_sha256(entry: dict[str, Any]) -> str:
    """Over every column but itself, as JSON with sorted keys; the time in UTC to the microsecond."""
    said = {name: value for name, value in entry.items() if name != "entry_sha256"}
    said["at"] = said["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
