"""A small HTTP server that takes evidence as the hub's API says, and can be told to answer otherwise."""

import base64
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate

from contract.chain import sha256_hex, upload_bytes, verify
from contract.device import TlsConfig

Answer = Callable[[str, bytes], int]


class EvidenceServer:
    """Checks hash and signature itself; `answer` may then replace the status by another."""

    def __init__(self, tls: TlsConfig | None = None, port: int = 0) -> None:
        self.stored: dict[str, bytes] = {}
        self.order: list[str] = []
        """Every request that came, in order, by the file's SHA-256."""
        self.answer: Answer = lambda _sha256, _data: 201
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
        certificate = load_pem_x509_certificate(base64.b64decode(headers["Invigil-Certificate"]))
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        signed = upload_bytes(headers["Invigil-Booth"], sha256, len(data), headers["Invigil-Signed-At"])
        return None if verify(key, headers["Invigil-Signature"], signed) else 401
