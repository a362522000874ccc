"""What a program holds: memory, descriptors, threads and processor time of it and all that it started, out of /proc."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

PROC: Final = Path("/proc")
TICKS_HZ: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Held:
    """Sums over a program's processes. Memory in bytes.

    `resident` leaves shared memory out: PostgreSQL's buffers have a fixed size, and each of its processes counts as its
    own what it has touched of them. `pss` has them once, and of what programs share as files its part (proc(5)).
    """

    at_s: float
    resident: int
    pss: int
    descriptors: int
    threads: int
    processes: int
    cpu_s: float

    def as_json(self) -> dict[str, Any]:
        return {name: round(value, 2) for name, value in asdict(self).items()}


def held(roots: Mapping[str, int], at_s: float) -> dict[str, Held]:
    """Of each program by its first process; a program that is one of another's children counts for itself alone.

    Processes that come or go meanwhile are left out; so is a program that has ended.
    """
    children = _children()
    found = {}
    for name, root in roots.items():
        others = set(roots.values()) - {root}
        parts = [part for pid in _family(root, children, others) if (part := _of_process(pid))]
        if parts:
            found[name] = Held(
                at_s,
                resident=sum(part["VmRSS"] - part["RssShmem"] for part in parts),
                pss=sum(part["Pss"] for part in parts),
                descriptors=sum(part["descriptors"] for part in parts),
                threads=sum(part["Threads"] for part in parts),
                processes=len(parts),
                cpu_s=sum(part["ticks"] for part in parts) / TICKS_HZ,
            )
    return found


def _children() -> dict[int, list[int]]:
    """Of every process of this machine, by its parent."""
    found: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            found.setdefault(parent, []).append(int(folder.name))
    return found


def _family(root: int, children: Mapping[int, list[int]], without: set[int]) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += [child for child in children.get(pid, ()) if child not in without]
    return found


def _of_process(pid: int) -> dict[str, int] | None:
    folder = PROC / str(pid)
    try:
        status = _fields(folder / "status")
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        return {
            **{name: 1024 * status.get(name, 0) for name in ("VmRSS", "RssShmem")},
            "Pss": 1024 * _fields(folder / "smaps_rollup").get("Pss", 0),
            "Threads": status.get("Threads", 0),
            "descriptors": len(os.listdir(folder / "fd")),
            "ticks": int(fields[11]) + int(fields[12]),
        }
    except OSError:
        return None


def _fields(path: Path) -> dict[str, int]:
    """Lines such as `VmRSS:  1234 kB`, whose unit is left to the caller."""
    found = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        word = value.split()[0] if value.split() else ""
        if word.isdigit():
            found[name] = int(word)
    return found
