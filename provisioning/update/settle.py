"""Decides whether a new release stays: keeps it when its agent is well, goes back when it does not become so.

Everything about a trial is here, in the standard library alone, because this file is also copied to
`/opt/invigil/boot/settle.py` and run by the system's Python before every start of the agent and while a trial is on: it
must work when the new release does not (docs/decisions/0046). What is on disk, under the folder `/opt/invigil`:

    current                 link to the release that is started, replaced in one step
    releases/VERSION/       one release; whole once it has `release.json`
    state/update.json       the journal: how far the update is, replaced in one step
    state/trial             is there during a trial: systemd starts who watches it

Exit code 0, whatever was found: the agent is started in any case.
"""

import argparse
import fcntl
import json
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path("/opt/invigil")
CONFIG = Path("/etc/invigil/device.toml")
SERVICE = "invigil-agent.service"

LIMIT_S = 300.0
"""How long a new release may take until its agent is well; a slow card takes a minute to load the networks."""
STARTS_MAX = 3
"""How often its agent may be started until then: once more and the next start is the old release's."""
WELL_FOR_S = 45.0
"""How long the new agent must run before its word counts: longer than its watchdog leaves one that sees nothing."""
LOOK_S = 0.5
STATUS_MAX = 256 * 1024
FRESH_S = 35.0
"""How old the agent's word may be; it speaks every ten seconds."""

Journal = dict[str, Any]
NOTHING: Journal = {"phase": "none"}


def read_journal(root: Path) -> Journal:
    """One that cannot be read says nothing, and then nothing is changed."""
    try:
        journal = json.loads((root / "state" / "update.json").read_text())
    except (OSError, ValueError, RecursionError):
        return dict(NOTHING)
    return journal if isinstance(journal, dict) and isinstance(journal.get("phase"), str) else dict(NOTHING)


def write_journal(root: Path, journal: Journal) -> None:
    """All of it or nothing, on disk when this returns. Anybody may read it."""
    folder = root / "state"
    new = folder / "update.json.new"
    with new.open("w") as file:
        json.dump(journal, file, indent=1)
        file.flush()
        os.fchmod(file.fileno(), 0o644)
        os.fsync(file.fileno())
    os.replace(new, folder / "update.json")
    sync_folder(folder)


def current(root: Path) -> str:
    """The version that `current` points at; empty where it points at no release."""
    try:
        target = os.readlink(root / "current")
    except OSError:
        return ""
    folder = os.path.normpath(root / target)
    return os.path.basename(folder) if os.path.dirname(folder) == str(root / "releases") else ""


def point_at(root: Path, version: str) -> None:
    """Has `current` lead there, in one step, on disk when this returns."""
    new = root / "current.new"
    if new.is_symlink():
        new.unlink()
    new.symlink_to(Path("releases") / version)
    os.replace(new, root / "current")
    sync_folder(root)


def sync_folder(folder: Path) -> None:
    """The names in it are on disk when this returns."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def turn(root: Path) -> Iterator[None]:
    """Nobody else changes journal or link meanwhile; held for moments only."""
    (root / "state").mkdir(mode=0o755, exist_ok=True)
    with (root / "state" / "turn.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def now_s() -> float:
    """Seconds since the board started, which no clock that is set can change."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def status_file(config: Path) -> Path:
    """Where the agent says how it is: `status.json` in its `state_dir`.

    Read without `tomllib`, which the system's Python of JetPack 6 (3.10) does not have: one plain key before any table,
    as `invigil device enrol` writes it.
    """
    try:
        before_tables = re.split(r"^\[", config.read_text(), maxsplit=1, flags=re.MULTILINE)[0]
    except (OSError, ValueError):
        before_tables = ""
    found = re.search(r"""^state_dir\s*=\s*(["'])(.*?)\1""", before_tables, re.MULTILINE)
    return config.parent / (found[2] if found else "state") / "status.json"


