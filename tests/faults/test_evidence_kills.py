"""`kill -9` of the uploader and of the hub at random points of an upload: every file arrives, whole, and no other.

`INVIGIL_KILL_ROUNDS` makes it longer: eight kills a round (`make faults`: 200).
"""

import os
import random
import re
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from contract.chain import sha256_hex
from tests.support.postgres import rows_at
from tests.support.processes import Program, wait_for
from tests.support.stack import Stack, stack

KILLS = max(12, 8 * int(os.environ.get("INVIGIL_KILL_ROUNDS", "0")))
HUB_EVERY = 6
"""One kill in so many is the hub's, which takes seconds to start; its broker lives on as an orphan."""
UPLOAD_BPS = 24_000_000
"""A chunk every 0.1 s, so that a kill falls into one."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300 + 10 * KILLS)]


def test_whatever_is_killed_in_an_upload_every_file_arrives_whole(tmp_path: Path) -> None:
    dice = random.Random(5)
    with stack(tmp_path) as centre:
        config = centre.enrol("booth-1", camera_source=Path("none"))
        written = config.read_text()
        config.write_text(re.sub(r"^upload_bps = \d+$", f"upload_bps = {UPLOAD_BPS}", written, flags=re.MULTILINE))
        journal, enough = tmp_path / "journal", tmp_path / "enough"
        booth = Program(
            [sys.executable, "-m", "tests.support.uploading_booth", config, journal, enough], tmp_path / "uploads.log"
        )
        centre.booths["booth-1"] = booth.start()
        cut = 0
        for number in range(KILLS):
            before = taken(centre)
            wait_for("chunks to flow", partial(more_than, centre, booth, before))
            time.sleep(dice.uniform(0, 0.25))  # the kill falls anywhere in one of the next chunks
            cut += bool(unfinished(centre))
            if number % HUB_EVERY == HUB_EVERY - 1:
                centre.hub.kill()
                centre.start_hub()
            else:
                booth.kill()
                booth.start()
        enough.touch()
        wait_for("the spool to be empty", lambda: nothing_waits(config.parent / "state" / "spool"))
        assert booth.stop() == 0, booth.tail()
        will, kept = read_journal(journal)
        stored = {path.name: path for path in in_store(centre)}
        assert kept - stored.keys() == set(), "lost"
        assert stored.keys() - will == set(), "invented"
        assert [name for name, path in stored.items() if sha256_hex(path.read_bytes()) != name] == [], "corrupt"
        assert stored.keys() == known(centre), "what the database knows is what is there"
        assert unfinished(centre) == []
        assert cut > KILLS / 4, "hardly a kill fell into a file, so this shows nothing"
        print(f"{KILLS} kills, {cut} of them within a file; {len(kept)} files, {sum(map(size, stored.values()))} bytes")


def evidence_dir(centre: Stack) -> Path:
    return centre.data / "evidence"


def in_store(centre: Stack) -> list[Path]:
    return [path for path in evidence_dir(centre).glob("??/??/*") if path.is_file()]


def unfinished(centre: Stack) -> list[Path]:
    return list((evidence_dir(centre) / "unfinished").glob("*/*"))


def size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # renamed meanwhile: it has grown
        return 0


def taken(centre: Stack) -> int:
    """Bytes that the hub has on disk."""
    return sum(map(size, [*in_store(centre), *unfinished(centre)]))


def more_than(centre: Stack, booth: Program, before: int) -> bool:
    booth.must_run()
    return taken(centre) > before


def nothing_waits(spool: Path) -> bool:
    return not any(path.is_file() for path in spool.iterdir())


def known(centre: Stack) -> set[str]:
    return {name for (name,) in rows_at(centre.data, "SELECT sha256 FROM evidence_files")}


def read_journal(path: Path) -> tuple[set[str], set[str]]:
    """Files that were going to be put, and files that the spool had on disk."""
    said: dict[str, set[str]] = {"will": set(), "kept": set()}
    for line in path.read_text().splitlines():
        word, _, name = line.partition(" ")
        if len(name) == 64:
            said[word].add(name)
    return said["will"], said["kept"]
