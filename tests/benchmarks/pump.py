"""Booths that only send, as a program: events made beforehand, and at most so many of them without an answer.

    python -m tests.benchmarks.pump FOLDER EVENTS RATE_HZ [--unanswered]

FOLDER holds enrolled devices. Says `ready` when all events are made and all booths are connected, waits for a line on
standard input, sends, and prints a JSON object: seconds from the first event to the last answer, and the sorted
milliseconds from an event's leaving to the acknowledgement that names it. RATE_HZ of all booths together; 0: as fast as
it goes. `opened` has the time (`perf_counter`) at which each violation's opening left. With `--unanswered` nobody
acknowledges: numbers on standard input say how many more were received.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from agent.uplink.mqtt import Connection, Incoming, Outgoing
from contract.device import DeviceConfig, load_device_config
from contract.messages import Ack, Availability, ViolationClosed, ViolationOpened
from contract.topics import booth_topic
from contract.violation import Explanation, Violation
from tests.support.hub import Chain

WINDOW = 256
"""Of each booth. An agent has 64; few booths have to do the work of many here."""


def bodies(count: int) -> Iterator[ViolationOpened | ViolationClosed]:
    now = datetime.now(UTC)
    why = Explanation(hold_s=1.0, frames=10, profile="standard", profile_version=1)
    for _ in range(count // 2):
        violation = Violation(
            violation_id=uuid4(), kind="looking_away", severity="low", started_at=now, opened_at=now, explanation=why
        )
        yield ViolationOpened(violation=violation)
        yield ViolationClosed(violation=violation.model_copy(update={"ended_at": now}))


class Booth:
    def __init__(self, config: DeviceConfig, events: int, room: threading.Semaphore | None) -> None:
        chain = Chain(config.booth)
        self.payloads: list[bytes] = []
        self.opened: dict[int, str] = {}
        """Number of the event that opens a violation, and its id."""
        for body in bodies(events):
            self.payloads.append(chain.event(body))
            if isinstance(body, ViolationOpened):
                self.opened[chain.seq] = str(body.violation.violation_id)
        self.left_s = [0.0] * (len(self.payloads) + 1)
        """When each event left, by its number."""
        self.took_s: list[float] = []
        self._topic = booth_topic(config.booth, "events")
        self._room = room or threading.Semaphore(WINDOW)
        will = Availability(state="offline", since=datetime.now(UTC))
        self.connection = Connection(
            config.booth,
            config.hub,
            config.tls,
            will=Outgoing(booth_topic(config.booth, "availability"), will.to_json()),
            subscribe=[booth_topic(config.booth, "acks")],
            on_message=self._answered,
        )

    def send(self, seq: int) -> None:
        """Waits for room."""
        self._room.acquire()
        self.left_s[seq] = time.perf_counter()
        while not self.connection.publish(Outgoing(self._topic, self.payloads[seq - 1])):
            time.sleep(0.001)

    def _answered(self, message: Incoming) -> None:
        now = time.perf_counter()
        for span in Ack.parse(message.payload).committed:
            for seq in range(span.first, span.last + 1):
                self.took_s.append(now - self.left_s[seq])
            self._room.release(span.last - span.first + 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("events", type=int)
    parser.add_argument("rate_hz", type=float)
    parser.add_argument("--unanswered", action="store_true")
    wanted = parser.parse_args()
    room = threading.Semaphore(WINDOW * 4) if wanted.unanswered else None
    configs = [load_device_config(path) for path in sorted(wanted.folder.glob("*/device.toml"))]
    booths = [Booth(config, wanted.events, room) for config in configs]
    for booth in booths:
        booth.connection.__enter__()
    print("ready", flush=True)
    sys.stdin.readline()
    told = threading.Thread(target=_make_room, args=(room,), daemon=True)
    if room is not None:
        told.start()
    began = time.perf_counter()
    for number in range(1, wanted.events + 1):
        for index, booth in enumerate(booths):
            if wanted.rate_hz:
                due = began + ((number - 1) * len(booths) + index) / wanted.rate_hz
                time.sleep(max(due - time.perf_counter(), 0))
            booth.send(number)
    if room is not None:
        told.join()  # until all were received: what is said before would be lost with the connection
    while room is None and sum(len(booth.took_s) for booth in booths) < wanted.events * len(booths):
        time.sleep(0.001)
    seconds = time.perf_counter() - began
    times_ms = sorted(round(took * 1000, 2) for booth in booths for took in booth.took_s)
    opened = {name: booth.left_s[seq] for booth in booths for seq, name in booth.opened.items()}
    print(json.dumps({"seconds": seconds, "ms": times_ms, "opened": opened}), flush=True)
    for booth in booths:
        booth.connection.__exit__(None, None, None)


def _make_room(room: threading.Semaphore | None) -> None:
    for line in sys.stdin:
        if room is not None:
            room.release(int(line))


if __name__ == "__main__":
    main()
