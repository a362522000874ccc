"""`invigil-agent simulate`: a crowd from the command line."""

import logging
import re
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from agent.errors import StorageError
from agent.simulation.crowd import Crowd
from agent.simulation.load import Load
from contract.wire import InvalidError

log = logging.getLogger(__name__)


def simulate(
    folder: Path,
    load: dict[str, Any],
    *,
    seconds: float,
    drain_s: float,
    share: str,
    seed: int,
    report: Path | None,
    journal: Path | None,
) -> int:
    """Exit codes: 0 the hub has all of it, 1 it has not, 2 cannot start."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    try:
        folders = _share(folder, share)
        with ExitStack() as opened:
            to = opened.enter_context(report.open("w")) if report else sys.stdout
            note = opened.enter_context(journal.open("w")) if journal else None
            crowd = Crowd(folders, Load.configure(load), seed, to, note)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda _number, _frame: threading.Thread(target=stop.set).start())
            return 0 if crowd.run(seconds, drain_s, stop) else 1
    except (InvalidError, StorageError, OSError) as error:
        log.error("The simulation cannot go on: %s", error)
        return 2


def _share(folder: Path, share: str) -> list[Path]:
    """The Kth of N parts; raises `InvalidError`."""
    asked = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", share)
    if not asked or int(asked[1]) > int(asked[2]):
        raise InvalidError(f"--share {share} is not K/N, such as 1/2")
    found = sorted(path.parent for path in folder.glob("*/device.toml"))
    if not found:
        raise InvalidError(f"no folder in {folder} has a device.toml; enrol some devices there first")
    return found[int(asked[1]) - 1 :: int(asked[2])]
