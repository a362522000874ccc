"""Signing in at a provider of OpenID Connect, where hub.toml names one."""

import logging
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from hub.api.sign_ins import set_cookie
from hub.errors import RefusedError
from hub.parts import Hub, OriginOf, TheHub
from hub.people.oidc import CALLBACK, FLOW_S
from hub.people.oidc_sign_in import OidcSignIns
from hub.views import OidcBegun, SignInOptions

log = logging.getLogger(__name__)

router = APIRouter(prefix="/sign-in", tags=["sign-ins"])

COOKIE = "invigil_oidc"
Text = Annotated[str, Query(max_length=4000)]


class OidcRequest(BaseModel):
    invitation: str = Field("", max_length=200, description="token of an invitation that is to be accepted so")


@router.get("/options", operation_id="signInOptions")
async def options(hub: TheHub) -> SignInOptions:
    """How one may sign in here. `oidc_sign_out` ends the sign-in at the provider, too."""
    if hub.oidc is None:
        return SignInOptions(oidc=False, oidc_sign_out=None)
    try:
        return SignInOptions(oidc=True, oidc_sign_out=await hub.oidc.provider.sign_out_url())
    except RefusedError as error:
        log.warning("the provider of OpenID Connect: %s", error.detail)
        return SignInOptions(oidc=True, oidc_sign_out=None)


@router.post("/oidc", operation_id="beginOidcSignIn")
async def begin(request: OidcRequest, response: Response, hub: TheHub) -> OidcBegun:
    """Where the browser is to go. 404 without a provider, 502 where it does not answer."""
    begun = await _provided(hub).provider.begin(request.invitation)
    # The provider sends the browser back from another site: a strict cookie would not come along.
    response.set_cookie(
        COOKIE,
        begun.cookie,
        max_age=FLOW_S,
        path=CALLBACK,
        httponly=True,
        secure=hub.settings.secure_cookie,
        samesite="lax",
    )
    return OidcBegun(url=begun.url)


@router.get("/oidc/callback", operation_id="finishOidcSignIn", status_code=303, response_class=RedirectResponse)
async def finish(
    request: Request,
    hub: TheHub,
    origin: OriginOf,
    state: Text = "",
    code: Text = "",
    iss: Text = "",
    error: Text = "",
    error_description: Text = "",
) -> RedirectResponse:
    """Here the provider sends the browser. On to the dashboard: signed in, or told why not in `refused`."""
    found = _provided(hub)
    try:
        if error:
            raise RefusedError(403, "The provider refuses", error_description or error)
        if iss and iss != found.provider.config.issuer:  # RFC 9207
            raise RefusedError(403, "Another provider", "the answer does not come from the provider that was asked")
        entered = await found.finish(request.cookies.get(COOKIE, ""), state, code, origin)
    except RefusedError as refused:
        await hub.auth.note_refused("oidc", origin, refused.title)
        response = RedirectResponse(f"/sign-in?{urlencode({'refused': refused.detail})}", 303)
    else:
        response = RedirectResponse("/", 303)
        set_cookie(hub, response, entered)
    response.delete_cookie(COOKIE, path=CALLBACK, httponly=True, secure=hub.settings.secure_cookie, samesite="lax")
    return response


def _provided(hub: Hub) -> OidcSignIns:
    if hub.oidc is None:
        raise RefusedError(404, "No provider", "hub.toml names no provider of OpenID Connect; sign in with a password")
    return hub.oidc
