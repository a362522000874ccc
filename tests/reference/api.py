"""docs/reference/api.md: every route of the hub, who may call it, what it takes and gives."""

from collections.abc import Iterator
from typing import Any, Final

from hub.app import create_app
from hub.people.permissions import PERMISSIONS
from tests.reference.markdown import anchor, fields, kind, page, prose, table, value
from tests.support.routes import EXPECTED

INTRO: Final = """\
The same as the hub's own OpenAPI document (`invigil-hub openapi`, or `/api/v1/openapi.json` of one that runs). JSON
everywhere; times are ISO 8601 with a zone. A person signs in with `POST /api/v1/sign-in` and has a cookie; a program
sends `Authorization: Bearer` with an API token. With a cookie, what changes something needs the header
`X-Invigil-Request: 1`. Refusals are problem documents (RFC 9457, `application/problem+json`) whose `detail` says what
to do. *Who* names the roles that may; for most it is also a matter of scope: the sites, rooms and booths that
somebody is responsible for."""


def api() -> str:
    document = create_app().openapi()
    return page("HTTP API", INTRO, _contents(document), _routes(document), _schemas(document))


def _operations(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """By subject."""
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ["the process itself"])[:1]:
                found.setdefault(tag, []).append((method.upper(), path, operation))
    return found


def _contents(document: dict[str, Any]) -> Iterator[str]:
    subjects = sorted(_operations(document))
    yield ", ".join(f"[{tag}](#{anchor(tag)})" for tag in subjects) + ", [types](#types)\n"


def _routes(document: dict[str, Any]) -> Iterator[str]:
    for tag, operations in sorted(_operations(document).items()):
        yield f"## {tag}\n"
        for method, path, operation in operations:
            yield f"### {method} {path}\n"
            yield f"{prose(operation.get('description') or operation.get('summary'))}\n"
            yield f"*Who:* {_who(operation)} *Operation:* `{operation['operationId']}`\n"
            yield from table(
                ("parameter", "in", "is", "means"), [_parameter(each) for each in operation.get("parameters", ())]
            )
            yield f"{_body(operation)}{_answers(operation)}\n"


def _who(operation: dict[str, Any]) -> str:
    expected = EXPECTED[operation["operationId"]]
    if "invigil-signature" in {each["name"].lower() for each in operation.get("parameters", ())}:
        return "a device, by its signature."
    if expected.anyone:
        return "anyone who reaches it."
    roles = "every role" if set(expected.roles) == set(PERMISSIONS) else ", ".join(expected.roles)
    token = "" if expected.by_token else "; not with an API token"
    return f"{roles}{', in their scope' if expected.scoped else ''}{token}."


def _parameter(found: dict[str, Any]) -> tuple[str, str, str, str]:
    schema = found.get("schema", {})
    default = f"default {value(schema['default'])}" if schema.get("default") is not None else ""
    needed = "" if found.get("required") else ", or left out"
    said = prose(found.get("description") or schema.get("description"))
    return f"`{found['name']}`", found["in"], f"{kind(schema, ' ')}{needed}", "; ".join(filter(None, (said, default)))


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return f"*Takes:* {_content(content)}. " if content else ""


def _answers(operation: dict[str, Any]) -> str:
    answers = {status: answer for status, answer in operation["responses"].items() if status != "default"}
    said = [
        f"{status}{', ' + _content(answer['content']) if answer.get('content') else ''}"
        for status, answer in answers.items()
    ]
    return f"*Gives:* {'; '.join(said)}."


def _content(content: dict[str, Any]) -> str:
    return " or ".join(
        kind(described["schema"], " ") if media == "application/json" and described.get("schema") else f"`{media}`"
        for media, described in content.items()
    )


def _schemas(document: dict[str, Any]) -> Iterator[str]:
    yield "## Types\n"
    for name, schema in document["components"]["schemas"].items():
        yield f"### {name}\n"
        said = prose(schema.get("description"))
        yield f"{said}\n" if said else ""
        yield from fields(schema, " ") if "properties" in schema else [f"{kind(schema, ' ')}\n"]
