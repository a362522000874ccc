"""How far a chain has come: the highest number seen and the ranges below it that are missing. Arithmetic only."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

Range = tuple[int, int]
"""First and last number, both included."""

MAX_GAPS: Final = 1000
"""Ranges that may be missing in one chain. Beyond, numbers that would open another are not taken until some come."""


class ChainProgress:
    def __init__(self, max_seq: int = 0, gaps: Iterable[Range] = ()) -> None:
        self.max_seq = max_seq
        self._gaps = sorted(gaps)
        self._before = frozenset(self._gaps)

    @property
    def gaps(self) -> tuple[Range, ...]:
        """Missing ranges, lowest first."""
        return tuple(self._gaps)

    def take(self, seq: int) -> bool:
        """Notes that `seq` is here. False, and nothing noted, where that would open one range too many."""
        if seq > self.max_seq:
            if seq > self.max_seq + 1:
                if len(self._gaps) >= MAX_GAPS:
                    return False
                self._gaps.append((self.max_seq + 1, seq - 1))
            self.max_seq = seq
            return True
        index = bisect_right(self._gaps, (seq, 2**63)) - 1
        if index < 0 or self._gaps[index][1] < seq:
            return True
        first, last = self._gaps[index]
        rest = [part for part in ((first, seq - 1), (seq + 1, last)) if part[0] <= part[1]]
        if len(self._gaps) - 1 + len(rest) > MAX_GAPS:
            return False
        self._gaps[index : index + 1] = rest
        return True

    def closed(self) -> frozenset[Range]:
        """Ranges that were missing at the beginning and are not, or are shorter."""
        return self._before - frozenset(self._gaps)

    def opened(self) -> frozenset[Range]:
        """Ranges that are missing now and were not, in this length, at the beginning."""
        return frozenset(self._gaps) - self._before


def ranges(numbers: Iterable[int]) -> list[Range]:
    """Numbers, in any order and repeated, as ranges."""
    found: list[Range] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
