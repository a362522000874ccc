"""The real outbox, with a stop-watch for each event."""

import time
from pathlib import Path
from uuid import UUID

from agent.health import Trouble
from agent.simulation.figures import Figures
from agent.uplink.outbox import Outbox
from contract.messages import Ack, Event, EventBody


class TimedOutbox(Outbox):
    def __init__(self, path: Path, booth: str, trouble: Trouble, figures: Figures) -> None:
        super().__init__(path, booth, trouble)
        self._figures = figures
        self._began_s: dict[int, float] = {}

    def append_of(self, exam_session: UUID | None, body: EventBody) -> Event | None:
        began = time.monotonic()
        with self._lock:
            event = super().append_of(exam_session, body)
            if event is not None:
                self._began_s[event.seq] = began
                self._figures.happened()
        return event

    def apply(self, ack: Ack) -> int:
        with self._lock:
            gone = super().apply(ack)
            now = time.monotonic()
            seqs = (seq for span in ack.committed for seq in range(span.first, span.last + 1))
            times = [now - began for seq in seqs if (began := self._began_s.pop(seq, None)) is not None]
        self._figures.took(times, gone)
        return gone
