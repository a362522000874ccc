"""The doctor's rounds: the agent has itself looked at when it starts, every hour, and when somebody asks at the hub."""

import logging
import os
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Final

from agent.doctor.catalogue import CHECKS
from agent.doctor.examiner import Examiner
from agent.doctor.patient import Patient
from agent.status import AgentStatus
from contract.checkup import Checkup, CheckupReason, CheckupReply
from contract.device import DeviceConfig
from contract.messages import AnyReply, ErrorReply

log = logging.getLogger(__name__)

FIRST_S: Final = 20.0
"""After the start: the camera delivers and the hub is reached by then, where they are to be had at all."""
EVERY_S: Final = 3600.0
SPREAD: Final = 0.1
"""So that a hundred booths which were switched on together do not ask the hub together for ever."""
NICE: Final = 10
WAITING_MAX: Final = 8
"""Who asks while a checkup is under way waits for the next; more are refused."""


class Rounds:
    """One thread, which gives way to those that watch. Mends nothing: that is for a technician to decide.

    `ask` may be called from any thread and waits for nothing.
    """

    def __init__(
        self,
        config: DeviceConfig,
        status: Callable[[], AgentStatus],
        on_checkup: Callable[[Checkup], None],
        first_s: float = FIRST_S,
    ) -> None:
        """`status`: what the agent knows of itself now. `on_checkup` is called in this thread with every result."""
        self._config = config
        self._status = status
        self._on_checkup = on_checkup
        self._first_s = first_s
        self._examiner = Examiner()
        self._lock = threading.Lock()
        self._asked: list[Future[AnyReply]] = []
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="doctor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, join_s: float = 0.5) -> None:
        """A check that is under way is left to end by itself."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(join_s)
        for future in self._take_asked():
            future.set_result(ErrorReply(reason="the agent is stopping"))

    def ask(self) -> Future[AnyReply]:
        """A checkup now; the answer comes when it is done."""
        future: Future[AnyReply] = Future()
        with self._lock:
            if len(self._asked) >= WAITING_MAX:
                future.set_result(ErrorReply(reason="others wait for a checkup already; try again in a minute"))
                return future
            self._asked.append(future)
        self._wake.set()
        return future

    def _run(self) -> None:
        with suppress(OSError, AttributeError):  # Linux: of this thread, and of those that it starts
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        wait_s: float = self._first_s
        reason: CheckupReason = "start"
        while not self._stop.is_set():
            asked = self._wake.wait(wait_s)
            self._wake.clear()
            if self._stop.is_set():
                return
            self._examine("asked" if asked else reason)
            wait_s = EVERY_S * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - spreads booths, hides nothing
            reason = "hourly"

    def _examine(self, reason: CheckupReason) -> None:
        futures = self._take_asked()
        try:
            checkup = self._checkup(reason)
            self._on_checkup(checkup)
            answer: AnyReply = CheckupReply(checkup=checkup)
        except Exception as error:  # the doctor's own trouble must not end the rounds
            log.exception("A checkup failed.")
            answer = ErrorReply(reason=f"the checkup failed: {type(error).__name__}")
        for future in futures:
            future.set_result(answer)

    def _checkup(self, reason: CheckupReason) -> Checkup:
        """Of an agent that has just started the networks are not timed: it has enough to do."""
        patient = Patient(self._config, agent="running", status=self._status(), inside=True, measures=reason != "start")
        checkup = self._examiner.examine(patient, CHECKS, reason)
        for check in checkup.checks:
            if check.state == "failed":
                log.warning("Checkup: %s: %s.", check.title, check.said)
        return checkup

    def _take_asked(self) -> list[Future[AnyReply]]:
        with self._lock:
            asked, self._asked = self._asked, []
        return asked
