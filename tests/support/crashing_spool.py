"""Kills a process that works on a spool at a chosen call to the system, cuts the power, and looks what is left.

    python -m tests.support.crashing_spool FOLDER POINTS SEED

Each round is a process of its own over the same folder. It dies by SIGKILL before, after or in the middle of one of its
`open`, `write`, `fsync`, `rename` and `unlink`; of a `write` any number of bytes may have arrived. Then the power is
cut: of what was not flushed some of the end is lost, and a name that was not flushed may be the old one again. Prints
one line with what was seen; leaves with an error if a promise was broken.
"""

import logging
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from agent.errors import StorageError
from agent.evidence.spool import ROLE_OF, VALUE, Spool
from agent.health import Trouble
from contract.chain import sha256_hex

KEY = bytes(range(32))
MAX_BYTES = 600_000
CALLS = 70
"""About as many calls as one round makes."""


class Journal:
    """Lines that outlive the process: what it was about to do and what it was promised."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._write = os.write

    def __call__(self, *words: object) -> None:
        self._write(self._handle, (" ".join(map(str, words)) + "\n").encode())


class Crash:
    """Stands between the spool and the operating system."""

    def __init__(self, journal: Journal, dice: random.Random, at: int) -> None:
        self._journal, self._dice, self._left = journal, dice, at
        self._paths: dict[int, str] = {}
        self._real = {name: getattr(os, name) for name in ("open", "write", "fsync", "replace", "unlink")}

    def arm(self) -> None:
        for name in self._real:
            setattr(os, name, self._instead_of(name))

    def _instead_of(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._left -= 1
            when = self._dice.choice(("before", "after")) if self._left == 0 else "never"
            if when == "before":
                self._die(name, *arguments)
            result = self._real[name](*arguments)
            self._note(name, arguments, result)
            if when == "after":
                self._die(name)
            return result

        return call

    def _note(self, name: str, arguments: tuple[Any, ...], result: Any) -> None:
        if name == "open":
            self._paths[result] = str(arguments[0])
            if arguments[1] & os.O_CREAT:
                self._journal("made", arguments[0])
        elif name == "fsync":
            self._journal("flushed", self._paths[arguments[0]])
        elif name == "replace":
            self._journal("named", *arguments)

    def _die(self, name: str, *arguments: Any) -> NoReturn:
        if name == "write" and arguments:
            self._real["write"](arguments[0], bytes(arguments[1])[: self._dice.randrange(len(arguments[1]))])
        self._journal("died", name)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives that")


def work(folder: Path, journal: Journal, dice: random.Random) -> None:
    """What a booth does with its spool, all of it at random."""
    Crash(journal, dice, dice.randrange(1, CALLS)).arm()
    spool = opened(folder, journal)
    for _ in range(8):
        waiting = spool.files()
        match dice.choice(("put", "put", "put", "remove", "refuse")):
            case "put":
                data = dice.randbytes(dice.choice((1, 900, 65_536, 140_000)))
                media_type = dice.choice(list(ROLE_OF))
                journal("will", sha256_hex(data))
                try:
                    spool.put(data, media_type, role=dice.choice(list(VALUE)))
                except StorageError:
                    continue
                journal("kept", sha256_hex(data))
            case "remove" if waiting:
                journal("gone", waiting[0].sha256)
                spool.remove(waiting[0].sha256)
            case "refuse" if waiting:
                journal("refused", waiting[-1].sha256)
                spool.refuse(waiting[-1].sha256)
    journal("survived")


def opened(folder: Path, journal: Journal) -> Spool:
    spool = Spool(folder, MAX_BYTES, Trouble(), KEY, reserve_bytes=0)
    spool.on_dropped = lambda file, reason: journal("gone" if reason == "spool_full" else reason, file.sha256)
    spool.tell_of_damage()
    return spool


def cut_the_power(lines: list[list[str]], dice: random.Random) -> None:
    """What the disk was never told to keep may be lost, in part or wholly, in any combination."""
    unflushed: set[str] = set()
    unnamed: list[tuple[str, str]] = []
    for word, *rest in lines:
        if word == "made":
            unflushed.add(rest[0])
        elif word == "flushed":
            unflushed.discard(rest[0])
            unnamed = [name for name in unnamed if str(Path(name[1]).parent) != rest[0]]
        elif word == "named":
            unnamed.append((rest[0], rest[1]))
    for path in unflushed:
        if os.path.exists(path):
            os.truncate(path, dice.randrange(os.path.getsize(path) + 1))
    for old, new in reversed(unnamed):
        if os.path.exists(new) and dice.random() < 0.5:
            os.replace(new, old)


def check(folder: Path, lines: list[list[str]]) -> None:
    said: dict[str, set[str]] = {word: set() for word in ("will", "kept", "gone", "damaged")}
    for word, *rest in lines:
        if word in said:
            said[word].add(rest[0])
    before = Journal(folder.parent / "after")
    spool = opened(folder, before)
    held = {file.sha256 for file in spool.files()}
    aside = {path.stem for path in (folder / "refused").iterdir()}
    problems = {
        "acknowledged and lost": said["kept"] - said["gone"] - held - aside,
        "half a file": said["damaged"] | set((folder.parent / "after").read_text().split()),
        "never put": held - said["will"],
        "left over": {path.name for path in folder.glob("*.part")},
        "over its bound": {p.name for p in folder.rglob("*") if p.is_file()} if occupied(folder) > MAX_BYTES else set(),
    }
    for sha256 in held:
        with spool.open(sha256) as file:
            if sha256_hex(file.read()) != sha256:
                problems["half a file"].add(sha256)
    broken = {what: files for what, files in problems.items() if files}
    if broken:
        sys.exit(f"{lines[-1]}: {broken}")


def occupied(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(folder: Path, points: int, seed: int) -> None:
    logging.disable()
    dice = random.Random(seed)
    history: list[list[str]] = []
    died: Counter[str] = Counter()
    rounds = 0
    while died.total() < points:
        rounds += 1
        path = folder.parent / f"journal-{rounds}"
        mine = random.Random(dice.random())
        if (child := os.fork()) == 0:
            work(folder, Journal(path), mine)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        lines = [line.split() for line in path.read_text().splitlines()]
        if os.waitstatus_to_exitcode(status) == -signal.SIGKILL:
            died[lines[-1][1]] += 1
            cut_the_power(lines, mine)
        elif status:
            sys.exit(f"round {rounds} failed by itself")
        history += [line for line in lines if line[0] in ("will", "kept", "gone", "damaged", "refused")]
        check(folder, [*history, [f"round {rounds}", *lines[-1]]])
    kept = sum(line[0] == "kept" for line in history)
    print(f"{died.total()} crashes in {rounds} rounds, {kept} files kept: {dict(died)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
