"""What stands between a browser and the routes: security headers, the request forgery check, the built dashboard."""

import os
from mimetypes import guess_type
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract.release import RELEASE_MAX_BYTES
from contract.tries import CLIP_BYTES_MAX
from hub.exams.sheet import MAX_BYTES
from hub.problems import problem_response

STATIC_DIR: Final = Path(__file__).parent / "static"
MAX_BODY_BYTES: Final = 64 * 1024
LARGER: Final = {
    "/api/v1/candidates/import": MAX_BYTES,
    "/api/v1/exam-sessions/import": MAX_BYTES,
    "/api/v1/profiles/tries": CLIP_BYTES_MAX,
    "/api/v1/releases": RELEASE_MAX_BYTES,
}
"""Routes that take a whole table, a clip or a release, and how many bytes of it."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), payment=(), usb=()",
}
_NOT_BUILT: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Invigil</title>
<h1>The dashboard is not built</h1><p>The hub works; its pages are missing. In the checkout run
<code>make dashboard</code> and reload.</p>"""


def same_origin(headers: Headers) -> bool:
    """Whether the page that asks came from this hub. A request without Origin does not come from a foreign page."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


class SecurityHeaders:
    """Adds the headers to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class ForgeryCheck:
    """Refuses what another site could make a signed-in browser send.

    An unsafe request with our cookie needs the header `X-Invigil-Request`, which a foreign page can set only after a
    CORS preflight that nobody answers; an Origin, where there is one, must be ours.
    """

    def __init__(self, app: ASGIApp, cookie_name: str) -> None:
        self._app = app
        self._cookie = f"{cookie_name}="

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            refusal = self._refusal(headers)
            if refusal:
                await problem_response(403, "Request refused", refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Headers) -> str:
        if not same_origin(headers):
            return "the request comes from a page of another site"
        if self._cookie in headers.get("cookie", "") and headers.get("x-invigil-request") != "1":
            return "send the header X-Invigil-Request: 1 with every request that changes something"
        return ""


class BodyLimit:
    """Refuses bodies over `MAX_BODY_BYTES`, or what `LARGER` allows, before they are read; evidence has its own limit
    and is streamed."""

    def __init__(self, app: ASGIApp, exempt: str) -> None:
        self._app = app
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(self._exempt):
            headers = Headers(scope=scope)
            length = headers.get("content-length", "0")
            if "transfer-encoding" in headers:
                await problem_response(411, "Length required", "send Content-Length")(scope, receive, send)
                return
            most = LARGER.get(scope["path"], MAX_BODY_BYTES)
            if not length.isdecimal() or int(length) > most:
                detail = f"the body may have at most {most} bytes"
                await problem_response(413, "Request too large", detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)


COPIES: Final = (("br", ".br"), ("gzip", ".gz"))
"""Codings of the copies that stand beside a file of the dashboard, the smallest first."""


def accepts(headers: Headers, coding: str) -> bool:
    """Whether the browser takes this coding. A weight of nought says no (RFC 9110, 12.5.3)."""
    for offer in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() == coding:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


class Dashboard(StaticFiles):
    """The built dashboard; a path that is no file is one of its client-side routes.

    Files are sent as they were compressed when the dashboard was built: smaller than the hub could make them while a
    browser waits, and at no cost.
    """

    def __init__(self, folder: Path = STATIC_DIR) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._index = folder / "index.html"

    async def check_config(self) -> None:
        """The folder may be missing: that is answered with a page, not with a failure."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not self._index.is_file():
            return HTMLResponse(_NOT_BUILT, 503)
        if path.startswith("api/"):
            raise HTTPException(404)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith("assets/"):
                raise
            response = FileResponse(self._index)
        if path.endswith((".js", ".css", ".svg")):
            response.headers["Vary"] = "Accept-Encoding"
        # Names under assets/ carry a hash of their content.
        immutable = path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if immutable else "no-cache"
        return response

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The copy that the browser understands, under the name and type of the file."""
        headers = Headers(scope=scope)
        for coding, suffix in COPIES:
            copy = Path(f"{os.fspath(full_path)}{suffix}")
            if not accepts(headers, coding) or not copy.is_file():
                continue
            response = super().file_response(copy, copy.stat(), scope, status_code)
            media_type, _ = guess_type(full_path)
            response.headers["Content-Type"] = f"{media_type or 'application/octet-stream'}; charset=utf-8"
            response.headers["Content-Encoding"] = coding
            return response
        return super().file_response(full_path, stat_result, scope, status_code)
