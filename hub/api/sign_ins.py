"""Signing in and out, who is signed in, and where else they are."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Row

from hub import audit
from hub.errors import RefusedError
from hub.parts import ActorOf, Hub, Identified, InPerson, OriginOf, TheHub, allowed, client_address
from hub.people import accounts as people
from hub.people.auth import TICKET_LIFETIME, Entered, SecondStep, digest
from hub.people.passwords import check_password
from hub.store import sign_ins, users
from hub.views import Me, SignInList, SignInTicket, SignInView

router = APIRouter(tags=["sign-ins"])


class SignInRequest(BaseModel):
    username: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=1000)


class PasswordChangeRequest(BaseModel):
    old_password: str = Field(min_length=1, max_length=1000)
    new_password: str = Field(min_length=1, max_length=1000)


@router.post(
    "/sign-in", operation_id="signIn", responses={202: {"model": SignInTicket, "description": "a code is needed too"}}
)
async def sign_in(credentials: SignInRequest, response: Response, hub: TheHub, origin: OriginOf) -> Me | SignInTicket:
    """Sets the cookie `invigil_session`. 202 with a ticket where a second factor is set up; 401 when name or password
    is wrong, 403 for an account that is disabled, 429 after repeated failures."""
    done = await hub.auth.sign_in(credentials.username, credentials.password, origin)
    if isinstance(done, SecondStep):
        response.status_code = 202
        return SignInTicket(ticket=done.ticket, expires_at=datetime.now(UTC) + TICKET_LIFETIME)
    set_cookie(hub, response, done)
    return done.me


@router.post("/sign-out", status_code=204, operation_id="signOut")
async def sign_out(request: Request, response: Response, hub: TheHub) -> None:
    """Also where nobody is signed in."""
    await hub.auth.sign_out(request.cookies.get(hub.auth.cookie_name), client_address(request))
    response.delete_cookie(hub.auth.cookie_name, httponly=True, secure=hub.settings.secure_cookie, samesite="strict")


@router.get("/me", operation_id="me")
async def me(me: Identified) -> Me:
    """Who this request comes from, and what they may do."""
    return me


@router.put("/me/password", status_code=204, operation_id="changePassword")
async def change_password(
    change: PasswordChangeRequest, me: InPerson, by: ActorOf, request: Request, hub: TheHub, origin: OriginOf
) -> None:
    """Needs the old one. Signs this person out everywhere else. 403 when the old one is wrong."""
    if not await hub.auth.password_is_right(me.username, change.old_password, origin):
        raise RefusedError(403, "Wrong password", "the old password is not right; nothing was changed")
    check_password(change.new_password, me.username, me.display_name)
    password_hash = await hub.auth.hash(change.new_password)
    async with hub.database.writing() as connection:
        user = await people.find(connection, me.username)
        await people.set_password(connection, by, user, password_hash, keep=_own(hub, request))


@router.get("/me/sign-ins", operation_id="listMySignIns")
async def list_my_sign_ins(me: InPerson, request: Request, hub: TheHub) -> SignInList:
    """Where this person is signed in, newest first."""
    return await _list(hub, me.username, _own(hub, request))


@router.delete("/me/sign-ins/{sign_in_id}", status_code=204, operation_id="endMySignIn")
async def end_my_sign_in(sign_in_id: UUID, me: InPerson, by: ActorOf, hub: TheHub) -> None:
    """Whoever uses it is signed out at once; what it shows live ends within seconds."""
    await _end(hub, me.username, sign_in_id, by)


@router.get("/users/{username}/sign-ins", operation_id="listSignIns", dependencies=[Depends(allowed("people.manage"))])
async def list_sign_ins(username: str, request: Request, hub: TheHub) -> SignInList:
    """Where somebody is signed in, newest first."""
    return await _list(hub, username, _own(hub, request))


@router.delete(
    "/users/{username}/sign-ins",
    status_code=204,
    operation_id="endSignIns",
    dependencies=[Depends(allowed("people.manage"))],
)
async def end_sign_ins(username: str, by: ActorOf, hub: TheHub) -> None:
    """Everywhere; what they show live ends within seconds. API tokens go on."""
    async with hub.database.writing() as connection:
        user = await people.find(connection, username)
        ended = await sign_ins.end_all(connection, user.user_id)
        await audit.record(connection, by, "sign_in.all_ended", "user", username, ended=ended)


def set_cookie(hub: Hub, response: Response, entered: Entered) -> None:
    response.set_cookie(
        hub.auth.cookie_name,
        entered.token,
        max_age=int(hub.auth.lifetime.total_seconds()),
        httponly=True,
        secure=hub.settings.secure_cookie,
        samesite="strict",
    )


def _own(hub: Hub, request: Request) -> str:
    """What the request's own sign-in is kept under."""
    return digest(request.cookies.get(hub.auth.cookie_name, ""))


async def _list(hub: Hub, username: str, own_sha256: str) -> SignInList:
    async with hub.database.reading() as connection:
        user = await people.find(connection, username)
        found = await sign_ins.of_user(connection, user.user_id, datetime.now(UTC))
    return SignInList(items=tuple(_view(row, own_sha256) for row in found))


async def _end(hub: Hub, username: str, sign_in_id: UUID, by: audit.Actor) -> None:
    async with hub.database.writing() as connection:
        user = await users.find(connection, username)
        if user is None or not await sign_ins.end_one(connection, user.user_id, sign_in_id):
            raise RefusedError(404, "No such sign-in", "it has ended already; GET /api/v1/me/sign-ins lists yours")
        await audit.record(connection, by, "sign_in.ended", "user", username, sign_in_id=str(sign_in_id))


def _view(row: Row[Any], own_sha256: str) -> SignInView:
    return SignInView(
        sign_in_id=row.sign_in_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_seen_at=row.last_seen_at,
        address=row.address,
        user_agent=row.user_agent,
        how=row.how,
        current=row.token_sha256 == own_sha256,
    )
