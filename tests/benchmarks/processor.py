"""Processor time of programs that a benchmark watches, by what the kernel counts (proc(5))."""

import os
from pathlib import Path
from typing import Final

_TICK_S: Final = 1.0 / os.sysconf("SC_CLK_TCK")


def alone_s(pid: int) -> float:
    """Of this process, without its children."""
    return sum(map(int, _fields(pid)[11:13])) * _TICK_S


def together_s(pid: int) -> float:
    """Of this process and all below it, also those that have ended."""
    return sum(map(int, _fields(pid)[11:15])) * _TICK_S + sum(together_s(child) for child in children(pid))


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for listed in found for child in listed.read_text().split()]


def child_named(pid: int, name: str) -> int:
    """The child that runs a program of this name."""
    return next(child for child in children(pid) if Path(f"/proc/{child}/comm").read_text().strip() == name)


def _fields(pid: int) -> list[str]:
    """Of `stat`, from the process's state on: its name, which comes before, may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
