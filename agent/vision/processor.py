"""What this machine can run without being killed for it."""

import platform
from pathlib import Path


def why_no_mediapipe(
    machine: str | None = None,
    cpuinfo: Path = Path("/proc/cpuinfo"),
    possible: Path = Path("/sys/devices/system/cpu/possible"),
) -> str:
    """Why MediaPipe would end the process here; empty where it runs. Asked before its native library is touched.

    Its arm64 wheel is compiled for ARMv8.1's LSE atomics, which the Cortex-A53, A57 and A72 (Raspberry Pi 3 and 4,
    Jetson Nano, TX2) do not have: SIGILL as soon as a task is created. `atomics` in the kernel's `Features` line tells.
    And on Linux it aborts where the list of possible processors cannot be read.
    """
    if platform.system() == "Linux" and not _readable(possible):
        return f"MediaPipe needs to read {possible}, which this system does not show"
    if (machine or platform.machine()) != "aarch64":
        return ""
    if any(line.startswith("Features") and "atomics" in line.split() for line in _readable(cpuinfo).splitlines()):
        return ""
    return "this processor lacks the LSE atomics that MediaPipe's arm64 wheel needs (ARMv8.1, as in a Raspberry Pi 5)"


def _readable(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
