"""The page's files, and who may ask for them: only a browser that was sent to this very server."""

import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Final

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

FOLDER: Final = Path(__file__).parent / "static"
SOCKET_PATH: Final = "/socket"
FALLBACK: Final = "en"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Files:
    """All of them in memory, 40 kB, read once."""

    def __init__(self, lang: str, folder: Path = FOLDER) -> None:
        self.lang: Final = lang if (folder / "text" / f"{lang}.js").is_file() else FALLBACK
        """What was asked for, where there are texts in it: one file for each language."""
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES
        }
        index = self._files["/index.html"].replace(b'<html lang="en">', f'<html lang="{self.lang}">'.encode())
        self._files["/index.html"] = self._files["/"] = index
        digest = hashlib.sha256()
        for name, content in sorted(self._files.items()):
            digest.update(name.encode() + content)
        self.build: Final = digest.hexdigest()[:16]

    def answer(self, request: Request, port: int) -> Response | None:
        """A file, a refusal, or None where a WebSocket may be opened.

        `Host` keeps out pages whose own name was pointed here (DNS rebinding), `Origin` every other page in a browser
        on this device: a browser lets any page open a WebSocket to loopback, and says whose it is.
        """
        hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        if set(request.headers.get_all("Host")) - hosts or not request.headers.get_all("Host"):
            return _refuse(HTTPStatus.MISDIRECTED_REQUEST, "Not the name of this screen.")
        path = request.path.partition("?")[0]
        if path == SOCKET_PATH:
            origins = request.headers.get_all("Origin")
            if len(origins) == 1 and origins[0] in {f"http://{host}" for host in hosts}:
                return None
            return _refuse(HTTPStatus.FORBIDDEN, "Only the screen's own page may listen.")
        content = self._files.get(path)
        if content is None:
            return _refuse(HTTPStatus.NOT_FOUND, "There is nothing here.")
        suffix = Path(path).suffix or ".html"
        return _response(HTTPStatus.OK, content, TYPES[suffix])


def _refuse(status: HTTPStatus, sentence: str) -> Response:
    return _response(status, f"{sentence}\n".encode(), "text/plain; charset=utf-8")


def _response(status: HTTPStatus, content: bytes, kind: str) -> Response:
    headers = Headers(HEADERS)
    headers["Content-Type"] = kind
    headers["Content-Length"] = str(len(content))
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, content)
