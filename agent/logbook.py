"""The newest lines of the agent's own log, kept in memory for a technician who asks for them from afar.

Only what the agent itself says, from `info` on and without tracebacks. Keys, codes and tokens are never logged; what
looks like one is blotted out here all the same, because these lines leave the device.
"""

import logging
import threading
from collections import deque
from typing import Final

from contract.blots import blot
from contract.upkeep import LOG_BYTES_MAX, LOG_LINE_CHARS, LogsReply

KEPT: Final = 1000
"""Lines; the oldest goes first. At most some hundred kilobytes."""

OURS: Final = ("agent", "contract")


class Logbook(logging.Handler):
    """Any thread. Records of libraries are not kept: nobody has looked at what they say."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._written = 0
        self._guard = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".", 1)[0] not in OURS:
            return
        try:
            line = self._line(record)
        except (TypeError, ValueError):  # a message that does not fit its arguments
            return
        with self._guard:
            self._lines.append(line)
            self._written += 1

    def newest(self, count: int) -> LogsReply:
        """As many as fit into one message, the oldest first."""
        with self._guard:
            kept, dropped = list(self._lines), self._written - len(self._lines)
        chosen: list[str] = []
        room = LOG_BYTES_MAX
        for line in reversed(kept[-count:]):
            room -= len(line.encode()) + 4
            if room < 0:
                break
            chosen.insert(0, line)
        return LogsReply(lines=tuple(chosen), dropped=dropped)

    def _line(self, record: logging.LogRecord) -> str:
        """On one line. Of an exception its kind alone: what it says may hold anything."""
        bare = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        text = self.format(bare)
        if record.exc_info and record.exc_info[0] is not None:
            text += f" [{record.exc_info[0].__name__}]"
        plain = "".join(letter if letter.isprintable() else " " for letter in text)
        return blot(plain)[:LOG_LINE_CHARS]
