"""The second factor: setting it up for oneself, and the second step of a sign-in."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from hub.api.sign_ins import set_cookie
from hub.errors import RefusedError
from hub.parts import ActorOf, InPerson, OriginOf, TheHub
from hub.people import accounts as people
from hub.store import second_factors
from hub.views import Me, RecoveryCodes, SecondFactorBegun, SecondFactorState

router = APIRouter(tags=["sign-ins"])


class CodeRequest(BaseModel):
    code: str = Field(min_length=1, max_length=40)


class SecondStepRequest(CodeRequest):
    ticket: str = Field(min_length=1, max_length=200)


class PasswordRequest(BaseModel):
    password: str = Field(min_length=1, max_length=1000)


@router.post("/sign-in/totp", operation_id="signInSecondStep")
async def second_step(request: SecondStepRequest, response: Response, hub: TheHub, origin: OriginOf) -> Me:
    """With the ticket of POST /sign-in and a code, or a recovery code in its place. 401 for a wrong or used one."""
    entered = await hub.second_factors.enter(request.ticket, request.code, origin)
    set_cookie(hub, response, entered)
    return entered.me


@router.get("/me/totp", operation_id="getSecondFactor")
async def get_second_factor(me: InPerson, hub: TheHub) -> SecondFactorState:
    async with hub.database.reading() as connection:
        user = await people.find(connection, me.username)
        return SecondFactorState(
            enabled=await second_factors.is_confirmed(connection, user.user_id),
            required=me.role in hub.settings.sign_in.totp_required,
            recovery_codes_left=await second_factors.count_recovery_codes(connection, user.user_id),
        )


@router.post("/me/totp", status_code=201, operation_id="beginSecondFactor")
async def begin(me: InPerson, hub: TheHub) -> SecondFactorBegun:
    """A secret for an authenticator, shown only now; it counts after POST /me/totp/confirm. 409 where there is one."""
    return await hub.second_factors.begin(me)


@router.post("/me/totp/confirm", operation_id="confirmSecondFactor")
async def confirm(request: CodeRequest, me: InPerson, by: ActorOf, hub: TheHub) -> RecoveryCodes:
    """With a first code; answers with ten recovery codes, shown only now. 403 for a wrong code."""
    return await hub.second_factors.confirm(me, by, request.code)


@router.post("/me/totp/remove", status_code=204, operation_id="removeMySecondFactor")
async def remove(request: PasswordRequest, me: InPerson, by: ActorOf, hub: TheHub, origin: OriginOf) -> None:
    """Needs the password: who finds a browser open cannot take it away. 403 for a wrong one, 404 without a factor."""
    if not await hub.auth.password_is_right(me.username, request.password, origin):
        raise RefusedError(403, "Wrong password", "nothing was changed")
    async with hub.database.writing() as connection:
        await people.remove_second_factor(connection, by, await people.find(connection, me.username))
