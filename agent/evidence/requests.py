"""What this device says to the hub over HTTPS: addresses, headers that its key signs, and whom it trusts."""

import base64
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from agent.evidence.spool import SpooledFile
from agent.identity import is_for
from contract.chain import chunk_bytes, sha256_hex, sign, upload_bytes
from contract.device import DeviceConfig

Request = tuple[str, dict[str, str]]
"""Address and headers."""


class Requests:
    """`now` is what time it is at the hub, which refuses what was signed at another."""

    def __init__(
        self,
        config: DeviceConfig,
        key: ec.EllipticCurvePrivateKey,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._config = config
        self._key = key
        self._now = now
        self._fitting: bytes | None = None

    def whole(self, file: SpooledFile, size_bytes: int) -> Request:
        """For PUT. Raises `OSError` when the certificate cannot be read."""
        signed_at = self._now().isoformat()
        signed = upload_bytes(self._config.booth, file.sha256, size_bytes, signed_at)
        return self._url(file), {**self._headers(file, signed, signed_at), "Content-Length": str(size_bytes)}

    def question(self, file: SpooledFile) -> Request:
        """For HEAD: how much the hub has."""
        signed_at = self._now().isoformat()
        signed = upload_bytes(self._config.booth, file.sha256, file.size_bytes, signed_at)
        return self._url(file), {**self._headers(file, signed, signed_at), "Upload-Length": str(file.size_bytes)}

    def chunk(self, file: SpooledFile, offset: int, chunk: bytes) -> Request:
        """For PATCH."""
        signed_at, name = self._now().isoformat(), sha256_hex(chunk)
        signed = chunk_bytes(self._config.booth, file.sha256, file.size_bytes, offset, name, signed_at)
        return self._url(file), {
            **self._headers(file, signed, signed_at),
            "Content-Length": str(len(chunk)),
            "Upload-Length": str(file.size_bytes),
            "Upload-Offset": str(offset),
            "Invigil-Chunk-SHA256": name,
        }

    def clip(self, try_id: UUID, sha256: str, size_bytes: int) -> Request:
        """For GET: what this booth was asked to look at. Signed as an upload of the same bytes would be."""
        signed_at = self._now().isoformat()
        signed = upload_bytes(self._config.booth, sha256, size_bytes, signed_at)
        return f"{self._api}/profiles/tries/{try_id}/clip", self._signature(signed, signed_at)

    def release(self, version: str, sha256: str, size_bytes: int) -> Request:
        """For GET: a release that this booth was asked to install. Signed as an upload of the same bytes would be."""
        signed_at = self._now().isoformat()
        signed = upload_bytes(self._config.booth, sha256, size_bytes, signed_at)
        return f"{self._api}/releases/{version}/file", self._signature(signed, signed_at)

    @property
    def _api(self) -> str:
        return f"{self._config.hub.url.rstrip('/')}/api/v1"

    def _url(self, file: SpooledFile) -> str:
        return f"{self._api}/evidence/{file.sha256}"

    def _headers(self, file: SpooledFile, signed: bytes, signed_at: str) -> dict[str, str]:
        return {"Content-Type": file.media_type, **self._signature(signed, signed_at)}

    def _signature(self, signed: bytes, signed_at: str) -> dict[str, str]:
        """The certificate is read each time: somebody may have mended it."""
        return {
            "Invigil-Booth": self._config.booth,
            "Invigil-Certificate": base64.b64encode(self._certificate()).decode(),
            "Invigil-Signed-At": signed_at,
            "Invigil-Signature": sign(self._key, signed),
        }

    def _certificate(self) -> bytes:
        """The one for our key. A renewed one is for another, with which the agent signs when it has started again."""
        found = self._config.tls.certificate.read_bytes()
        if self._fitting is None or is_for(found, self._key):
            self._fitting = found
        return self._fitting


def trust(config: DeviceConfig) -> ssl.SSLContext:
    """The system's authorities and the hub's own: a hub may stand behind a proxy with a public certificate."""
    context = ssl.create_default_context()
    if Path(config.tls.ca).exists():
        context.load_verify_locations(cafile=str(config.tls.ca))
    return context
