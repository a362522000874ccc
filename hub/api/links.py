"""One-time links, before they are used: what they are good for, and whether a password would be taken."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from hub.api.invitations import Token
from hub.errors import RefusedError
from hub.parts import InPerson, OriginOf, TheHub
from hub.people import accounts as people
from hub.people.auth import digest
from hub.people.passwords import Judgement
from hub.store import invitations, users
from hub.views import InvitationShown, PasswordJudged, ResetShown

router = APIRouter(tags=["invitations"])

Typed = Annotated[str, StringConstraints(max_length=1000)]


class LinkRequest(BaseModel):
    token: Token


class JudgeMineRequest(BaseModel):
    password: Typed


class JudgeRequest(JudgeMineRequest):
    token: Token = Field(description="of an invitation or of a link for a new password that is good")
    username: str = Field("", max_length=80, description="as it is going to be")


@router.post("/invitations/look", operation_id="lookAtInvitation")
async def look_at_invitation(request: LinkRequest, hub: TheHub, origin: OriginOf) -> InvitationShown:
    """The link stays good. 403 for one that is not, 429 after repeated failures."""
    async with hub.auth.link_tried(origin) as tried:
        async with hub.database.reading() as connection:
            found = await invitations.by_token(connection, digest(request.token), people.now())
            inviting = await users.find(connection, found.created_by) if found else None
        if found is None:
            raise RefusedError(403, "Not a good link", "it was used, withdrawn or is too old; ask for a new one")
        tried.right()
    return InvitationShown(
        role=found.role,
        display_name=found.display_name,
        invited_by=inviting.display_name if inviting else found.created_by,
        expires_at=found.expires_at,
    )


@router.post("/password-reset/look", operation_id="lookAtReset")
async def look_at_reset(request: LinkRequest, hub: TheHub, origin: OriginOf) -> ResetShown:
    """The link stays good. 403 for one that is not, 429 after repeated failures."""
    async with hub.auth.link_tried(origin) as tried:
        async with hub.database.reading() as connection:
            found = await invitations.reset_by_token(connection, digest(request.token), people.now())
        if found is None:
            raise RefusedError(403, "Not a good link", "it was used or is too old; ask an administrator for a new one")
        tried.right()
    return ResetShown(username=found.username, display_name=found.display_name, expires_at=found.expires_at)


@router.post("/password-strength", operation_id="judgePassword")
async def judge_password(request: JudgeRequest, hub: TheHub, origin: OriginOf) -> PasswordJudged:
    """Before it is sent with a link. Only for who has one: it keeps a core busy for some milliseconds."""
    token_sha256, now = digest(request.token), people.now()
    async with hub.auth.link_tried(origin) as tried:
        async with hub.database.reading() as connection:
            invitation = await invitations.by_token(connection, token_sha256, now)
            person = None if invitation else await invitations.reset_by_token(connection, token_sha256, now)
        if invitation is not None:
            about = request.username, invitation.display_name
        elif person is not None:
            about = person.username, person.display_name
        else:
            raise RefusedError(403, "Not a good link", "it was used or is too old; ask for a new one")
        tried.right()
    return _judged(await hub.auth.judge(request.password, *about))


@router.post("/me/password-strength", operation_id="judgeMyPassword")
async def judge_my_password(request: JudgeMineRequest, me: InPerson, hub: TheHub) -> PasswordJudged:
    """Whether PUT /me/password would take it."""
    return _judged(await hub.auth.judge(request.password, me.username, me.display_name))


def _judged(found: Judgement) -> PasswordJudged:
    return PasswordJudged(good=found.why is None, score=found.score, why=found.why)
