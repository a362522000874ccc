"""The hub's REST API, as far as a technician's commands need it; httpx errors become `ProvisioningError` here."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx

from provisioning.console import ProvisioningError

TIMEOUT: Final = httpx.Timeout(30, connect=10)


def ask(
    hub_url: str, method: str, path: str, *, content: bytes | None = None, ca: Path | None = None
) -> httpx.Response:
    """One request without signing in; raises `ProvisioningError` when nobody answers."""
    try:
        verify = ssl.create_default_context(cafile=str(ca) if ca else None)
    except (OSError, ssl.SSLError) as error:
        raise ProvisioningError(f"{ca} cannot be used as an authority: {error}", "it must be a PEM file") from error
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
        return ProvisioningError(f"{hub_url!r} is not an address: {error}", "it looks like https://hub.example:8443")
    return ProvisioningError(
        f"{hub_url} does not answer: {error or type(error).__name__}", "is the hub running, and the address right?"
    )


def problem_detail(reply: httpx.Response) -> str:
    """What the hub said went wrong (RFC 9457), or the beginning of whatever it said."""
    try:
        problem = reply.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict):
        said = problem.get("detail") or problem.get("title")
        if said:
            return str(said)
    return reply.text[:200].strip() or reply.reason_phrase


class HubSession:
    """Signed in as a person. Every method raises `ProvisioningError`."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, headers={"X-Invigil-Request": "1"}, timeout=TIMEOUT)
        self._json("POST", "/api/v1/sign-in", {"username": username, "password": password})

    def close(self) -> None:
        self._client.close()

    def booths(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._json("GET", "/api/v1/booths")["items"]
        return items

    def violations(self) -> Iterator[dict[str, Any]]:
        """All of them, newest first."""
        cursor: str | None = None
        while True:
            page = self._json(
                "GET", "/api/v1/violations", params={"limit": "200"} | ({"before": cursor} if cursor else {})
            )
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def _json(
        self, method: str, path: str, body: object = None, params: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            reply = self._client.request(method, path, json=body, params=params)
        except httpx.HTTPError as error:
            raise unreachable(self.url, error) from error
        if reply.is_error:
            raise ProvisioningError(f"{method} {path}: HTTP {reply.status_code}: {problem_detail(reply)}")
        answer: dict[str, Any] = reply.json()
        return answer
