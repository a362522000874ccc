"""By what people prove who they are: sign-ins, API tokens, second factors, invitations. Secrets are shown once."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from hub.people.permissions import Permission, Role
from hub.views.base import View
from hub.views.people import Scope

HowSignedIn = Literal["password", "totp", "recovery_code", "oidc", "invitation"]
Weakness = Literal["too_short", "keyboard", "repeated", "sequence", "date", "common", "word", "name", "guessable"]
"""Why a password would not be taken."""


class SignInView(View):
    sign_in_id: UUID
    created_at: datetime
    expires_at: datetime
    last_seen_at: datetime | None = Field(description="to the minute")
    address: str = Field(description="where it was last seen")
    user_agent: str = Field(description="what the browser called itself when signing in")
    how: HowSignedIn
    current: bool = Field(description="whether this request belongs to it")


class SignInList(View):
    items: tuple[SignInView, ...]


class SignInOptions(View):
    oidc: bool = Field(description="whether one may sign in at a provider of OpenID Connect")
    oidc_sign_out: str | None = Field(description="an address of the provider, for after signing out here")


class OidcBegun(View):
    url: str = Field(description="of the provider; go there")


class SignInTicket(View):
    """The password was right, and a second step is needed: send `ticket` with a code to POST /sign-in/totp."""

    ticket: str
    expires_at: datetime


class ApiToken(View):
    token_id: UUID
    username: str
    name: str
    permissions: tuple[Permission, ...] = Field(description="what it was given; what counts is what its person has")
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="to the minute")
    last_address: str


class ApiTokenList(View):
    items: tuple[ApiToken, ...]


class NewApiToken(View):
    """`token` is shown only now: send it as `Authorization: Bearer`."""

    token: str
    api_token: ApiToken


class Invitation(View):
    invitation_id: UUID
    role: Role
    display_name: str
    email: str | None
    scope: Scope
    created_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    accepted_by: str | None


class InvitationList(View):
    items: tuple[Invitation, ...]


class NewInvitation(View):
    """`link` and the `token` in it are shown only now; the link is good once."""

    link: str = Field(description="a path of this hub's dashboard")
    token: str
    invitation: Invitation


class InvitationShown(View):
    """What whoever holds an invitation's link is told before they accept."""

    role: Role
    display_name: str
    invited_by: str = Field(description="what that person is called")
    expires_at: datetime


class ResetShown(View):
    """Whose password it is that a link lets be chosen anew."""

    username: str
    display_name: str
    expires_at: datetime


class PasswordJudged(View):
    good: bool = Field(description="whether it would be taken")
    score: int = Field(ge=0, le=4, description="as zxcvbn counts: 4 is the best")
    why: Weakness | None = Field(description="why it would not be taken")


class PasswordReset(View):
    """As an invitation: the person opens the link and chooses a new password."""

    link: str = Field(description="a path of this hub's dashboard")
    token: str
    expires_at: datetime


class SecondFactorState(View):
    enabled: bool
    required: bool = Field(description="whether this person's role needs one")
    recovery_codes_left: int


class SecondFactorBegun(View):
    """Scan the picture or type the secret into an authenticator, then confirm with a code."""

    secret: str
    uri: str = Field(description="otpauth://")
    qr_svg: str


class RecoveryCodes(View):
    """Each works once in the place of a code; shown only now."""

    codes: tuple[str, ...]
