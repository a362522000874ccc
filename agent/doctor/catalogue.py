"""Every check that the doctor knows, in the order in which they are shown (docs/doctor.md has the same table)."""

from typing import Final

from agent.doctor.check import Check
from agent.doctor.checks.acknowledgement import Acknowledgement
from agent.doctor.checks.agent import Agent
from agent.doctor.checks.broker import Broker
from agent.doctor.checks.camera import Camera
from agent.doctor.checks.certificate import Certificate
from agent.doctor.checks.clock import Clock
from agent.doctor.checks.configuration import Configuration
from agent.doctor.checks.disk_space import DiskSpace
from agent.doctor.checks.disk_wear import DiskWear
from agent.doctor.checks.hub import Hub
from agent.doctor.checks.inference import Inference
from agent.doctor.checks.key_files import KeyFiles
from agent.doctor.checks.light import Light
from agent.doctor.checks.memory import Memory
from agent.doctor.checks.microphone import Microphone
from agent.doctor.checks.name_resolution import NameResolution
from agent.doctor.checks.outbox import Outbox
from agent.doctor.checks.screen import Screen
from agent.doctor.checks.spool import Spool
from agent.doctor.checks.temperature import Temperature
from agent.doctor.checks.throttling import Throttling
from agent.doctor.checks.under_voltage import UnderVoltage
from agent.doctor.checks.versions import Versions
from agent.doctor.checks.watchdog import Watchdog
from agent.doctor.checks.weights import Weights
from contract.wire import InvalidError

CHECKS: Final[tuple[Check, ...]] = (
    Configuration(),
    Agent(),
    Versions(),
    Camera(),
    Light(),
    Microphone(),
    Weights(),
    Inference(),
    Clock(),
    NameResolution(),
    Hub(),
    Broker(),
    Certificate(),
    KeyFiles(),
    DiskSpace(),
    DiskWear(),
    Temperature(),
    Throttling(),
    UnderVoltage(),
    Memory(),
    Watchdog(),
    Screen(),
    Outbox(),
    Acknowledgement(),
    Spool(),
)


def called(names: tuple[str, ...]) -> tuple[Check, ...]:
    """The checks of these names, or all; raises `InvalidError` for a name there is not."""
    known = {check.name: check for check in CHECKS}
    for name in names:
        if name not in known:
            raise InvalidError(f"no check is called {name!r} (known: {', '.join(known)})")
    return tuple(check for check in CHECKS if not names or check.name in names)
