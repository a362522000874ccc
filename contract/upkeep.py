"""Keeping devices in order: what a device says it is made of, and what a technician asks of it from afar."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from contract.wire import Timestamp, Wire

LOG_LINES_MAX: Final = 200
LOG_LINE_CHARS: Final = 300
LOG_BYTES_MAX: Final = 48 * 1024
"""Of all lines of one answer, which must fit into one MQTT message; the oldest are left out."""

IDENTIFY_MAX_S: Final = 120
CERTIFICATE_CHARS: Final = 4096
"""Of a certificate in PEM; the hub's authority needs 900 of them."""


class DeviceFacts(Wire):
    """What does not change while the agent runs. Empty where the board does not tell."""

    model: str = Field("", max_length=120, description="the board, such as Raspberry Pi 5 Model B Rev 1.0")
    hardware_serial: str = Field("", max_length=80, description="the board's own number")
    os: str = Field("", max_length=120, description="PRETTY_NAME of os-release")
    kernel: str = Field("", max_length=120)
    machine: str = Field("", max_length=40, description="processor architecture, such as aarch64")
    python: str = Field("", max_length=40)
    certificate_serial: str = Field("", max_length=40, description="of the certificate it signs in with, hexadecimal")
    certificate_until: datetime | None = None
    certificate_pem: str = Field(
        "",
        max_length=CERTIFICATE_CHARS,
        description="the whole of it, for a restored hub that does not know it",
    )
    started_at: Timestamp | None = Field(None, description="when the agent started")


class IdentifyCommand(Wire):
    """Shows which booth this is: a big name on its screen, and a light that blinks where the board has one."""

    type: Literal["identify"] = "identify"
    name: str = Field(min_length=1, max_length=120)
    seconds: int = Field(20, ge=1, le=IDENTIFY_MAX_S)


class LogsCommand(Wire):
    """Asks for the newest lines of the agent's own log, from its memory."""

    type: Literal["logs"] = "logs"
    lines: int = Field(100, ge=1, le=LOG_LINES_MAX)


class RestartCommand(Wire):
    """The agent ends, for its supervisor to start it again. Refused while an exam session is on, unless forced."""

    type: Literal["restart"] = "restart"
    force: bool = False


class RebootCommand(Wire):
    """The whole board starts again. Refused while an exam session is on, unless forced, and where nothing on the device
    heeds the agent's wish."""

    type: Literal["reboot"] = "reboot"
    force: bool = False


class IdentifyReply(Wire):
    """What could be shown; the device refuses where it has neither."""

    type: Literal["identify"] = "identify"
    screen: bool
    light: bool


LogLine = Annotated[str, StringConstraints(max_length=LOG_LINE_CHARS)]


class LogsReply(Wire):
    """The oldest first. `dropped` lines were written since the start and are not kept any more."""

    type: Literal["logs"] = "logs"
    lines: tuple[LogLine, ...] = Field((), max_length=LOG_LINES_MAX)
    dropped: int = Field(0, ge=0)
