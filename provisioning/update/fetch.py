"""A release from the hub, for a technician at the device: asked for and fetched with the device's own key."""

import base64
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from contract import chain
from contract.device import DeviceConfig, load_device_config
from contract.keys import read_key
from contract.updates import Offered
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.hub import problem_detail, trusting, unreachable
from provisioning.identity import signature

TIMEOUT: Final = httpx.Timeout(30, connect=10)
TRIES: Final = 20
AGAIN_S: Final = 1.0
NOTHING: Final = chain.sha256_hex(b"")
"""What is signed for a question: a file of no bytes."""

Fetched = Callable[[int, int], None]
"""Is told how many bytes are there, and how many there are."""


class HubReleases:
    """Every method raises `ProvisioningError`."""

    def __init__(self, config_path: Path) -> None:
        self._config = load_device_config(config_path)
        self._key = _key(self._config)

    def offered(self, version: str | None) -> Offered:
        """The newest that the hub has, or this version."""
        with self._client() as client:
            try:
                query = {"version": version} if version else {}
                answer = client.get("/api/v1/releases/offered", params=query, headers=self._headers(NOTHING, 0))
            except httpx.HTTPError as error:
                raise unreachable(self._config.hub.url, error) from error
        if answer.status_code != httpx.codes.OK:
            raise ProvisioningError(f"the hub offers no release (HTTP {answer.status_code}): {problem_detail(answer)}")
        try:
            return Offered.parse(answer.content)
        except InvalidError as error:
            raise ProvisioningError(f"{self._config.hub.url} does not answer as a hub: {error}") from error

    def fetch(self, offered: Offered, folder: Path, fetched: Fetched) -> Path:
        """The whole file; one that broke off before, in an earlier run as well, goes on where it ended."""
        path = folder / f"{offered.sha256}.release"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            for other in folder.iterdir():
                if other != path:
                    other.unlink()
            for left in range(TRIES, 0, -1):
                try:
                    self._fetch_more(offered, path, fetched)
                except httpx.HTTPError as error:
                    if left == 1:
                        raise unreachable(self._config.hub.url, error) from error
                    time.sleep(AGAIN_S)
                if path.exists() and path.stat().st_size >= offered.size_bytes:
                    break
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ProvisioningError(
                f"{folder} cannot be written: {error.strerror}", "run it as root: sudo …"
            ) from error
        if found != offered.sha256:
            path.unlink()
            raise ProvisioningError("what came from the hub is not the release", "run the same command again")
        return path

    def _fetch_more(self, offered: Offered, path: Path, fetched: Fetched) -> None:
        with path.open("ab") as file, self._client() as client:
            headers = self._headers(offered.sha256, offered.size_bytes) | {"Range": f"bytes={file.tell()}-"}
            with client.stream("GET", f"/api/v1/releases/{offered.version}/file", headers=headers) as answer:
                if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:  # nothing is left of it
                    return
                if answer.is_error:
                    answer.read()
                    raise ProvisioningError(f"the hub refused (HTTP {answer.status_code}): {problem_detail(answer)}")
                if answer.status_code == httpx.codes.OK:
                    file.truncate(0)
                for piece in answer.iter_bytes():
                    file.write(piece)
                    fetched(file.tell(), offered.size_bytes)

    def _client(self) -> httpx.Client:
        ca = self._config.tls.ca
        verify = trusting()
        if ca.exists():  # the hub's own, beside those of the system: it may stand behind a proxy
            verify.load_verify_locations(cafile=str(ca))
        return httpx.Client(base_url=self._config.hub.url, verify=verify, timeout=TIMEOUT)

    def _headers(self, sha256: str, size_bytes: int) -> dict[str, str]:
        """Signed as an upload of the same bytes would be."""
        signed_at = datetime.now(UTC).isoformat()
        signed = chain.upload_bytes(self._config.booth, sha256, size_bytes, signed_at)
        return {
            "Invigil-Booth": self._config.booth,
            "Invigil-Certificate": base64.b64encode(self._config.tls.certificate.read_bytes()).decode(),
            "Invigil-Signed-At": signed_at,
            "Invigil-Signature": signature(self._key, signed),
        }


def _key(config: DeviceConfig) -> ec.EllipticCurvePrivateKey:
    enrol = "enrol this device: invigil device enrol"
    try:
        return read_key(config.tls.key.read_bytes())
    except OSError as error:
        raise ProvisioningError(f"{config.tls.key} cannot be read: {error.strerror}", f"sudo, or {enrol}") from error
    except InvalidError as error:
        raise ProvisioningError(f"{config.tls.key} cannot be used: {error}", enrol) from error