def read_agent(status: Path) -> Journal:
    """What the running agent last said of itself; empty where none runs or it has not spoken for `FRESH_S`."""
    try:
        said = json.loads(_read_plain(status))
        age_s = now_s() - float(said["boottime_s"])
        speaks = (
            said["boot_id"] == boot_id() and -1.0 <= age_s <= FRESH_S and Path(f"/proc/{int(said['pid'])}").exists()
        )
        said["health"] = dict(said["health"])
    except (OSError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        return {}
    return dict(said) if speaks else {}


def _read_plain(path: Path) -> bytes:
    """The agent's own folder is not root's: a pipe there would have this wait for ever, an endless file would fill
    the memory. Raises `OSError`."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        return file.read(STATUS_MAX) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""


def is_well(said: Journal, journal: Journal) -> bool:
    """Whether the new release's agent was started since the switch, watches for long enough, and has reached the hub
    where the one before it had."""
    return not lacks(said, journal)


def lacks(said: Journal, journal: Journal) -> str:
    """What is missing from the agent's word, for people."""
    if not said:
        return "none runs"
    health = said["health"]
    try:
        uptime_s = float(health["uptime_s"])
        since_s = float(said["boottime_s"]) - uptime_s - float(journal["since_s"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return "nobody understands what it says"
    if health.get("version") != journal["to"] or since_s < -1.0:
        return "another one runs"
    if health.get("camera") not in ("ok", "lost"):
        return "its camera does not start"
    if uptime_s < float(journal["well_for_s"]):
        return f"it has run for {uptime_s:.0f} s only"
    if journal["needs_hub"] and said.get("hub_here") is not True:
        return "it does not reach the hub, which the one before it did"
    return ""


def settle(root: Path, status: Path, *, starting: bool = False) -> Journal:
    """One look at the trial, and what follows from it; gives the journal as it is then. `starting`: the agent is about
    to be started. Whatever is killed here, the next look ends in the same."""
    with turn(root):
        journal = read_journal(root)
        if journal["phase"] == "rolling_back":
            return _go_back(root, journal)
        if journal["phase"] == "trial":
            return _look(root, journal, status, starting)
        (root / "state" / "trial").unlink(missing_ok=True)
        return journal


def begin_trial(root: Path, journal: Journal) -> None:
    """Inside of a `turn`, right before the switch: from here on somebody watches."""
    (root / "state" / "trial").touch()
    write_journal(root, journal)


def give_up(root: Path, reason: str) -> Journal:
    """Ends a trial at once, for who knows that nothing can come of it."""
    with turn(root):
        journal = read_journal(root)
        return _give_up(root, journal, reason) if journal["phase"] == "trial" else journal


def _look(root: Path, journal: Journal, status: Path, starting: bool) -> Journal:
    there = current(root)
    if there != journal["to"]:
        reason = "it was cut off before the switch" if there == journal["from"] else f"current leads to {there!r} now"
        return _end(root, journal, "failed", reason)
    said = read_agent(status)
    if is_well(said, journal):
        return _end(root, journal, "healthy", "")
    if journal["boot_id"] != boot_id():
        journal = {**journal, "boot_id": boot_id(), "since_s": now_s()}
        write_journal(root, journal)
    if starting:
        journal = {**journal, "starts": int(journal["starts"]) + 1}
        write_journal(root, journal)
        if journal["starts"] > int(journal["starts_max"]):
            return _give_up(root, journal, f"its agent was started {journal['starts_max']} times and was never well")
    if now_s() - float(journal["since_s"]) > float(journal["limit_s"]):
        reason = f"its agent was not well within {journal['limit_s']:.0f} s: {lacks(said, journal)}"
        return _give_up(root, journal, reason)
    return journal


def _give_up(root: Path, journal: Journal, reason: str) -> Journal:
    journal = {**journal, "phase": "rolling_back", "reason": reason}
    write_journal(root, journal)
    return _go_back(root, journal)


def _go_back(root: Path, journal: Journal) -> Journal:
    point_at(root, journal["from"])
    return _end(root, journal, "rolled_back", journal["reason"])


def _end(root: Path, journal: Journal, phase: str, reason: str) -> Journal:
    journal = {**journal, "phase": phase, "reason": reason, "ended_at": time.time()}
    write_journal(root, journal)
    (root / "state" / "trial").unlink(missing_ok=True)
    return journal


def watch(root: Path, status: Path) -> Journal:
    """Until no trial is on; who started it may be dead."""
    while (journal := settle(root, status))["phase"] == "trial":
        time.sleep(LOOK_S)
    return journal


def main() -> None:
    """The system's Python runs this: `invigil-settle.service` before every start of the agent with --starting, and
    `invigil-update.service` during a trial."""
    parser = argparse.ArgumentParser(description="Keeps a new release whose agent is well, and leaves another.")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--starting", action="store_true", help="the agent is about to be started")
    options = parser.parse_args()
    before = read_journal(options.root)["phase"]
    try:
        if options.starting:
            journal = settle(options.root, status_file(options.config), starting=True)
        else:
            journal = watch(options.root, status_file(options.config))
    except Exception as error:
        print(f"the update could not be looked at: {error!r}", file=sys.stderr)
        return
    if journal["phase"] != before:
        print(f"release {journal.get('to')}: {journal['phase']} {journal.get('reason', '')}".rstrip())
    if journal["phase"] == "rolled_back" and before == "trial" and not options.starting:
        os.execvp("systemctl", ["systemctl", "--no-block", "restart", SERVICE])  # noqa: S606, S607 (no shell)


if __name__ == "__main__":
    main()
