"""Fuzzing: a parser is fed with damaged and random input, and may refuse it, in its own words, soon, in little memory.

`INVIGIL_FUZZ` is how many inputs each parser gets (`make fuzz COUNT=100000`); without it, few enough for `make test`.
Hypothesis makes them: three of four are seeds (valid input) that `damage` has changed, the others are made up. What
fails is named by its seed and number, which make it again.
"""

import os
import random
import signal
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import damage

COUNT: Final = int(os.environ.get("INVIGIL_FUZZ", "0"))
SHORT: Final = 100
"""Inputs of a cheap parser in `make test`."""
CPU_LIMIT_S: Final = 10.0
"""Of this process's own time: whoever takes so long for one input hangs, however busy the machine is."""
MEMORY_FLOOR: Final = 4 * 2**20
MEMORY_RATIO: Final = 250
"""Bytes of Python objects that one byte of input may cost at the worst, beside the floor. A dict of one key has 232
bytes and needs seven to be written down (`{"":0},`)."""
WATCHED: Final = 8
"""Memory is measured for one input of so many: to count every allocation takes several times as long."""

Parse = Callable[[bytes], object]


def count_of(cheapness: float = 1.0, short: int = SHORT) -> int:
    """How many inputs; `cheapness` under 1 for what costs more than a parser of messages does."""
    return max(1, round((COUNT or short / max(cheapness, 1e-9)) * cheapness))


@dataclass
class Tally:
    """What came of the inputs of one parser."""

    parser: str
    inputs: int = 0
    taken: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    largest_ratio: float = 0.0

    def row(self) -> dict[str, Any]:
        return {
            "parser": self.parser,
            "inputs": self.inputs,
            "taken": self.taken,
            "refused": self.refused,
            "slowest_ms": round(self.slowest_s * 1000, 1),
            "bytes_per_byte": round(self.largest_ratio, 1),
        }


class HangError(Exception):
    """One input took longer than `CPU_LIMIT_S`."""


@contextmanager
def no_hang(limit_s: float = CPU_LIMIT_S) -> Iterator[None]:
    """In the main thread. The clock is the process's own time, and its signal not that of pytest-timeout."""

    def give_up(*_: object) -> None:
        raise HangError(f"one input took more than {limit_s:.0f} s of processor time")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@dataclass
class Fuzz:
    """Feeds one parser. `seeds` are valid by name; a seed that is a document is damaged as one, and its bytes too."""

    name: str
    parse: Parse
    seeds: dict[str, bytes]
    may_raise: tuple[type[Exception], ...]
    documents: dict[str, Any] = field(default_factory=dict)
    write: Callable[[Any], bytes] = damage.as_json
    made_up: st.SearchStrategy[bytes] = field(default_factory=lambda: st.binary(max_size=300))
    memory_floor: int = MEMORY_FLOOR
    memory_ratio: int = MEMORY_RATIO

    def run(self, count: int, record: Callable[[str, object], None]) -> Tally:
        """Raises for the first input that is neither taken nor refused."""
        tally = Tally(self.name)
        for name, seed in self.seeds.items():
            try:
                self.parse(seed)
            except self.may_raise as error:
                raise AssertionError(f"{self.name}: the seed {name} is refused as it is: {error}") from error
        names, seeds = list(self.seeds), list(self.seeds.values())

        def feed_damaged(case: tuple[str, int]) -> None:
            self._feed(self._damaged(*case, seeds), case, tally)

        def feed_made_up(data: bytes) -> None:
            self._feed(data, "made up", tally)

        self._drive(st.tuples(st.sampled_from(names), st.integers(0, 2**48)), feed_damaged, count - count // 4)
        self._drive(self.made_up, feed_made_up, max(1, count // 4))
        assert tally.inputs >= count * 0.9, f"{self.name}: only {tally.inputs} inputs of {count}"
        record("fuzz", tally.row())
        return tally

    def _drive(self, strategy: st.SearchStrategy[Any], feed: Callable[[Any], None], count: int) -> None:
        limits = settings(
            max_examples=count,
            derandomize=not COUNT,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        limits(given(strategy)(feed))()

    def _damaged(self, name: str, number: int, others: Sequence[bytes]) -> bytes:
        rng = random.Random(f"{name} {number}")
        if name in self.documents and number % 2:
            return self.write(damage.document_of(rng, self.documents[name], list(self.documents.values())))
        return damage.bytes_of(rng, self.seeds[name], others)

    def _feed(self, data: bytes, case: object, tally: Tally) -> None:
        tally.inputs += 1
        watched = tally.inputs % WATCHED == 0
        if watched:
            tracemalloc.start()
        began = time.process_time()
        try:
            with no_hang():
                self.parse(data)
            tally.taken += 1
        except self.may_raise:
            tally.refused += 1
        except Exception as error:
            raise AssertionError(
                f"{self.name}: {type(error).__name__}: {str(error)[:300]}; the input was {case!r}: {data[:400]!r}"
            ) from error
        finally:
            tally.slowest_s = max(tally.slowest_s, time.process_time() - began)
            if watched:
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
        if watched:
            over = max(0, peak - self.memory_floor)
            tally.largest_ratio = max(tally.largest_ratio, peak / max(len(data), 1024))
            assert over <= self.memory_ratio * len(data), (
                f"{self.name}: {peak} bytes of memory for {len(data)} of input: {case!r}"
            )


Record = Callable[[str, object], None]


def text_like(alphabet: str, max_size: int = 300) -> st.SearchStrategy[bytes]:
    """Random text of letters that mean something to the parser, and of any others."""
    letters = st.one_of(st.sampled_from(sorted(set(alphabet))), st.characters(exclude_categories=["Cs"]))
    return st.lists(letters, max_size=max_size).map(lambda found: "".join(found).encode())


def json_like() -> st.SearchStrategy[bytes]:
    """Any document that JSON can say, and a little that it cannot."""
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(damage.ODD_VALUES)
    )
    documents = st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner)),
        max_leaves=10,
    )
    return st.one_of(
        documents.map(damage.as_json), text_like('{}[]",:0123456789.-+eE\\utrfalsn "'), st.binary(max_size=200)
    )
