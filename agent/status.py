"""What the agent knows of itself, in a file beside its outbox, for programs on this device.

The doctor asks it instead of opening the camera a second time, and a support bundle has the last words of an agent that
is dead.

Nobody is named in it and nothing is shown: no viewers, no exam session, no picture.
"""

import contextlib
import logging
import os
import stat
import time
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from contract.messages import Health
from contract.wire import InvalidError, Timestamp, Wire

log = logging.getLogger(__name__)

NAME: Final = "status.json"
MOST_BYTES: Final = 256 * 1024
EVERY_S: Final = 10.0
"""Two kilobytes each time are some 20 MB a day, which is little for a card that takes terabytes."""
FRESH_S: Final = 35.0
"""Older words are those of an agent that is dead or hangs: three were left out."""

AgentState = Literal["running", "silent", "absent"]
"""`silent`: its process is there and has not said anything for longer than `FRESH_S`."""


class AgentStatus(Wire):
    pid: int = Field(ge=1)
    boot_id: str = Field("", max_length=40)
    boottime_s: float = Field(ge=0, description="since the board started, on a clock that does not jump")
    at: Timestamp
    health: Health
    exam_session_on: bool = False
    connected: bool = Field(False, description="to the broker")
    hub_here: bool = Field(False, description="the hub says that it listens")
    hub_version: str = Field("", max_length=40)
    last_ack_at: Timestamp | None = Field(None, description="when the hub last acknowledged events, since the start")
    waiting_since: Timestamp | None = Field(None, description="when the oldest event was written that waits")
    watchdog_s: float | None = Field(None, description="the service manager ends an agent that says nothing so long")
    brightness: float | None = Field(None, description="of the lit part of the camera's picture, 0 to 255")
    covered: bool | None = Field(None, description="the camera's picture shows nothing")
    microphone: Literal["none", "idle", "starting", "ok", "lost"] = "none"
    microphone_detail: str = Field("", max_length=300)


def status_path(state_dir: Path) -> Path:
    return state_dir / NAME


def write_status(state_dir: Path, status: AgentStatus) -> None:
    """Whole or not at all; not flushed, as nothing depends on it. A disk that does not take it stops nothing."""
    path = status_path(state_dir)
    part = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(status.to_json())
        os.replace(part, path)
    except OSError as error:
        log.debug("%s was not written: %s", path, error)
        with contextlib.suppress(OSError):
            part.unlink()


def last_words(state_dir: Path) -> AgentStatus | None:
    """As the agent last wrote them, however long ago; None where there are none that can be read."""
    try:
        return AgentStatus.parse(_read_plain(status_path(state_dir)))
    except (OSError, InvalidError, RecursionError):
        return None


def _read_plain(path: Path) -> bytes:
    """Root reads it as well, from a folder of the agent's user: no link, no pipe that waits for ever, no endless
    file."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        return file.read(MOST_BYTES) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""


def hear_agent(state_dir: Path, root: Path = Path("/")) -> tuple[AgentState, AgentStatus | None]:
    """Whether an agent runs on this state, and what it said; None where it says nothing now."""
    status = last_words(state_dir)
    if status is None or not _lives(status, root):
        return "absent", None
    age_s = boottime_s() - status.boottime_s
    return ("running", status) if 0 <= age_s <= FRESH_S else ("silent", None)


def boottime_s() -> float:
    """Seconds since the board started, those asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id(root: Path = Path("/")) -> str:
    """Which start of the board this is; empty where the kernel does not tell."""
    try:
        return (root / "proc/sys/kernel/random/boot_id").read_text().strip()[:40]
    except OSError:
        return ""


def _lives(status: AgentStatus, root: Path) -> bool:
    """Whether the process that wrote it is still there, and no other under its number."""
    if status.boot_id != boot_id(root):
        return False
    try:
        words = (root / "proc" / str(status.pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word.rpartition(b"/")[2] in {b"invigil-agent", b"agent"} for word in words)
