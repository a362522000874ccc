"""A day without the hub, with a spool that cannot hold it: what is kept, what goes, and that every drop is told."""

import random
from collections import Counter
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import StorageError
from agent.evidence.sealed import spool_key
from agent.evidence.spool import ROLE_OF, Spool, SpooledFile
from agent.health import Trouble
from agent.uplink.outbox import Outbox
from contract.chain import sha256_hex
from contract.messages import Event, EvidenceDropped
from contract.violation import EvidenceRole, Severity

HOURS = 24
SEGMENTS_AN_HOUR, VIOLATIONS_AN_HOUR = 6, 10
SIZES: dict[EvidenceRole, int] = {"segment": 20_000, "clip": 6000, "boxes": 500, "snapshot": 1500}
"""In proportion as they are on a booth, five minutes of recording in one."""
MEDIA: dict[EvidenceRole, str] = {role: media for media, role in ROLE_OF.items()} | {"segment": "video/mp4"}
OF_A_VIOLATION: tuple[EvidenceRole, ...] = ("snapshot", "clip", "boxes")
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


def test_a_day_offline_costs_recording_first_and_the_chain_tells_of_every_drop(tmp_path: Path) -> None:
    dice = random.Random(24)
    key = spool_key(ec.generate_private_key(ec.SECP256R1()))
    with closing(Outbox(tmp_path / "outbox.db", "booth-1")) as outbox:
        spool = Spool(tmp_path / "spool", 1_000_000, Trouble(), key, reserve_bytes=0)

        def told(file: SpooledFile, reason: str) -> None:
            assert reason == "spool_full"
            outbox.append(EvidenceDropped(sha256=file.sha256, role=file.label.role, reason="spool_full"))

        spool.on_dropped = told
        put: dict[str, EvidenceRole] = {}

        def keep(role: EvidenceRole, severity: Severity) -> None:
            data = dice.randbytes(SIZES[role])
            put[sha256_hex(data)] = role
            try:
                spool.put(data, MEDIA[role], role=role, severity=severity)
            except StorageError:
                outbox.append(EvidenceDropped(sha256=sha256_hex(data), role=role, reason="spool_full"))

        for _ in range(HOURS):
            for _ in range(SEGMENTS_AN_HOUR):
                keep("segment", "low")
            for _ in range(VIOLATIONS_AN_HOUR):
                severity = dice.choice(SEVERITIES)
                for role in OF_A_VIOLATION:
                    keep(role, severity)

        bodies = [Event.parse(event.payload).body for event in outbox.pending(10_000)]
        dropped = {body.sha256: body.role for body in bodies if isinstance(body, EvidenceDropped)}
        waiting = {file.sha256: file for file in spool.files()}
        assert set(dropped) | set(waiting) == set(put)
        assert set(dropped) & set(waiting) == set()
        gone = Counter(dropped.values())
        assert gone["snapshot"] == 0, "every violation still has its picture"
        assert gone["segment"] == HOURS * SEGMENTS_AN_HOUR, "all of the recording went"
        assert 0 < gone["clip"] < HOURS * VIOLATIONS_AN_HOUR
        kept = [file for file in waiting.values() if file.label.role == "clip"]
        assert {file.label.severity for file in kept} <= {"medium", "high"}, "the gravest clips stayed"

    again = Spool(tmp_path / "spool", 1_000_000, Trouble(), key, reserve_bytes=0)
    assert [file.sha256 for file in again.files()] == list(waiting)
    order = [file.label.role for file in again.files()]
    assert order == sorted(order, key=["snapshot", "boxes", "clip", "segment"].index), "the hub is back: pictures first"
    for file in again.files():
        with again.open(file.sha256) as content:
            assert sha256_hex(content.read()) == file.sha256
