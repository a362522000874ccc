"""The client of the hub's API against servers that are busy, broken, foreign, or refuse."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tenacity import wait_none

from provisioning import hub as hub_module
from provisioning.console import ProvisioningError
from provisioning.hub import TRIES, HubClient
from tests.support.processes import free_port

Answer = Callable[[http.server.BaseHTTPRequestHandler], tuple[int, dict[str, Any] | str]]


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "wait_random_exponential", lambda *_, **__: wait_none())


@contextmanager
def server(answer: Answer) -> Iterator[HubClient]:
    """A client with a token, and a server that answers everything with `answer`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _reply(self) -> None:
            status, body = answer(self)
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Retry-After", "17")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _reply  # noqa: N815 - the base class's names

        def log_message(self, *_: Any) -> None:
            """The test's output is the test's."""

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with HubClient(f"http://127.0.0.1:{httpd.server_address[1]}", token="ivg_secret") as client:
            yield client
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def counting(*answers: tuple[int, dict[str, Any] | str]) -> tuple[Answer, list[str]]:
    """One answer after the other, the last for ever; and what was asked."""
    asked: list[str] = []

    def answer(request: http.server.BaseHTTPRequestHandler) -> tuple[int, dict[str, Any] | str]:
        asked.append(f"{request.command} {request.path} {request.headers['Authorization']}")
        return answers[min(len(asked), len(answers)) - 1]

    return answer, asked


def test_a_token_is_sent_and_a_busy_hub_asked_again() -> None:
    answer, asked = counting((503, ""), (502, ""), (200, {"items": []}))
    with server(answer) as client:
        assert client.booths() == []
    assert asked == ["GET /api/v1/booths Bearer ivg_secret"] * 3


def test_what_changes_something_is_asked_once() -> None:
    answer, asked = counting((503, {"title": "Busy", "detail": "try again in a moment"}))
    with server(answer) as client, pytest.raises(ProvisioningError, match="the hub says: Busy") as caught:
        client.post("/devices/x/restart", {})
    assert caught.value.hint == "try again in a moment"
    assert len(asked) == 1


def test_a_hub_that_stays_busy_is_given_up() -> None:
    answer, asked = counting((503, {"title": "Busy", "detail": "disk"}))
    with server(answer) as client, pytest.raises(ProvisioningError, match="Busy"):
        client.booths()
    assert len(asked) == TRIES


def test_pages_are_followed_to_the_last() -> None:
    answer, asked = counting((200, {"items": [1, 2], "next": "c"}), (200, {"items": [3], "next": None}))
    with server(answer) as client:
        assert list(client.pages("/violations", kind=None)) == [1, 2, 3]
    assert [one.split()[1] for one in asked] == [
        "/api/v1/violations?limit=200",
        "/api/v1/violations?limit=200&before=c",
    ]


@pytest.mark.parametrize(
    ("status", "body", "message", "hint"),
    [
        (401, {"title": "Not a valid API token", "detail": "it is unknown"}, "it is unknown", "invigil hub login"),
        (403, {"title": "Not allowed", "detail": "this needs devices.manage"}, "devices.manage", "invigil hub whoami"),
        (404, {"title": "No such device", "detail": "list them"}, "No such device", "list them"),
        (429, {"title": "Too many", "detail": "slower"}, "slower", "17 seconds"),
        (404, "<h1>Not here</h1>", "Not here", "that of a hub"),
        (301, "", "HTTP 301", "that of a hub"),
        (200, "<h1>Welcome</h1>", "does not answer as a hub", "address"),
        (500, ["no object"], "HTTP 500", "version"),
    ],
)
def test_a_refusal_says_what_happened_and_what_to_do(status: int, body: Any, message: str, hint: str) -> None:
    answer, _ = counting((status, body))
    with server(answer) as client, pytest.raises(ProvisioningError) as caught:
        client.get("/me")
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert "ivg_secret" not in str(caught.value) + caught.value.hint


def test_nobody_there_is_said() -> None:
    with (
        HubClient(f"http://127.0.0.1:{free_port()}") as client,
        pytest.raises(ProvisioningError, match="does not answer"),
    ):
        client.get("/me")


def test_what_cannot_be_sent_is_said() -> None:
    with pytest.raises(ProvisioningError, match="neither the address nor the token"):
        HubClient("http://127.0.0.1:1", token="ivg_ü☃")
    with pytest.raises(ProvisioningError, match="cannot be used as an authority"):
        HubClient("https://127.0.0.1:1", ca_pem="no certificate")
