"""Problem documents (RFC 9457): how every refused or failed request is answered."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.websockets import WebSocket

from hub.errors import HubError, RefusedError, StoreError
from hub.streaming.closing import FAILED, close_socket
from hub.views import Problem

log = logging.getLogger(__name__)


def problem_response(status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    body = Problem(title=title, status=status, detail=detail).model_dump_json()
    return Response(body, status, headers, media_type="application/problem+json")


def install_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(HubError, _hub_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 (registered for this class only)
    return problem_response(error.status, error.title, error.detail, error.headers)


async def _hub_error(request: Request | WebSocket, error: Exception) -> Any:
    """A WebSocket is closed; there is nothing to answer."""
    if isinstance(request, WebSocket):
        log.warning("%s: %s", request.url.path, error)
        await close_socket(request, FAILED, "the hub could not do this; connect again")
        return None
    log.warning("%s %s: %s", request.method, request.url.path, error)
    status = 500
    if isinstance(error, StoreError):
        status = 422 if error.lasting else 503
    hint = error.hint if isinstance(error, HubError) else ""
    return problem_response(status, "The hub could not do this", hint or f"{error}; try again in a moment")


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class only)
    findings = [f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in error.errors()]
    return problem_response(422, "The request is not valid", "; ".join(findings[:5]) or "check the request body")


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class only)
    title = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail and error.detail != title else f"{request.method} {request.url.path}: {title}"
    return problem_response(error.status_code, title, detail, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(500, "The hub failed", "this is a fault of the hub; its log has the details")
