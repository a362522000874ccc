"""Invitations: the only way to an account. The link is shown once, good once, and says whom it makes of the guest."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field, StringConstraints

from hub import audit
from hub.api.sign_ins import set_cookie
from hub.api.users import DisplayName
from hub.errors import RefusedError
from hub.parts import ActorOf, OriginOf, TheHub, allowed
from hub.people import accounts as people
from hub.people.auth import digest
from hub.people.passwords import check_password
from hub.people.permissions import Role
from hub.store import invitations
from hub.views import InvitationList, Me, NewInvitation, Scope

router = APIRouter(tags=["invitations"])

Inviting = Depends(allowed("people.manage"))
Username = Annotated[str, StringConstraints(pattern=r"^[^\s/\x00-\x1f\x7f]+( [^\s/\x00-\x1f\x7f]+)*$", max_length=80)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class InvitationRequest(BaseModel):
    role: Role
    display_name: DisplayName
    email: Email | None = Field(None, description="a sign-in by OpenID Connect with this verified address accepts, too")
    scope: Scope = Scope()
    days: int = Field(people.INVITATION_DAYS, ge=1, le=30, description="how long the link is good")


class AcceptRequest(BaseModel):
    token: Token
    username: Username
    password: str = Field(min_length=1, max_length=1000)


class ResetRequest(BaseModel):
    token: Token
    password: str = Field(min_length=1, max_length=1000)


@router.post("/invitations", status_code=201, operation_id="invite", dependencies=[Inviting])
async def invite(request: InvitationRequest, by: ActorOf, hub: TheHub) -> NewInvitation:
    """The link is shown only now. 422 for a scope that names what does not exist."""
    async with hub.database.writing() as connection:
        token, invitation = await people.invite(
            connection, by, request.role, request.display_name, request.email, request.scope, request.days
        )
    return NewInvitation(link=f"/join#{token}", token=token, invitation=invitation)


@router.get("/invitations", operation_id="listInvitations", dependencies=[Inviting])
async def list_invitations(hub: TheHub) -> InvitationList:
    """Newest first, also those that were accepted."""
    async with hub.database.reading() as connection:
        return InvitationList(items=tuple(await invitations.views(connection)))


@router.delete(
    "/invitations/{invitation_id}", status_code=204, operation_id="withdrawInvitation", dependencies=[Inviting]
)
async def withdraw_invitation(invitation_id: UUID, by: ActorOf, hub: TheHub) -> None:
    """Its link is good no more."""
    async with hub.database.writing() as connection:
        if not await invitations.withdraw(connection, invitation_id):
            raise RefusedError(404, "No such invitation", "it was accepted or withdrawn; GET /api/v1/invitations")
        await audit.record(connection, by, "invitation.withdrawn", "invitation", str(invitation_id))


@router.post("/invitations/accept", status_code=201, operation_id="acceptInvitation")
async def accept_invitation(request: AcceptRequest, response: Response, hub: TheHub, origin: OriginOf) -> Me:
    """Makes the account and signs in. 403 for a link that is not good, 409 for a name that is taken, 422 for a password
    that is soon guessed, 429 after repeated failures."""
    async with hub.auth.link_tried(origin) as tried:
        async with hub.database.reading() as connection:
            invitation = await invitations.by_token(connection, digest(request.token), people.now())
        if invitation is None:
            raise RefusedError(403, "Not a good link", "it was used, withdrawn or is too old; ask for a new one")
        tried.right()
    check_password(request.password, request.username, invitation.display_name)
    password_hash = await hub.auth.hash(request.password)
    async with hub.database.writing() as connection:
        user = await people.join(connection, invitation, request.username, password_hash, origin.address)
        entered = await hub.auth.enter(connection, user, origin, "invitation")
    set_cookie(hub, response, entered)
    return entered.me


@router.post("/password-reset", status_code=204, operation_id="choosePassword")
async def choose_password(request: ResetRequest, hub: TheHub, origin: OriginOf) -> None:
    """With the link that an administrator made; sign in afterwards. 403 for a link that is not good."""
    check_password(request.password)
    async with hub.auth.link_tried(origin) as tried:
        password_hash = await hub.auth.hash(request.password)
        async with hub.database.writing() as connection:
            user = await invitations.take_reset(connection, digest(request.token), people.now())
            if user is not None:
                by = audit.Actor(user.username, user.display_name, origin.address)
                await people.set_password(connection, by, user, password_hash)
        if user is None:
            raise RefusedError(403, "Not a good link", "it was used or is too old; ask an administrator for a new one")
        tried.right()
