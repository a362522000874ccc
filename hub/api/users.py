"""People: for administrators, who may sign in, as what, and which booths they reach."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from contract.wire import BoothId
from hub.parts import ActorOf, SignedIn, TheHub, allowed
from hub.people import accounts as people
from hub.people.permissions import PERMISSIONS, Role
from hub.store import scopes, users
from hub.views import PasswordReset, RoleList, RoleView, Scope, User, UserList

router = APIRouter(tags=["users"])
managed = APIRouter(prefix="/users", dependencies=[Depends(allowed("people.manage"))])

DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class AssignmentRequest(BaseModel):
    booths: tuple[BoothId, ...] = Field(max_length=1000)


class UserChangeRequest(BaseModel):
    """What is left out stays as it is."""

    role: Role | None = None
    display_name: DisplayName | None = None
    disabled: bool | None = None


@router.get("/roles", operation_id="listRoles")
async def list_roles(_: SignedIn, hub: TheHub) -> RoleList:
    """What each role may do."""
    required = hub.settings.sign_in.totp_required
    return RoleList(
        items=tuple(
            RoleView(
                role=role,
                permissions=may,
                everywhere=role in scopes.EVERYWHERE,
                second_factor_required=role in required,
            )
            for role, may in PERMISSIONS.items()
        )
    )


@managed.get("", operation_id="listUsers")
async def list_users(hub: TheHub) -> UserList:
    """Everybody, by name; also those who are disabled."""
    async with hub.database.reading() as connection:
        return UserList(items=tuple(await users.views(connection, people.now())))


@managed.get("/{username}", operation_id="getUser")
async def get_user(username: str, hub: TheHub) -> User:
    async with hub.database.reading() as connection:
        await people.find(connection, username)
        return await people.view(connection, username)


@managed.patch("/{username}", operation_id="changeUser")
async def change_user(username: str, change: UserChangeRequest, by: ActorOf, hub: TheHub) -> User:
    """A new role holds at once. 409 for the last administrator, and for administrators who would take it from
    themselves."""
    async with hub.database.writing() as connection:
        user = await people.find(connection, username)
        if change.display_name is not None:
            await people.rename(connection, by, user, change.display_name)
        if change.role is not None:
            await people.set_role(connection, by, user, change.role)
        if change.disabled is not None:
            await (people.disable if change.disabled else people.enable)(connection, by, user)
        return await people.view(connection, username)


@managed.delete("/{username}", status_code=204, operation_id="disableUser")
async def disable_user(username: str, by: ActorOf, hub: TheHub) -> None:
    """Nobody is removed, because records name them: the person may not sign in any more, and is signed out."""
    async with hub.database.writing() as connection:
        await people.disable(connection, by, await people.find(connection, username))


@managed.put("/{username}/scope", operation_id="setScope")
async def set_scope(username: str, scope: Scope, by: ActorOf, hub: TheHub) -> User:
    """These grants and no others. Whoever watches a booth that is taken away is cut off within seconds."""
    async with hub.database.writing() as connection:
        await people.set_scope(connection, by, await people.find(connection, username), scope)
        return await people.view(connection, username)


@managed.put("/{username}/booths", operation_id="assignBooths")
async def assign_booths(username: str, request: AssignmentRequest, by: ActorOf, hub: TheHub) -> User:
    """These single booths and no others; what is granted by site or room stays."""
    async with hub.database.writing() as connection:
        user = await people.find(connection, username)
        granted = await scopes.of_person(connection, user)
        await people.set_scope(connection, by, user, granted.model_copy(update={"booths": request.booths}))
        return await people.view(connection, username)


@managed.post("/{username}/password-reset", operation_id="resetPassword")
async def reset_password(username: str, by: ActorOf, hub: TheHub) -> PasswordReset:
    """A link with which the person chooses a new password; the old one and every sign-in end now."""
    async with hub.database.writing() as connection:
        token, until = await people.begin_reset(connection, by, await people.find(connection, username))
    return PasswordReset(link=f"/reset-password#{token}", token=token, expires_at=until)


@managed.post("/{username}/unlock", status_code=204, operation_id="unlockUser")
async def unlock_user(username: str, by: ActorOf, hub: TheHub) -> None:
    """After too many failures, before the lock ends by itself."""
    async with hub.database.writing() as connection:
        await people.find(connection, username)
        await people.unlock(connection, by, username)


@managed.delete("/{username}/totp", status_code=204, operation_id="removeSecondFactor")
async def remove_second_factor(username: str, by: ActorOf, hub: TheHub) -> None:
    """For somebody who lost the authenticator and the recovery codes: who they are is to be made sure of by other
    means first."""
    async with hub.database.writing() as connection:
        await people.remove_second_factor(connection, by, await people.find(connection, username))


router.include_router(managed)
