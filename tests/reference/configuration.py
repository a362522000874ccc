"""docs/reference/configuration.md: every key of hub.toml and device.toml."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from contract.device import DeviceConfig
from hub.config import FileSettings
from tests.reference.markdown import kind, page, prose, table, value

INTRO: Final = """\
An unknown key is refused with the nearest known one, and so is a value that is none; the program then says file and
key and does not start. Secrets are never written into these files: a key that ends in `_file` names a file that only
the program's user can read. A path is relative to the folder of its file."""


def configuration() -> str:
    hub = (
        "`hub.toml` lies in the hub's data directory and is read at every start; options of `invigil-hub serve` "
        "override it. A hub starts without one."
    )
    device = (
        "`device.toml` is written by `invigil device enrol` and may be edited; restart the agent then. What may change "
        "during an exam comes from the hub."
    )
    return page(
        "Configuration",
        INTRO,
        ["## hub.toml\n", hub, ""],
        _section("hub.toml", FileSettings),
        ["## device.toml\n", device, ""],
        _section("device.toml", DeviceConfig),
    )


def _section(file: str, model: type[BaseModel], path: str = "") -> Iterator[str]:
    schema = model.model_json_schema()
    defs: dict[str, Any] = schema.get("$defs", {})
    yield from _keys(file, schema, defs, path)


def _keys(file: str, schema: dict[str, Any], defs: dict[str, Any], path: str) -> Iterator[str]:
    """The keys of one table, then the tables in it."""
    needed = set(schema.get("required", ()))
    inner: list[tuple[str, dict[str, Any], str]] = []
    rows = []
    for name, field in schema.get("properties", {}).items():
        found = _table_of(field, defs)
        if found is not None:
            inner.append((name, found, prose(field.get("description")) or prose(found.get("description"))))
            continue
        default = "needed" if name in needed else value(field.get("default"))
        rows.append((f"`{name}`", kind(field), default, prose(field.get("description"))))
    yield from table(("key", "is", "default", "means"), rows)
    for name, found, said in inner:
        where = f"{path}{name}"
        yield f"### `[{where}]` in {file}\n"
        yield said + "\n"
        yield from _keys(file, found, defs, f"{where}.")


def _table_of(field: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any] | None:
    """What is a table of its own in the file."""
    for each in (field, *field.get("anyOf", ()), *field.get("allOf", ())):
        name = each.get("$ref", "").rpartition("/")[2]
        if name and "properties" in defs[name]:
            found: dict[str, Any] = defs[name]
            return found
    return None
