"""People, as others and they themselves see them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from contract.wire import BoothId
from hub.people.permissions import PERMISSIONS, Permission, Role
from hub.views.base import View

GrantedId = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Scope(View):
    """What is granted to a person. The booths reached are those of all of it together."""

    everywhere: bool = Field(False, description="all booths, also those that are still to come")
    sites: tuple[GrantedId, ...] = Field((), max_length=1000)
    rooms: tuple[GrantedId, ...] = Field((), max_length=1000)
    booths: tuple[BoothId, ...] = Field((), max_length=1000)


class Me(View):
    username: str
    display_name: str
    role: Role
    booths: tuple[BoothId, ...] | None = Field(description="booths in this person's scope; null: all of them")
    permissions: tuple[Permission, ...] = Field(
        default_factory=lambda data: PERMISSIONS[data["role"]],
        description="what this person may do there; of an API token, no more than it was given",
    )
    must_enrol: bool = Field(
        False, description="a second factor is asked of this role and not set up: nothing else goes before /me/totp"
    )

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def sees(self, booth_id: str) -> bool:
        """Whether the booth is in this person's scope, whatever the role."""
        return self.booths is None or booth_id in self.booths

    def may_watch(self, booth_id: str) -> bool:
        """Live pictures, talks and snapshots."""
        return self.may("booths.watch") and self.sees(booth_id)


class User(View):
    """Somebody who may sign in, as an administrator sees them."""

    username: str
    display_name: str
    role: Role
    booths: tuple[BoothId, ...] | None = Field(description="booths in this person's scope; null: all of them")
    scope: Scope = Field(description="what was granted")
    created_at: datetime
    disabled_at: datetime | None = Field(description="since when this person may not sign in")
    locked_until: datetime | None = Field(description="after too many wrong passwords")
    second_factor: bool = Field(description="whether a TOTP is asked for at sign-in")
    last_sign_in_at: datetime | None = Field(description="as far back as the audit log goes")
    sign_ins: int = Field(description="how many hold now: in how many browsers this person is signed in")


class UserList(View):
    items: tuple[User, ...]


class RoleView(View):
    role: Role
    permissions: tuple[Permission, ...]
    everywhere: bool = Field(description="whether it reaches every booth without being granted any")
    second_factor_required: bool


class RoleList(View):
    """What each role may do; where is a matter of each person's scope."""

    items: tuple[RoleView, ...]
