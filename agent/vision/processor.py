"""What this machine can run without being killed for it."""

import ctypes
import platform
from pathlib import Path
from typing import Final

_AT_HWCAP: Final = 16
_HWCAP_ATOMICS: Final = 1 << 8
"""LSE atomics in the kernel's list for aarch64 (asm/hwcap.h); `atomics` in /proc/cpuinfo is the same bit."""


def why_no_mediapipe(
    machine: str | None = None,
    hwcap: int | None = None,
    possible: Path = Path("/sys/devices/system/cpu/possible"),
) -> str:
    """Why MediaPipe would end the process here; empty where it runs. Asked before its native library is touched.

    Its arm64 wheel is compiled for ARMv8.1's LSE atomics, which the Cortex-A53, A57 and A72 (Raspberry Pi 3 and 4,
    Jetson Nano, TX2) do not have: SIGILL as soon as a task is created. The kernel tells every process what its
    processor has (`AT_HWCAP`), also where /proc/cpuinfo is hidden or, under an emulator, the host's.
    And on Linux it aborts where the list of possible processors cannot be read.
    """
    if platform.system() == "Linux" and not _readable(possible):
        return f"MediaPipe needs to read {possible}, which this system does not show"
    if (machine or platform.machine()) != "aarch64":
        return ""
    if (_told_by_kernel(_AT_HWCAP) if hwcap is None else hwcap) & _HWCAP_ATOMICS:
        return ""
    return "this processor lacks the LSE atomics that MediaPipe's arm64 wheel needs (ARMv8.1, as in a Raspberry Pi 5)"


def _told_by_kernel(entry: int) -> int:
    """An entry of this process's auxiliary vector (getauxval(3)); 0 where the C library cannot say."""
    try:
        getauxval = ctypes.CDLL(None).getauxval
    except AttributeError:  # not Linux
        return 0
    getauxval.restype = ctypes.c_ulong
    return int(getauxval(ctypes.c_ulong(entry)))


def _readable(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
