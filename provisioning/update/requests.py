"""What the agent was asked by the hub to have installed, which it may not do itself: a file and a word about it."""

import errno
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

REQUEST: Final = "request.json"
FILE: Final = "asked.release"


@dataclass(frozen=True, slots=True)
class Request:
    """`name` is the hub's; the journal repeats it, and the agent tells the hub what came of it."""

    name: str
    allow_older: bool
    folder: Path

    @property
    def file(self) -> Path:
        """Its name is fixed: what the agent writes leads nowhere else."""
        return self.folder / FILE

    def forget(self) -> None:
        """Whatever came of it. It stays while this is not reached, so that it is begun again after a power cut."""
        (self.folder / REQUEST).unlink(missing_ok=True)
        self.file.unlink(missing_ok=True)


def read_request(folder: Path) -> Request | None:
    """None where nothing is asked for. Links are not followed: root reads what another user writes."""
    try:
        with open_plain(folder / REQUEST, follow=False) as file:
            said = json.loads(file.read(64 * 1024))
        return Request(str(said["name"])[:80], said.get("allow_older") is True, folder)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Request("", False, folder)


def open_plain(path: Path, *, follow: bool = True) -> BinaryIO:
    """A file and nothing else: a pipe that another user put there would have root wait for ever. Raises `OSError`, also
    for a link that is not to be followed."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "is no file")
    return os.fdopen(handle, "rb")
