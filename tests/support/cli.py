"""Commands of `invigil` in this process: what they print, and their exit code, as a shell would have them."""

import contextlib
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from unittest.mock import patch

from provisioning.__main__ import main


class Typed(io.StringIO):
    def __init__(self, text: str, terminal: bool) -> None:
        super().__init__(text)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


def invigil(*arguments: object, env: Mapping[str, str] | None = None, stdin: str = "", terminal: bool = False) -> Said:
    """One command to its end; `env` is added to the environment. `terminal`: somebody is there, who types `stdin`."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["invigil", *map(str, arguments)]
    code = 0
    with (
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", Typed(stdin, terminal)),
        patch.dict("os.environ", env or {}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    return Said(code, out.getvalue(), err.getvalue())
