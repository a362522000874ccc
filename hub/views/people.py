"""People, as others and they themselves see them."""

from pydantic import Field

from contract.wire import BoothId
from hub.permissions import PERMISSIONS, Permission, Role
from hub.views.base import View


class Me(View):
    username: str
    display_name: str
    role: Role
    booths: tuple[BoothId, ...] | None = Field(description="booths in this person's scope; null: all of them")
    permissions: tuple[Permission, ...] = Field(
        default_factory=lambda data: PERMISSIONS[data["role"]],
        description="what this person may do there; of an API token, no more than it was given",
    )

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def sees(self, booth_id: str) -> bool:
        """Whether the booth is in this person's scope, whatever the role."""
        return self.booths is None or booth_id in self.booths

    def may_watch(self, booth_id: str) -> bool:
        """Live pictures, talks, snapshots and recordings."""
        return self.may("booths.watch") and self.sees(booth_id)


class User(Me):
    """Somebody who may sign in, as an administrator sees them."""


class UserList(View):
    items: tuple[User, ...]
