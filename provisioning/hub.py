"""The hub's REST API, as far as a technician's commands need it; httpx errors become `ProvisioningError` here."""

import hmac
import os
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    wait_random_exponential,
)

from provisioning.access import LOG_IN, LOOKS_LIKE, Access, find_access, read_authority
from provisioning.console import ProvisioningError

TIMEOUT: Final = httpx.Timeout(30, connect=10)
TRIES: Final = 4
"""About two seconds in all: a hub that restarts, a proxy before it that has just lost it."""
Param = str | int | None
REPEATABLE: Final = frozenset({"GET", "PUT"})
BUSY: Final = frozenset({502, 503, 504})


def trusting(ca_pem: str = "", name: str = "the authority's file") -> ssl.SSLContext:
    """Trusts that authority and no other; without one those of the system. Raises `ProvisioningError`."""
    try:
        return ssl.create_default_context(cadata=ca_pem or None)
    except (ssl.SSLError, ValueError) as error:
        raise ProvisioningError(f"{name} cannot be used as an authority: {error}", "it must be a PEM file") from error


def ask(
    hub_url: str,
    method: str,
    path: str,
    *,
    content: bytes | None = None,
    ca: Path | str | None = None,
    besides: Path | None = None,
) -> httpx.Response:
    """One request without signing in. Trusts `ca` alone, a PEM file or what is in one; or those of the system, and one
    `besides`. Raises `ProvisioningError` when nobody answers."""
    if isinstance(ca, str):
        return _ask(hub_url, method, path, content, trusting(ca))
    try:
        verify = ssl.create_default_context(cafile=str(ca) if ca else None)
        if besides is not None:
            verify.load_verify_locations(cafile=str(besides))
    except (OSError, ssl.SSLError) as error:
        named = ca or besides
        raise ProvisioningError(f"{named} cannot be used as an authority: {error}", "it must be a PEM file") from error
    return _ask(hub_url, method, path, content, verify)


def authority_of(hub_url: str, sha256: str) -> str:
    """The PEM of the authority with this fingerprint, asked of the hub that it is to vouch for; raises
    `ProvisioningError` where another one is shown.

    Asked without knowing whom: the fingerprint alone decides, and what is asked next is held to what comes of it.
    """
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stranger.check_hostname = False
    stranger.verify_mode = ssl.CERT_NONE
    reply = _ask(hub_url, "GET", "/api/v1/authority", None, stranger)
    if not reply.is_success:
        raise refused(reply)
    try:
        pem = str(reply.json()["certificate_pem"])
        shown = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()
    except (ValueError, KeyError, TypeError) as error:
        raise ProvisioningError(f"{hub_url} shows no authority", "is it a hub, of this version?") from error
    if not hmac.compare_digest(shown, sha256):
        raise ProvisioningError(
            f"{hub_url} is not the hub that you mean: its authority is {colons(shown)}",
            f"it should be {colons(sha256)}; somebody else may answer there. Nothing was sent",
        )
    return pem


def authority_from(named: str, hub_url: str) -> str:
    """The PEM of `--ca FILE|SHA256`."""
    digits = named.replace(":", "").lower()
    if len(digits) == 64 and not set(digits) - set("0123456789abcdef"):
        return authority_of(hub_url, digits)
    return read_authority(Path(named))


def colons(sha256: str) -> str:
    """As people compare it, and as openssl shows it."""
    return ":".join(sha256[place : place + 2] for place in range(0, len(sha256), 2)).upper()


