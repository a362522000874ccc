"""docs/reference/commands.md: every command of the three programs, with its options, from the programs themselves."""

import inspect
from collections.abc import Iterator
from typing import Any, Final

import typer

from agent.__main__ import app as agent
from hub.__main__ import app as hub
from provisioning.__main__ import app as provisioning
from tests.reference.markdown import page, prose, table, value

PROGRAMS: Final = {
    "invigil": (provisioning, "The technician's: on a laptop, on a device, on the hub."),
    "invigil-hub": (hub, "The administrator's, on the hub's machine."),
    "invigil-agent": (agent, "On the device, mostly started by systemd."),
}
INTRO: Final = "`--help` of each says the same."


def commands() -> str:
    return page("Commands", INTRO, *(_program(name, *known) for name, known in PROGRAMS.items()))


def _program(name: str, app: typer.Typer, said: str) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{said}\n"
    yield from _walk(name, typer.main.get_command(app))


def _walk(name: str, command: Any) -> Iterator[str]:
    if command.hidden:
        return
    inner: dict[str, Any] = getattr(command, "commands", {})
    if not inner or command.params:
        yield from _one(name, command, heading="###" if not inner else "")
    for word in sorted(inner):
        yield from _walk(f"{name} {word}", inner[word])


def _one(name: str, command: Any, heading: str) -> Iterator[str]:
    context = command.context_class(command, info_name=name)
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    if heading:
        takes = "".join(f" {piece}" for each in arguments for piece in each.get_usage_pieces(context))
        yield f"{heading} {name}\n"
        yield f"`{name}{takes}`\n"
        yield _paragraphs(command.help) + "\n"
    options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
    rows = [
        (
            ", ".join(f"`{opt}`" for opt in (*each.opts, *each.secondary_opts)),
            "" if each.is_flag else f"`{each.metavar or each.display_type(context)}`",
            _default(each),
            prose(each.help),
        )
        for each in options
        if each.name != "help"
    ]
    yield from table(("option", "takes", "default", "means"), rows)
    yield from table(("argument", "means"), [(f"`{each.display_name_raw}`", prose(each.help)) for each in arguments])
    if command.epilog:
        yield "```text\n" + inspect.cleandoc(command.epilog.replace("\b\n", "").replace("\b", "")) + "\n```\n"


def _paragraphs(text: str | None) -> str:
    return prose((text or "").replace("\b\n", "").replace("\f", ""))


def _default(option: Any) -> str:
    if option.required:
        return "needed"
    default = option.default() if callable(option.default) else option.default
    if default is None or default == [] or default is False or default == "":
        return f"`${option.envvar}`" if option.envvar else ""
    return value(default if isinstance(default, str | int | float | bool) else str(default))
