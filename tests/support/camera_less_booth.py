"""A booth without a camera, as a program: the agent's real outbox and uplink under invented violations.

    python -m tests.support.camera_less_booth DEVICE_TOML JOURNAL RATE_HZ

Each violation is opened and closed at once. The journal says `will <id>` before it is appended and `kept <id>` after
the outbox has it on disk, so that a test which kills this program anywhere knows what the hub must hold, and may hold.
"""

import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from agent.health import Trouble
from agent.uplink.outbox import Outbox
from agent.uplink.uplink import Uplink
from contract.device import load_device_config
from contract.live import DoneReply, SayCommand
from contract.messages import AnyCommand, AnyReply, ErrorReply, ViolationClosed, ViolationOpened
from contract.violation import Explanation, Violation


def invent() -> Violation:
    now = datetime.now(UTC)
    why = Explanation(hold_s=1.0, frames=10, profile="strict", profile_version=1)
    return Violation(
        violation_id=uuid4(),
        kind="no_face",
        severity="high",
        started_at=now,
        opened_at=now,
        explanation=why,
    )


def answer(command: AnyCommand) -> AnyReply:
    """It has a screen, but no camera."""
    return DoneReply() if isinstance(command, SayCommand) else ErrorReply(reason="no camera")


def main(device_toml: str, journal_path: str, rate_hz: str) -> None:
    config = load_device_config(Path(device_toml))
    config.state_dir.mkdir(parents=True, exist_ok=True)
    outbox = Outbox(config.state_dir / "outbox.db", config.booth)
    uplink = Uplink(
        config,
        outbox,
        Trouble(),
        on_desired=lambda _desired: None,
        on_command=answer,
    )
    # No threading.Event: a handler that sets one while this thread is about to wait for it waits for itself.
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: ended.append(number))
    uplink.start()
    with Path(journal_path).open("a", buffering=1) as journal:
        while not ended:
            time.sleep(1 / float(rate_hz))
            violation = invent()
            print("will", violation.violation_id, file=journal)
            kept = outbox.append(ViolationOpened(violation=violation))
            if kept is None or outbox.waiting:
                raise SystemExit("the outbox did not take an event; is the disk full?")
            print("kept", violation.violation_id, file=journal)
            outbox.append(ViolationClosed(violation=violation.model_copy(update={"ended_at": violation.opened_at})))
    uplink.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
