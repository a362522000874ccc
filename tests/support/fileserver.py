"""A real HTTP server for files, with Range, that can be told to break off, to fail, or to send something else."""

import http.server
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FileServer:
    """What it serves and what it was asked. Change the fields while it runs."""

    files: dict[str, bytes] = field(default_factory=dict)
    break_off_after: int | None = None
    """Close the next connection after this many bytes of the body."""
    errors: list[int] = field(default_factory=list)
    """Status codes for the next requests, before any file is served."""
    ignore_range: bool = False
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """(path, Range header) of each request."""
    url: str = ""


class _Handler(http.server.BaseHTTPRequestHandler):
    state: FileServer

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.state.asked.append((self.path, wanted))
        if self.state.errors:
            self.send_error(self.state.errors.pop(0))
            return
        content = self.state.files.get(self.path.removeprefix("/"))
        if content is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and not self.state.ignore_range else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        body = content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.state.break_off_after is not None:
            body = body[: self.state.break_off_after]
            self.state.break_off_after = None
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The test's output is the test's."""


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[FileServer]:
    state = FileServer(files=dict(files))
    handler = type("Handler", (_Handler,), {"state": state})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
