"""What programs need while a benchmark watches them: processor time and memory, by what the kernel counts (proc(5))."""

import time
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processor import children, together_s


@dataclass(frozen=True, slots=True)
class Cost:
    percent: float
    """Of one core."""
    pss_mb: float
    """Proportional: what several programs share counts once, in parts."""
    rss_mb: float


def cost_of(pids: Mapping[str, int], seconds: float) -> dict[str, Cost]:
    """Of each program during so long, without those of its children that are named themselves."""
    before, began = _used_s(pids), time.monotonic()
    time.sleep(seconds)
    after, took_s = _used_s(pids), time.monotonic() - began
    return {
        name: Cost(100 * (after[name] - before[name]) / took_s, *memory_mb(pid, set(pids.values())))
        for name, pid in pids.items()
    }


def memory_mb(pid: int, without: Set[int] = frozenset()) -> tuple[float, float]:
    """PSS and RSS of it and all below it."""
    pss_kb = rss_kb = 0
    for each in (pid, *_below(pid, without)):
        fields = (line.split() for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()[1:])
        held = {words[0]: int(words[1]) for words in fields}
        pss_kb += held["Pss:"]
        rss_kb += held["Rss:"]
    return pss_kb / 1024, rss_kb / 1024


def _below(pid: int, without: Set[int]) -> list[int]:
    found = [child for child in children(pid) if child not in without]
    return [*found, *(other for child in found for other in _below(child, without))]


def _used_s(pids: Mapping[str, int]) -> dict[str, float]:
    used = {name: together_s(pid) for name, pid in pids.items()}
    inner = {name: [other for other, child in pids.items() if child in children(pid)] for name, pid in pids.items()}
    return {name: used_s - sum(used[other] for other in inner[name]) for name, used_s in used.items()}