def _ask(hub_url: str, method: str, path: str, content: bytes | None, verify: ssl.SSLContext) -> httpx.Response:
    try:
        with httpx.Client(verify=verify, timeout=TIMEOUT) as client:
            headers = {"Content-Type": "application/json", "X-Invigil-Request": "1"}
            return client.request(method, f"{hub_url.rstrip('/')}{path}", content=content, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(hub_url, error) from error


def unreachable(hub_url: str, error: Exception) -> ProvisioningError:
    """Why the hub did not answer, in a technician's words."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return ProvisioningError(
            f"{hub_url} shows a certificate that this device does not trust: {error}",
            "name the authority that signed it: --ca FILE.pem",
        )
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return ProvisioningError(f"{hub_url!r} is not an address: {error}", LOOKS_LIKE)
    return ProvisioningError(
        f"{hub_url} does not answer: {error or type(error).__name__}", "is the hub running, and the address right?"
    )


def problem_detail(reply: httpx.Response) -> str:
    """What the hub said went wrong (RFC 9457), or the beginning of whatever it said."""
    title, detail = _problem(reply)
    return detail or title or reply.text[:200].strip() or reply.reason_phrase


def refused(reply: httpx.Response) -> ProvisioningError:
    """What the hub answered instead of doing it: its words, and what to do next."""
    title, detail = _problem(reply)
    if reply.status_code == httpx.codes.UNAUTHORIZED:
        return ProvisioningError(
            f"the hub does not take this sign-in: {detail or 'it is unknown, expired or revoked'}",
            f"make a token on the dashboard, under your account, and {LOG_IN}",
        )
    if reply.status_code == httpx.codes.FORBIDDEN:
        return ProvisioningError(
            f"you may not do this: {detail or title or 'the hub refuses'}",
            "`invigil hub whoami` shows what your token may do; one with more is made on the dashboard",
        )
    if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
        wait = reply.headers.get("retry-after", "")
        return ProvisioningError(f"the hub was asked too often: {detail or title}", f"wait {wait or 'some'} seconds")
    if title and detail:
        return ProvisioningError(f"the hub says: {title}", detail)
    return ProvisioningError(
        f"{reply.request.url.path} answers HTTP {reply.status_code}: {problem_detail(reply)}",
        "is the address that of a hub, and is it of a version like this one's?",
    )


class HubClient:
    """The API as one person has it. Every method raises `ProvisioningError`; may be used by several threads at once.

    Paths are those after `/api/v1`. What is safe to ask twice is asked again where the hub is busy or was lost.
    """

    def __init__(self, url: str, *, token: str = "", ca_pem: str = "") -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {"X-Invigil-Request": "1"}
        try:
            self._client = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT, verify=trusting(ca_pem))
        except (httpx.InvalidURL, UnicodeError) as error:  # a token that is no ASCII
            raise ProvisioningError(f"neither the address nor the token can be sent: {error}", LOG_IN) from error
        self._again = Retrying(
            stop=stop_after_attempt(TRIES),
            wait=wait_random_exponential(0.3, max=2),
            retry=retry_if_exception(_is_passing) | retry_if_result(lambda reply: reply.status_code in BUSY),
            retry_error_callback=_last,
        )

    @classmethod
    def of(cls, access: Access) -> Self:
        return cls(access.hub, token=access.token, ca_pem=access.ca_pem)

    @classmethod
    def found(cls, environ: Mapping[str, str] | None = None) -> Self:
        """As `invigil hub login` left it, or the environment says."""
        return cls.of(find_access(os.environ if environ is None else environ))

    @classmethod
    def signed_in(cls, url: str, username: str, password: str) -> Self:
        """With a name and a password, as the dashboard does it."""
        client = cls(url)
        client.post("/sign-in", {"username": username, "password": password})
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **params: Param) -> Any:
        """The answer's JSON. Parameters that are None are left out."""
        return self._ask("GET", path, params={name: value for name, value in params.items() if value is not None})

    def post(self, path: str, body: object = None) -> Any:
        """None where the hub has nothing to say."""
        return self._ask("POST", path, body=body)

    def put(self, path: str, body: object) -> Any:
        return self._ask("PUT", path, body=body)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def pages(self, path: str, *, cursor: str = "before", limit: int = 200, **params: Param) -> Iterator[Any]:
        """Every item of a list that comes in pages; `cursor` is the parameter that takes the page's `next`."""
        following: str | None = None
        while True:
            page = self.get(path, limit=limit, **params, **{cursor: following})
            yield from page["items"]
            following = page["next"]
            if not following:
                return

    def booths(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get("/booths")["items"]
        return items

    def violations(self) -> Iterator[dict[str, Any]]:
        """All of them, newest first."""
        return self.pages("/violations")

    def _ask(self, method: str, path: str, body: object = None, params: dict[str, Any] | None = None) -> Any:
        def send() -> httpx.Response:
            return self._client.request(method, f"/api/v1{path}", json=body, params=params)

        try:
            reply: httpx.Response = self._again.copy()(send) if method in REPEATABLE else send()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(self.url, error) from error
        if not reply.is_success:
            raise refused(reply)
        try:
            return reply.json() if reply.content else None
        except ValueError as error:
            raise ProvisioningError(f"{self.url} does not answer as a hub does", "is the address right?") from error


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, httpx.TransportError) and "CERTIFICATE_VERIFY_FAILED" not in str(error)


def _last(state: RetryCallState) -> Any:
    """What the last try gave or raised."""
    assert state.outcome is not None  # noqa: S101 (there was a try)
    return state.outcome.result()


def _problem(reply: httpx.Response) -> tuple[str, str]:
    try:
        problem = reply.json()
    except ValueError:
        return "", ""
    if not isinstance(problem, dict):
        return "", ""
    return str(problem.get("title") or ""), str(problem.get("detail") or "")
