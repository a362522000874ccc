"""The technician's guide, read as a test reads it: its fenced blocks, and what their comments say of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.processes import ROOT

GUIDE = ROOT / "docs" / "technician.md"
ON_A_BOARD = "make test-systemd"
"""In the comment of a block whose commands are run where a systemd is the first process."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its lines, and the comment right above it."""

    language: str
    lines: tuple[str, ...]
    comment: str
    at_line: int


def blocks(text: str) -> Iterator[Block]:
    comment, language, lines, began = "", "", None, 0
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if lines is None and bare.startswith("```"):
            language, lines, inside, began = bare[3:], (), [], number
        elif lines is not None and bare == "```":
            yield Block(language, tuple(inside), comment, began)
            lines, comment = None, ""
        elif lines is not None:
            inside.append(bare)
        elif found := re.fullmatch(r"<!-- (.*) -->", bare):
            comment = found[1]
        elif bare:
            comment = ""


def as_root(words: list[str]) -> list[str]:
    """Tests are root where the guide becomes it, and nobody else's data is at hand."""
    if words[:2] == ["sudo", "-u"]:
        return ["runuser", "-u", words[2], "--", *words[3:]] if words[2] == "invigil-agent" else words[3:]
    return words[1:] if words[0] == "sudo" else words
