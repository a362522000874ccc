"""A hall of booths (`tests.support.full_wall`) that runs beside a test, for as long as it is needed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from playwright.sync_api import Page


@dataclass
class Hall:
    """Where it is, and who may enter."""

    url: str
    username: str
    password: str
    words: IO[str]

    def updates(self, per_second: float) -> None:
        """So many violations a second open or end from now on."""
        self.words.write(f"{per_second}\n")
        self.words.flush()

    def sign_in(self, page: Page) -> None:
        page.goto(self.url)
        page.get_by_label("User name").fill(self.username)
        page.get_by_label("Password", exact=True).fill(self.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_test_id("booth-tile").first.wait_for(state="attached")


@contextmanager
def hall(folder: Path, booths: int) -> Iterator[Hall]:
    """It keeps its data in `folder`."""
    command = [sys.executable, "-m", "tests.support.full_wall", str(folder), str(booths)]
    with (folder / "hall.log").open("w") as log:
        program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    assert program.stdin is not None
    assert program.stdout is not None
    try:
        told = program.stdout.readline()
        assert told, (folder / "hall.log").read_text()
        yield Hall(**json.loads(told), words=program.stdin)
    finally:
        program.stdin.close()
        program.wait(60)
        program.stdout.close()
