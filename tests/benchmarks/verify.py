"""How fast a bundle is checked, against the bare arithmetic that no check can do without.

The floor is SHA-256 over the archive and over every event, and ECDSA over every checkpoint, of the same bytes and with
nothing read or compared. One checkpoint comes with every 20 events: a booth signs every 30 s at the latest.
"""

import hashlib
import io
import random
import time
from collections.abc import Callable
from typing import Final

from contract import chain
from contract.messages import Checkpoint, Event
from contract.verify import verify_bundle
from tests.benchmarks.rows import Row
from tests.support.bundles import Bundle, Writer, a_bundle, made_of

EVENTS: Final = 20_000
EVENTS_A_CHECKPOINT: Final = 20
GOAL_EVENTS_S: Final = 10_000.0
"""Three hours of a busy booth, an event a second, within about a second."""


def measure(short: bool) -> list[Row]:
    """Events a second, the fastest of three turns: what disturbs only makes slower."""
    bundle = _bundle(EVENTS // 10 if short else EVENTS)
    data = bundle.sealed()
    events = sum(len(told) for told in bundle.chains.values())
    checked = events / _seconds(lambda: _check(data))
    floor = events / _seconds(_bare(bundle, data))
    film = _film(4 if short else 64)
    return [
        Row("bundle checked", checked, "events/s", "higher", goal=GOAL_EVENTS_S, floor=floor),
        Row("  its evidence", film[0], "MB/s", "higher", floor=film[1]),
    ]


def _bundle(events: int) -> Bundle:
    writer = Writer(a_bundle().devices[0])
    while writer.seq < events:
        for _ in range(EVENTS_A_CHECKPOINT // 2):
            writer.violation()
        writer.checkpoint()
    return made_of(a_bundle().authority, a_bundle().hub, a_bundle().devices, (writer,), ())


def _film(megabytes: int) -> tuple[float, float]:
    """MB/s of a bundle that is hardly anything but video, and of SHA-256 alone."""
    pieces = tuple(random.Random(piece).randbytes(2**20) for piece in range(megabytes))
    writer = Writer(a_bundle().devices[0])
    writer.violation(*pieces)
    writer.checkpoint()
    data = made_of(a_bundle().authority, a_bundle().hub, a_bundle().devices, (writer,), pieces).sealed()
    size = len(data) / 1e6
    return size / _seconds(lambda: _check(data)), size / _seconds(lambda: hashlib.sha256(data).digest())


def _check(data: bytes) -> None:
    report = verify_bundle(io.BytesIO(data), a_bundle().authority.fingerprint)
    if report.verdict != "whole":
        raise AssertionError(f"the bundle of the bench is {report.verdict}")


def _bare(bundle: Bundle, data: bytes) -> Callable[[], None]:
    key = a_bundle().devices[0].key.public_key()
    payloads = [told.payload for told_of in bundle.chains.values() for told in told_of]
    signed = []
    for payload in payloads:
        event = Event.parse(payload)
        if isinstance(event.body, Checkpoint):
            of = chain.checkpoint_bytes(event.chain_id, event.body.head_seq, event.body.head_sha256)
            signed.append((event.body.signature, of))

    def work() -> None:
        hashlib.sha256(data).digest()
        for payload in payloads:
            hashlib.sha256(payload).digest()
        for signature, of in signed:
            chain.verify(key, signature, of)

    return work


def _seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)
