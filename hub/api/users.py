"""Signing in and out, and who is signed in."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from hub.parts import SignedIn, TheHub
from hub.views import Me

router = APIRouter(tags=["users"])


class SignInRequest(BaseModel):
    username: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=1000)


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
