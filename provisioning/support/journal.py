"""Lines of the system's journal and the kernel's, chosen: what our services and systemd say, no one else's words."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from provisioning.console import ProvisioningError
from provisioning.programs import ask

UNITS: Final = (
    "invigil-agent.service",
    "invigil-screen.service",
    "invigil-renew.service",
    "invigil-renew.timer",
    "invigil-announce.service",
    "invigil-settle.service",
    "invigil-update.service",
    "invigil-reboot.service",
)
LINES: Final = 3000
SINCE: Final = "-3d"
TIMEOUT_S: Final = 30.0

OURS: Final = re.compile(r"^\S+ \S+ (?:DEBUG|INFO|WARNING|ERROR|CRITICAL) (?:agent|contract|provisioning)[\w.]*: ")
"""A line of our own log. A traceback, a browser and a library say what they like, so their lines are left out."""
KERNEL: Final = re.compile(
    r"(?i)\b(?:mmc\w*|usb|uvcvideo|video\d*|unicam|imx\w*|ov\d+|voltage|throttl\w*|thermal|oom|out of memory|"
    r"killed process|ext4\w*|i/o error|watchdog|rpi\w*|tegra\w*|nvargus\w*|snd\w*|alsa)\b"
)
"""What hardware in a booth fails by. The command line of the kernel is not among it."""
PROPERTIES: Final = (
    *("Id", "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "NRestarts", "ExecMainStatus"),
    *("ActiveEnterTimestamp", "InactiveEnterTimestamp", "WatchdogUSec", "MemoryCurrent", "MemoryPeak", "TasksCurrent"),
)


def journal() -> str:
    """Raises `ProvisioningError` where there is no journal to be read."""
    command = ["journalctl", "--no-pager", "--output=json", f"--since={SINCE}", f"--lines={LINES}"]
    said = ask([*command, *(f"--unit={unit}" for unit in UNITS)], timeout_s=TIMEOUT_S)
    if said.code != 0:
        raise ProvisioningError(f"journalctl: {_last(said.err)}")
    return "\n".join(chosen(said.out.splitlines()))


def chosen(lines: Iterable[str]) -> Iterator[str]:
    """From journalctl's JSON, one entry a line; at the end how many were left out."""
    left_out = 0
    for line in lines:
        try:
            entry: dict[str, Any] = json.loads(line)
            message, source = entry["MESSAGE"], entry.get("SYSLOG_IDENTIFIER", "")
            at = datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, UTC)
        except (ValueError, KeyError, TypeError):
            left_out += 1
            continue
        if not isinstance(message, str) or "\n" in message or not (source == "systemd" or OURS.match(message)):
            left_out += 1
            continue
        yield f"{at:%Y-%m-%dT%H:%M:%S}Z {source}: {message}"
    yield f"({left_out} other lines were left out: tracebacks, libraries, the browser)"


def kernel() -> str:
    """Raises `ProvisioningError` where one may not read it."""
    said = ask(["dmesg"], timeout_s=TIMEOUT_S)
    if said.code != 0:
        raise ProvisioningError(f"dmesg: {_last(said.err)}")
    return "\n".join(line for line in said.out.splitlines()[-LINES:] if KERNEL.search(line))


def units() -> str:
    """Raises `ProvisioningError` where there is no systemd to be asked."""
    said = ask(["systemctl", "show", "--no-pager", f"--property={','.join(PROPERTIES)}", *UNITS], timeout_s=TIMEOUT_S)
    if said.code != 0:
        raise ProvisioningError(f"systemctl: {_last(said.err)}")
    wanted = tuple(f"{name}=" for name in PROPERTIES)
    return "\n".join(line for line in said.out.splitlines() if not line or line.startswith(wanted))


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["it says nothing"])[-1]
