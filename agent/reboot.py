"""Asking for the board to be started again. The agent may not do that itself: a unit of systemd does, for a file.

`invigil-reboot.path` looks for the file and starts `invigil-reboot.service`, which removes it and has systemd reboot
(docs/decisions/0051). A file that stays says that nobody looks.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from contract.live import DoneReply
from contract.messages import AnyReply, ErrorReply

log = logging.getLogger(__name__)

FILE: Final = "reboot"
HEEDED_WITHIN_S: Final = 5.0
"""systemd looks at once; the hub waits ten seconds for the answer."""
LOOK_EVERY_S: Final = 0.05
NOBODY: Final = ErrorReply(
    reason="nothing on this device starts its board again for the agent; install its units with: "
    "sudo invigil device install"
)


class Reboot:
    """`ask` is for any thread and waits for nothing."""

    def __init__(self, environ: Mapping[str, str] | None = None, *, within_s: float = HEEDED_WITHIN_S) -> None:
        """The folder is the service's own in `/run`, which systemd names; without it there is nobody to ask."""
        folder = (os.environ if environ is None else environ).get("RUNTIME_DIRECTORY", "").split(":")[0]
        self._file = Path(folder) / FILE if folder else None
        self._within_s = within_s

    def ask(self) -> AnyReply | Future[AnyReply]:
        """Done when somebody took the wish; what follows ends this process."""
        if self._file is None:
            return NOBODY
        try:
            self._file.touch(mode=0o600)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._file, error.strerror)
            return NOBODY
        log.warning("Somebody asked for the board to be started again.")
        answer: Future[AnyReply] = Future()
        threading.Thread(target=self._wait, args=(self._file, answer), name="reboot", daemon=True).start()
        return answer

    def _wait(self, file: Path, answer: Future[AnyReply]) -> None:
        deadline = time.monotonic() + self._within_s
        while time.monotonic() < deadline:
            if not file.exists():
                answer.set_result(DoneReply())
                return
            time.sleep(LOOK_EVERY_S)
        file.unlink(missing_ok=True)  # nobody is to find it later, in the middle of something
        answer.set_result(NOBODY)
