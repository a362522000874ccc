"""Every command of `invigil`, `invigil-hub` and `invigil-agent`: it explains itself with an example, and what it prints
can be had as JSON, or the list here says why not."""

import importlib
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import typer.main
from typer.testing import CliRunner

PROGRAMS: Final = {
    "invigil": "provisioning.__main__",
    "invigil-hub": "hub.__main__",
    "invigil-agent": "agent.__main__",
}

WITHOUT_JSON: Final[dict[str, str]] = {
    "invigil device announce": "runs until it is ended, and has no answer",
    "invigil-agent judge": "hidden: the agent starts it, and reads a state a line",
    "invigil-agent replay": "writes a file of JSON lines for each video",
    "invigil-agent run": "runs until it is ended; its log is JSON where that is wished for",
    "invigil-agent simulate": "prints a line of JSON a second",
    "invigil-agent speed": "hidden: the doctor starts it, and reads JSON",
    "invigil-hub audit export": "prints a line of JSON for each entry and nothing else",
    "invigil-hub ingest": "runs until it is ended; log_format = json",
    "invigil-hub openapi": "prints JSON and nothing else",
    "invigil-hub report": "writes files, of JSON as well: --json-file",
    "invigil-hub serve": "runs until it is ended; hub.json says when it is ready",
}
"""Each with its reason."""


def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command below, with the words that it is called by. Groups are their commands."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for word, each in below.items():
        yield from walk(f"{name} {word}", each)


def tree(program: str) -> Any:
    return typer.main.get_command(importlib.import_module(PROGRAMS[program]).app)


COMMANDS: Final = {name: command for program in PROGRAMS for name, command in walk(program, tree(program))}
NAMES: Final = sorted(COMMANDS)
SHOWN: Final = [name for name in NAMES if not COMMANDS[name].hidden]


def help_of(name: str) -> str:
    program, *words = name.split()
    module = importlib.import_module(PROGRAMS[program])
    said = CliRunner().invoke(module.app, [*words, "--help"], prog_name=program)
    assert said.exit_code == 0, said.output
    return said.output


def test_the_walk_sees_the_commands() -> None:
    assert {"invigil fleet list", "invigil verify", "invigil-hub booth add", "invigil-agent run"} <= COMMANDS.keys()
    assert len(NAMES) > 40


@pytest.mark.parametrize("name", NAMES)
def test_a_command_explains_itself_with_an_example(name: str) -> None:
    said = help_of(name)
    assert f"Usage: {name}" in said
    assert COMMANDS[name].help, f"{name} does not say what it does"
    if name in SHOWN:
        examples = re.search(r"Examples?: +(.*)", said, re.DOTALL)
        assert examples is not None, f"{name} --help shows no example"
        assert name in " ".join(examples.group(1).split()), f"no example of {name} calls it by its name"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_command_prints_can_be_had_as_json(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    has_json = "--json" in options or "--format" in options
    assert has_json is not (name in WITHOUT_JSON), f"{name}: give it --json, or say above why not"


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is(name: str) -> None:
    silent = [
        parameter.opts[0]
        for parameter in COMMANDS[name].params
        if parameter.param_type_name == "option" and not parameter.help
    ]
    assert silent == [], f"{name}: options without a word of help"


@pytest.mark.parametrize("name", [name for name in SHOWN if name.startswith("invigil ")])
def test_a_technicians_command_names_its_exit_codes(name: str) -> None:
    assert "Exit codes:" in help_of(name), name


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_word_that_is_no_command_is_refused(program: str) -> None:
    module = importlib.import_module(PROGRAMS[program])
    said = CliRunner().invoke(module.app, ["levitate"], prog_name=program)
    assert said.exit_code == 2
    assert "No such command" in said.output


def test_reasons_are_given_for_commands_that_there_are() -> None:
    assert WITHOUT_JSON.keys() <= COMMANDS.keys()
