"""Tables and types in Markdown, from JSON schemas."""

import inspect
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

WRITTEN: Final = "<!-- Written by `make docs`; changes here are lost. -->"
_LIMITS: Final = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "minLength": "length ≥ {}",
    "maxLength": "length ≤ {}",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "maxProperties": "at most {}",
    "pattern": "`{}`",
}


def page(title: str, intro: str, *parts: Iterable[str]) -> str:
    lines = [f"# {title}", "", WRITTEN, "", prose(intro), ""]
    for part in parts:
        lines += part
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Empty where there are no rows."""
    found = list(rows)
    if not found:
        return []
    return [_row(head), "|" + "---|" * len(head), *map(_row, found), ""]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def prose(text: str | None) -> str:
    """A docstring in paragraphs, each on one line."""
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def kind(schema: dict[str, Any], link: str = "") -> str:
    """What a value may be, with its limits. `link` is before the anchors of other types; empty: no links."""
    limits = ", ".join(text.format(schema[name]) for name, text in _LIMITS.items() if name in schema)
    return _kind(schema, link) + (f", {limits}" if limits else "")


def _kind(schema: dict[str, Any], link: str) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}]({link.strip()}#{anchor(name)})" if link else name
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(kind(each, link) for each in schema[several]))
    if "const" in schema:
        return value(schema["const"])
    if "enum" in schema:
        return ", ".join(value(each) for each in schema["enum"])
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"list of {len(schema['prefixItems'])}: " + ", ".join(
                kind(each, link) for each in schema["prefixItems"]
            )
        return f"list of {kind(schema.get('items', {}), link)}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind(schema['additionalProperties'], link)}"
    names = {"string": "text", "null": "nothing", "boolean": "yes or no", None: "anything"}
    forms = {"date-time": "time", "uuid": "UUID", "date": "date", "binary": "bytes", "path": "path"}
    return forms.get(schema.get("format", ""), names.get(schema.get("type"), str(schema.get("type"))))


def value(found: Any) -> str:
    return "" if found is None else f"`{json.dumps(found, ensure_ascii=False)}`"


def fields(schema: dict[str, Any], link: str) -> list[str]:
    """The table of an object's fields."""
    needed = set(schema.get("required", ()))
    rows = [
        (
            f"`{name}`",
            kind(field, link),
            "needed" if name in needed else value(field.get("default")),
            prose(field.get("description")),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    return table(("field", "is", "default", "means"), rows)
