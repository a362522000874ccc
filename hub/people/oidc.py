"""OpenID Connect with one provider: discovery, authorization code with PKCE, state and nonce, and a checked ID token.

What is under way lies in the browser, in a cookie that only this hub can read: any hub process can finish it.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.config import OidcConfig
from hub.errors import HubError, RefusedError
from hub.people.keyfile import SecretBox
from hub.streaming.turn import read_secret

FLOW_S: Final = 600
"""How long somebody may take at the provider."""
TIMEOUT_S: Final = 10.0
KNOWN_S: Final = 3600.0
"""How long the provider's document and keys are kept; a token with an unknown key makes them be fetched anew."""
LEEWAY_S: Final = 60
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures with a public key only: `none`, and HMAC with the client's secret, are not taken."""
CALLBACK: Final = "/api/v1/sign-in/oidc/callback"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it brings back."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What was begun."""

    state: str
    nonce: str
    verifier: str
    invitation: str


class Provider:
    def __init__(self, config: OidcConfig, secret: str, box: SecretBox) -> None:
        self.config = config
        self._secret = secret
        self._box = box
        self._document: dict[str, Any] = {}
        self._keys = KeySet([])
        self._fetched_at = -KNOWN_S

    @classmethod
    def load(cls, config: OidcConfig | None, data: Path, box: SecretBox) -> "Provider | None":
        """Reads the client's secret, whose file is relative to `data`; raises `HubError`."""
        return (
            None
            if config is None
            else cls(config, read_secret(data / config.client_secret_file, "OpenID Connect", "docs/people.md"), box)
        )

    @property
    def redirect_uri(self) -> str:
        return self.config.public_url.rstrip("/") + CALLBACK

    async def begin(self, invitation: str) -> Begun:
        """Raises 502 where the provider does not answer."""
        document = await self._known()
        flow = Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), invitation)
        url = prepare_grant_uri(
            document["authorization_endpoint"],
            client_id=self.config.client_id,
            response_type="code",
            redirect_uri=self.redirect_uri,
            scope="openid profile email",
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        kept = [flow.state, flow.nonce, flow.verifier, flow.invitation]
        return Begun(url, self._box.seal(json.dumps(kept)))

    def flow_of(self, cookie: str, state: str) -> Flow:
        """Raises 403 unless this browser began what the provider now answers."""
        try:
            flow = Flow(*json.loads(self._box.open(cookie, max_age_s=FLOW_S)))
        except HubError:
            raise RefusedError(403, "Begin again", "this sign-in took too long or was begun elsewhere") from None
        if not secrets.compare_digest(flow.state.encode(), state.encode()):
            raise RefusedError(403, "Begin again", "the answer does not belong to what this browser began")
        return flow

    async def claims(self, flow: Flow, code: str) -> dict[str, Any]:
        """Of the ID token that the code is traded for. Raises 403 for one that is not right, 502 without an answer."""
        document = await self._known()
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": flow.verifier,
        }
        answer = await self._request("POST", document["token_endpoint"], data=body)
        try:
            token = await self._decode(str(answer["id_token"]))
            params = {
                "nonce": flow.nonce,
                "client_id": self.config.client_id,
                "access_token": answer.get("access_token"),
            }
            options = {
                "iss": {"essential": True, "value": self.config.issuer},
                "aud": {"essential": True, "value": self.config.client_id},
            }
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(int(datetime.now(UTC).timestamp()), leeway=LEEWAY_S)
        except (KeyError, ValueError, JoseError, AuthlibBaseError) as error:
            raise RefusedError(
                403, "Not a good ID token", f"the provider's answer is not acceptable: {error}"
            ) from error
        return dict(token.claims)

    async def sign_out_url(self) -> str | None:
        """Where the browser ends the sign-in at the provider, if it lets it."""
        end = (await self._known()).get("end_session_endpoint")
        back = {"client_id": self.config.client_id, "post_logout_redirect_uri": self.config.public_url}
        return f"{end}?{urlencode(back)}" if end else None

    async def _decode(self, text: str) -> jwt.Token:
        try:
            return jwt.decode(text, self._keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            self._fetched_at = -KNOWN_S  # the provider may have a new key
            await self._known()
            return jwt.decode(text, self._keys, algorithms=list(ALGORITHMS))

    async def _known(self) -> dict[str, Any]:
        if monotonic() - self._fetched_at < KNOWN_S:
            return self._document
        found = await self._request("GET", f"{self.config.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.config.issuer:
            raise RefusedError(502, "Another provider", f"it calls itself {found.get('issuer')!r}; correct hub.toml")
        keys = await self._request("GET", found["jwks_uri"])
        self._document, self._keys = found, KeySet.import_key_set(keys)  # type: ignore[arg-type]
        self._fetched_at = monotonic()
        return found

    async def _request(self, method: str, url: str, **body: Any) -> dict[str, Any]:
        auth = httpx.BasicAuth(self.config.client_id, self._secret) if method == "POST" else None
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, auth=auth, trust_env=False) as client:
                answer = await client.request(method, url, **body)
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RefusedError(502, "The provider does not answer", f"{url}: {error}; try again in a moment") from error
        if answer.status_code != 200 or not isinstance(found, dict):
            said = found.get("error_description") or found.get("error") if isinstance(found, dict) else ""
            status = 403 if method == "POST" else 502
            raise RefusedError(status, "The provider refuses", f"{said or answer.status_code}; begin again")
        return found
