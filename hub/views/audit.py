"""The audit log, as it is read and proved."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from hub.views.base import View


class AuditEntry(View):
    number: int
    at: datetime
    username: str | None = Field(description="null: the hub, the command line, or somebody who is not signed in")
    display_name: str
    address: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]
    prev_sha256: str
    entry_sha256: str


class AuditList(View):
    items: tuple[AuditEntry, ...]
    next: str | None = Field(description="pass as `before` for the older ones; null at the end")
    searched_to: int | None = Field(None, description="with `q`, where it did not look at all of them: down to here")


class AuditVerified(View):
    """Whether each entry carries the hash of the one before. That the newest are all there shows in `head_sha256` and
    `entries` only to who noted them before."""

    intact: bool
    deleted_up_to: int = Field(description="retention deleted the entries up to this number; 0: none")
    deletion: Literal["none", "proved", "earlier_key", "forged"] = Field(
        description="whether this hub signed that; `earlier_key`: with a key that it does not have any more"
    )
    entries: int = Field(description="how many were checked")
    broken_at: int | None = Field(description="number of the first entry that is not as it was written, or is missing")
    why: str
    head_sha256: str = Field(description="of the last entry that was right")
