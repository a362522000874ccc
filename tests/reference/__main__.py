"""Writes docs/reference/ anew: `make docs`."""

from pathlib import Path
from typing import Final

from tests.reference.api import api
from tests.reference.commands import commands
from tests.reference.configuration import configuration
from tests.reference.topics import topics

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES: Final = {"api.md": api, "commands.md": commands, "configuration.md": configuration, "topics.md": topics}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), "utf-8")
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
