"""The board's own light, which blinks to show which device is meant."""

import logging
import threading
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

LEDS: Final = Path("/sys/class/leds")
NAMES: Final = ("ACT", "led0", "PWR", "led1")
"""On a Raspberry Pi, newer and older systems; the first that may be written to is taken."""


class Light:
    """`blink` is for any thread and waits for nothing. The agent's user may write there by a udev rule; else nothing
    blinks."""

    def __init__(self, folder: Path = LEDS) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._before: tuple[Path, str] | None = None
        self._timer: threading.Timer | None = None

    def blink(self, seconds: float) -> bool:
        """False where there is no light."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._before is None:
                self._before = self._start()
            if self._before is None:
                return False
            self._timer = threading.Timer(seconds, self.rest)
            self._timer.daemon = True
            self._timer.start()
            return True

    def rest(self) -> None:
        """It shows again what it showed before."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            before, self._before, self._timer = self._before, None, None
            if before is not None:
                self._write(*before)

    def _start(self) -> tuple[Path, str] | None:
        for name in NAMES:
            trigger = self._folder / name / "trigger"
            try:
                offered = trigger.read_text().split()
            except OSError:
                continue
            chosen = next((word.strip("[]") for word in offered if word.startswith("[")), "none")
            if self._write(trigger, "timer"):
                return trigger, chosen
        return None

    def _write(self, trigger: Path, word: str) -> bool:
        try:
            trigger.write_text(word)
        except OSError as error:
            log.debug("%s cannot be written: %s", trigger, error)
            return False
        return True
