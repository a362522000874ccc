"""What a Raspberry Pi's firmware says of heat and power: bits, from sysfs or by its own program."""

import re
import shutil
from typing import Final

from agent.doctor.patient import ROOT, Patient
from agent.programs import ask

UNDER_VOLTAGE: Final = 0x1
CAPPED: Final = 0x2
THROTTLED: Final = 0x4
SOFT_LIMIT: Final = 0x8
SINCE_START: Final = 16
"""The same bits, so many places higher, say that it was so since the board started."""
TIMEOUT_S: Final = 3.0
UNKNOWN: Final = "not known on this board: only a Raspberry Pi's firmware tells it"


def throttle_bits(patient: Patient) -> int | None:
    """None where nobody tells: another board, or a user who may not ask."""
    platform = patient.root / "sys/devices/platform"
    for path in (*platform.glob("*firmware*/get_throttled"), *platform.glob("*/*firmware*/get_throttled")):
        try:
            return int(path.read_text().strip(), 16)
        except (OSError, ValueError):
            continue
    if patient.root != ROOT or shutil.which("vcgencmd") is None:
        return None
    said = ask(["vcgencmd", "get_throttled"], TIMEOUT_S)
    found = re.fullmatch(r"throttled=(0x[0-9a-fA-F]+)", said.text.strip()) if said.done else None
    return int(found[1], 16) if found else None
