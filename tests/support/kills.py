"""Random kills: who is killed when, by dice whose seed is printed and can be given again; and what came of it."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from tests.support.processes import Program

ROUNDS: Final = int(os.environ.get("INVIGIL_KILL_ROUNDS", "0"))
"""How often each victim is killed in a whole run (`make faults ROUNDS=25`); 0 within `make test`."""
PAUSE_S: Final = 1.5

Killed = Sequence[tuple[str, datetime]]
"""Which booth was killed when."""


class Kills:
    """Victims in random order, each as often as the others. `settle` waits until all is well again after a kill."""

    def __init__(self, victims: Mapping[str, Callable[[], Killed]], rounds: int) -> None:
        """A victim's callable kills it, has it started again, and tells which booths were killed with it, and when."""
        self.seed = int(os.environ.get("INVIGIL_KILL_SEED") or random.SystemRandom().randrange(2**32))
        self._dice = random.Random(self.seed)
        self._victims = victims
        self._order = [name for name in victims for _ in range(rounds)]
        self._dice.shuffle(self._order)
        self.done: Counter[str] = Counter()
        self.booths: list[tuple[str, datetime]] = []
        """For `reckon(killed=...)`."""

    def run(self, settle: Callable[[str], None]) -> None:
        print(f"seed {self.seed} (again: INVIGIL_KILL_SEED={self.seed})", file=sys.stderr)
        for victim in self._order:
            self.booths += self._victims[victim]()
            self.done[victim] += 1
            settle(victim)
            time.sleep(self._dice.uniform(0, PAUSE_S))  # the next kill falls anywhere between two batches

    def __str__(self) -> str:
        by_victim = ", ".join(f"{victim} {count}" for victim, count in sorted(self.done.items()))
        return f"{self.done.total()} kills: {by_victim}; seed {self.seed}"


def kill_and_start(program: Program, *booths: str) -> Killed:
    """A process, and the booths that live in it."""
    program.kill()
    at = datetime.now(UTC)
    program.start()
    return [(booth, at) for booth in booths]
