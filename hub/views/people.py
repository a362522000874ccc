"""People, as others and they themselves see them."""

from typing import Literal

from pydantic import Field

from contract.wire import BoothId
from hub.views.base import View

Role = Literal["admin", "proctor", "reviewer", "technician", "auditor"]


class Me(View):
    username: str
    display_name: str
    role: Role
    booths: tuple[BoothId, ...] | None = Field(description="booths this person may watch; null: all of them")

    def may_watch(self, booth_id: str) -> bool:
        return self.booths is None or booth_id in self.booths


class User(Me):
    """Somebody who may sign in, as an administrator sees them."""


class UserList(View):
    items: tuple[User, ...]
