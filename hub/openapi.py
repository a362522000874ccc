"""The OpenAPI document: routes, problem documents as errors, messages of the WebSockets, and the file beside a clip."""

from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from contract.boxes import ClipBoxes
from contract.sights import Sights
from hub.streaming.signals import BrowserSignal, HubSignal
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
    _add_messages(schemas, "LiveMessage", LiveMessage, "One message of /api/v1/live.")
    where = "/api/v1/booths/{booth_id}/view or /talk"
    _add_messages(schemas, "HubSignal", HubSignal, f"From the hub, on {where}.")
    sent = _add_messages(schemas, "BrowserSignal", BrowserSignal, f"From a browser, on {where}.", mode="validation")
    _add_messages(schemas, "ClipBoxes", ClipBoxes, "The file beside a clip: evidence with the role `boxes`.")
    _add_messages(schemas, "Sights", Sights, "From a booth to a browser, on the data channel `sights` of a view.")
    schemas["Problem"] = TypeAdapter(Problem).json_schema(ref_template=_REF, mode="serialization")
    for path in document["paths"].values():
        for operation in path.values():
            _answer_with_problems(operation)
    for name in _VALIDATION:
        schemas.pop(name, None)
    document["components"]["schemas"] = {
        name: schemas[name] if name in sent else _always_sent(schemas[name]) for name in sorted(schemas)
    }
    return document


def _add_messages(
    schemas: dict[str, Any],
    name: str,
    union: Any,
    description: str,
    mode: Literal["serialization", "validation"] = "serialization",
) -> set[str]:
    """The union and its members; returns those that are new. OpenAPI has no word for WebSockets."""
    found = TypeAdapter(union).json_schema(ref_template=_REF, mode=mode)
    members: dict[str, Any] = found.pop("$defs")
    new = members.keys() - schemas.keys()
    schemas.update({member: members[member] for member in new})
    schemas[name] = {"title": name, "description": description, **found}
    return new


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
