"""Signing in and out, who is signed in, and for administrators who may watch which booths."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from contract.wire import BoothId
from hub.errors import RefusedError
from hub.parts import SignedIn, TheHub, role_required
from hub.store import assignments, booths, users
from hub.views import Me, User, UserList

router = APIRouter(tags=["users"])

Administrator = Annotated[Me, Depends(role_required("admin"))]


class SignInRequest(BaseModel):
    username: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=1000)


class AssignmentRequest(BaseModel):
    booths: tuple[BoothId, ...] = Field(max_length=1000)


@router.post("/sign-in", operation_id="signIn")
async def sign_in(credentials: SignInRequest, request: Request, response: Response, hub: TheHub) -> Me:
    """Sets the cookie `invigil_session`. 401 when name or password is wrong, 429 after repeated failures."""
    address = request.client.host if request.client else "unknown"
    token, me = await hub.auth.sign_in(credentials.username, credentials.password, address)
    response.set_cookie(
        hub.auth.cookie_name,
        token,
        max_age=int(hub.auth.lifetime.total_seconds()),
        httponly=True,
        secure=hub.settings.secure_cookie,
        samesite="strict",
    )
    return me


@router.post("/sign-out", status_code=204, operation_id="signOut")
async def sign_out(request: Request, response: Response, hub: TheHub) -> None:
    await hub.auth.sign_out(request.cookies.get(hub.auth.cookie_name))
    response.delete_cookie(hub.auth.cookie_name, httponly=True, secure=hub.settings.secure_cookie, samesite="strict")


@router.get("/me", operation_id="me")
async def me(me: SignedIn) -> Me:
    return me


@router.get("/users", operation_id="listUsers")
async def list_users(_: Administrator, hub: TheHub) -> UserList:
    async with hub.database.reading() as connection:
        return UserList(items=tuple(await assignments.everyone(connection)))


@router.put("/users/{username}/booths", operation_id="assignBooths")
async def assign_booths(username: str, request: AssignmentRequest, _: Administrator, hub: TheHub) -> User:
    """These booths and no others. Whoever watches a booth that is taken away is cut off within seconds."""
    async with hub.database.writing() as connection:
        user = await users.find(connection, username)
        if user is None:
            raise RefusedError(404, "No such user", f"nobody is called {username!r}; GET /api/v1/users lists them")
        if user.role in assignments.EVERYWHERE:
            raise RefusedError(409, "Needs no booths", f"{username} is {user.role} and may watch every booth")
        unknown = set(request.booths) - await booths.known(connection, request.booths)
        if unknown:
            raise RefusedError(422, "No such booth", f"no booth is called {', '.join(sorted(unknown))}")
        await assignments.replace(connection, user.user_id, request.booths)
        mine = await assignments.of_person(connection, user.user_id, user.role)
    return User(username=user.username, display_name=user.display_name, role=user.role, booths=mine)
