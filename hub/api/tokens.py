"""API tokens: a program acts for a person, with a part of what that person may do."""

import secrets
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from hub import audit
from hub.errors import RefusedError
from hub.parts import ActorOf, InPerson, TheHub, allowed
from hub.people import accounts as people
from hub.people.auth import API_TOKEN_PREFIX, digest
from hub.people.permissions import Permission
from hub.store import api_tokens
from hub.views import ApiTokenList, NewApiToken

router = APIRouter(tags=["tokens"])

EACH = 50
"""Tokens a person may have."""


class TokenRequest(BaseModel):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    permissions: tuple[Permission, ...] = Field(max_length=40, description="none: it may only ask who it is")
    days: int = Field(90, ge=1, le=366, description="how long it is good")


@router.post("/me/tokens", status_code=201, operation_id="makeToken")
async def make_token(request: TokenRequest, me: InPerson, by: ActorOf, hub: TheHub) -> NewApiToken:
    """The token is shown only now. Send it as `Authorization: Bearer`; no other header is needed. 403 for a permission
    that the person does not have; 409 where there are too many."""
    if me.must_enrol:
        raise RefusedError(403, "A second factor is needed", "set one up with POST /api/v1/me/totp")
    lacking = [one for one in request.permissions if not me.may(one)]
    if lacking:
        raise RefusedError(403, "More than you have", f"{me.role} does not have {', '.join(lacking)}")
    token, now, token_id = API_TOKEN_PREFIX + secrets.token_urlsafe(32), people.now(), uuid4()
    permissions = tuple(dict.fromkeys(request.permissions))
    async with hub.database.writing() as connection:
        user = await people.find(connection, me.username)
        if await api_tokens.count(connection, user.user_id) >= EACH:
            raise RefusedError(409, "Too many tokens", f"at most {EACH}; revoke one that is not used any more")
        row = {
            "token_id": token_id,
            "token_sha256": digest(token),
            "user_id": user.user_id,
            "name": request.name,
            "created_at": now,
            "expires_at": now + timedelta(days=request.days),
        }
        await api_tokens.add(connection, row, permissions)
        await audit.record(
            connection, by, "token.created", "token", str(token_id), name=request.name, permissions=permissions
        )
        mine = await api_tokens.views(connection, user.user_id)
    return NewApiToken(token=token, api_token=next(one for one in mine if one.token_id == token_id))


@router.get("/me/tokens", operation_id="listMyTokens")
async def list_my_tokens(me: InPerson, hub: TheHub) -> ApiTokenList:
    """Newest first, also those that are over."""
    async with hub.database.reading() as connection:
        user = await people.find(connection, me.username)
        return ApiTokenList(items=tuple(await api_tokens.views(connection, user.user_id)))


@router.delete("/me/tokens/{token_id}", status_code=204, operation_id="revokeMyToken")
async def revoke_my_token(token_id: UUID, me: InPerson, by: ActorOf, hub: TheHub) -> None:
    """It is good no more, at once."""
    async with hub.database.writing() as connection:
        user = await people.find(connection, me.username)
        name = await api_tokens.remove(connection, token_id, user.user_id)
        if name is None:
            raise RefusedError(404, "No such token", "GET /api/v1/me/tokens lists yours")
        await audit.record(connection, by, "token.revoked", "token", str(token_id), name=name)


@router.get("/tokens", operation_id="listTokens", dependencies=[Depends(allowed("people.manage"))])
async def list_tokens(hub: TheHub) -> ApiTokenList:
    """Everybody's, newest first."""
    async with hub.database.reading() as connection:
        return ApiTokenList(items=tuple(await api_tokens.views(connection)))


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    operation_id="revokeToken",
    dependencies=[Depends(allowed("people.manage"))],
)
async def revoke_token(token_id: UUID, by: ActorOf, hub: TheHub) -> None:
    """Whosever it is; good no more, at once."""
    async with hub.database.writing() as connection:
        name = await api_tokens.remove(connection, token_id)
        if name is None:
            raise RefusedError(404, "No such token", "GET /api/v1/tokens lists them")
        await audit.record(connection, by, "token.revoked", "token", str(token_id), name=name)
