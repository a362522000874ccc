"""The OpenAPI document: the routes, problem documents as errors, and the live messages of the WebSocket."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from hub.views import LiveMessage, Problem

_REF = "#/components/schemas/{model}"
_VALIDATION = ("HTTPValidationError", "ValidationError")


def install_openapi(app: FastAPI) -> None:
    app.openapi = lambda: _cached(app)  # type: ignore[method-assign]


def _cached(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = _build(app)
    return app.openapi_schema


def _build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    live = TypeAdapter(LiveMessage).json_schema(ref_template=_REF, mode="serialization")
    for name, schema in live.pop("$defs").items():
        schemas.setdefault(name, schema)
    schemas["LiveMessage"] = {"title": "LiveMessage", "description": "One message of /api/v1/live.", **live}
    schemas["Problem"] = TypeAdapter(Problem).json_schema(ref_template=_REF, mode="serialization")
    for path in document["paths"].values():
        for operation in path.values():
            _answer_with_problems(operation)
    for name in _VALIDATION:
        schemas.pop(name, None)
    document["components"]["schemas"] = {name: _always_sent(schemas[name]) for name in sorted(schemas)}
    return document


def _answer_with_problems(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = {
        "description": "Refused or failed; `detail` says what to do",
        "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
    }


def _always_sent(schema: dict[str, Any]) -> dict[str, Any]:
    """Pydantic writes every field, also those with a default: a generated type need not treat them as absent."""
    if schema.get("type") == "object" and "properties" in schema and not schema.get("title", "").endswith("Request"):
        return {**schema, "required": list(schema["properties"])}
    return schema
