"""A small HTTP server that takes evidence as the hub's API says, and can be told to answer otherwise."""

import base64
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate

from contract.chain import chunk_bytes, sha256_hex, upload_bytes, verify
from contract.device import TlsConfig

Answer = Callable[[str, bytes], int]


class EvidenceServer:
    """Checks hash and signature itself; `answer` may then replace the status by another."""

    def __init__(self, tls: TlsConfig | None = None, port: int = 0) -> None:
        self.stored: dict[str, bytes] = {}
        self.order: list[str] = []
        """Every request that came, in order, by the file's SHA-256."""
        self.begun: dict[str, bytes] = {}
        """What has come in chunks and is not whole."""
        self.clips: dict[str, bytes] = {}
        """What profiles are tried on, by the path that a booth fetches it from."""
        self.spoil: Callable[[bytes], bytes] = lambda clip: clip
        self.answer: Answer = lambda _sha256, _data: 201
        self.answer_chunk: Answer = lambda _sha256, _chunk: 204
        self.answer_question: Callable[[str], int] = lambda _sha256: 204
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                sha256 = self.path.removeprefix("/api/v1/evidence/")
                server.order.append(sha256)
                status = server._check(sha256, data, dict(self.headers)) or server.answer(sha256, data)
                if status == 201:
                    status = 200 if sha256 in server.stored else 201
                    server.stored[sha256] = data
                body = b"{}"
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                clip = server.clips[self.path]
                status = server._check(sha256_hex(clip), clip, dict(self.headers)) or 200
                body = server.spoil(clip) if status == 200 else b"{}"
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self) -> None:
                sha256 = self.path.removeprefix("/api/v1/evidence/")
                whole = sha256 in server.stored
                here = len(server.stored[sha256] if whole else server.begun.get(sha256, b""))
                self._say(server.answer_question(sha256), {"Upload-Offset": here, "Upload-Complete": f"?{whole:d}"})

            def do_PATCH(self) -> None:
                chunk = self.rfile.read(int(self.headers["Content-Length"]))
                sha256 = self.path.removeprefix("/api/v1/evidence/")
                server.order.append(sha256)
                begun = server.begun.get(sha256, b"")
                status = server._check_chunk(sha256, chunk, dict(self.headers)) or server.answer_chunk(sha256, chunk)
                if status == 204 and int(self.headers["Upload-Offset"]) != len(begun):
                    status = 409
                if status == 204:
                    begun = server.begun[sha256] = begun + chunk
                    if len(begun) == int(self.headers["Upload-Length"]):
                        del server.begun[sha256]
                        status = 201 if sha256_hex(begun) == sha256 else 422
                        if status == 201:
                            server.stored[sha256] = begun
                self._say(status, {"Upload-Offset": len(begun)})

            def _say(self, status: int, headers: dict[str, object]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, str(value))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(str(tls.certificate), str(tls.key))
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.port = int(self._http.server_address[1])
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _check(self, sha256: str, data: bytes, headers: dict[str, str]) -> int | None:
        if sha256_hex(data) != sha256:
            return 422
        signed = upload_bytes(headers["Invigil-Booth"], sha256, len(data), headers["Invigil-Signed-At"])
        return None if self._signed(headers, signed) else 401

    def _check_chunk(self, sha256: str, chunk: bytes, headers: dict[str, str]) -> int | None:
        signed = chunk_bytes(
            headers["Invigil-Booth"],
            sha256,
            int(headers["Upload-Length"]),
            int(headers["Upload-Offset"]),
            sha256_hex(chunk),
            headers["Invigil-Signed-At"],
        )
        return None if self._signed(headers, signed) else 401

    def _signed(self, headers: dict[str, str], signed: bytes) -> bool:
        certificate = load_pem_x509_certificate(base64.b64decode(headers["Invigil-Certificate"]))
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return verify(key, headers["Invigil-Signature"], signed)
