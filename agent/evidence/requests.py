"""What the uploader says to the hub: addresses, and headers that the device's key signs."""

import base64
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from agent.evidence.spool import SpooledFile
from contract.chain import chunk_bytes, sha256_hex, sign, upload_bytes
from contract.device import DeviceConfig

Request = tuple[str, dict[str, str]]
"""Address and headers."""


class Requests:
    def __init__(self, config: DeviceConfig, key: ec.EllipticCurvePrivateKey) -> None:
        self._config = config
        self._key = key

    def whole(self, file: SpooledFile, size_bytes: int) -> Request:
        """For PUT. Raises `OSError` when the certificate cannot be read."""
        signed_at = _now()
        signed = upload_bytes(self._config.booth, file.sha256, size_bytes, signed_at)
        return self._url(file), {**self._headers(file, signed, signed_at), "Content-Length": str(size_bytes)}

    def question(self, file: SpooledFile) -> Request:
        """For HEAD: how much the hub has."""
        signed_at = _now()
        signed = upload_bytes(self._config.booth, file.sha256, file.size_bytes, signed_at)
        return self._url(file), {**self._headers(file, signed, signed_at), "Upload-Length": str(file.size_bytes)}

    def chunk(self, file: SpooledFile, offset: int, chunk: bytes) -> Request:
        """For PATCH."""
        signed_at, name = _now(), sha256_hex(chunk)
        signed = chunk_bytes(self._config.booth, file.sha256, file.size_bytes, offset, name, signed_at)
        return self._url(file), {
            **self._headers(file, signed, signed_at),
            "Content-Length": str(len(chunk)),
            "Upload-Length": str(file.size_bytes),
            "Upload-Offset": str(offset),
            "Invigil-Chunk-SHA256": name,
        }

    def _url(self, file: SpooledFile) -> str:
        return f"{self._config.hub.url.rstrip('/')}/api/v1/evidence/{file.sha256}"

    def _headers(self, file: SpooledFile, signed: bytes, signed_at: str) -> dict[str, str]:
        """The certificate is read each time: it is renewed while the agent runs."""
        return {
            "Content-Type": file.media_type,
            "Invigil-Booth": self._config.booth,
            "Invigil-Certificate": base64.b64encode(self._config.tls.certificate.read_bytes()).decode(),
            "Invigil-Signed-At": signed_at,
            "Invigil-Signature": sign(self._key, signed),
        }


def _now() -> str:
    return datetime.now(UTC).isoformat()
