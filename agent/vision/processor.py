"""What this processor can run."""

import platform
from pathlib import Path


def lacks_atomics(machine: str | None = None, cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether MediaPipe's arm64 wheel would kill the process with SIGILL here.

    It is compiled for ARMv8.1's LSE atomics, which the Cortex-A53, A57 and A72 (Raspberry Pi 3 and 4, Jetson Nano, TX2)
    do not have. `atomics` in the kernel's `Features` line tells. A file that cannot be read counts as lacking.
    """
    if (machine or platform.machine()) != "aarch64":
        return False
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return True
    return not any(line.startswith("Features") and "atomics" in line.split() for line in lines)
