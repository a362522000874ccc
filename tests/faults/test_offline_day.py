"""A day without the hub, in seconds: evidence of 24 hours waits; when the hub is back, the most urgent comes first."""

import random
from itertools import groupby
from pathlib import Path

import pytest

from agent.config import load_device_key
from agent.evidence.sealed import spool_key
from agent.evidence.spool import Spool
from agent.evidence.uploader import CHUNK_BYTES, Uploader
from agent.health import Trouble
from contract.device import DeviceConfig, EvidenceConfig, HubConfig
from tests.support.broker import Authority
from tests.support.evidence_server import EvidenceServer
from tests.support.processes import free_port, wait_for

HOURS = 24
VIOLATIONS_AN_HOUR = 2
SEGMENTS_AN_HOUR = 6

pytestmark = [pytest.mark.slow]


def test_after_a_day_without_the_hub_nothing_is_lost_and_the_most_urgent_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.evidence.uploader.RETRY_MAX_S", 0.5)  # 30 s in the field
    authority, trouble, port, dice = Authority(tmp_path / "authority"), Trouble(), free_port(), random.Random(24)
    config = DeviceConfig(
        booth="booth-1",
        hub=HubConfig(url=f"http://localhost:{port}", mqtt_host="localhost"),
        tls=authority.issue("booth-1"),
        evidence=EvidenceConfig(upload_bps=0),
    )
    key = load_device_key(config.tls.key)
    spool = Spool(tmp_path / "spool", 2**28, trouble, spool_key(key), reserve_bytes=0)
    uploader = Uploader(config, key, spool, trouble)
    uploader.start()
    try:
        put = a_day_of_evidence(spool, dice)
        failed = trouble.of("upload_failed")
        # The first of these may have been begun before the last file was there.
        wait_for("two tries in vain", lambda: trouble.of("upload_failed") >= failed + 2)
        waiting = spool.files()
        assert {file.sha256 for file in waiting} == put.keys()
        with EvidenceServer(port=port) as hub:
            wait_for("the spool to be empty", lambda: not spool.files())
            assert hub.stored == put
            first_come = list(dict.fromkeys(hub.order))
    finally:
        uploader.stop()
    assert uploader.alive is False
    assert first_come == [file.sha256 for file in waiting]
    role = {file.sha256: file.label.role for file in waiting}
    assert [name for name, _ in groupby(role[sha256] for sha256 in first_come)] == [
        "snapshot",
        "boxes",
        "clip",
        "segment",
    ]
    assert set(trouble.snapshot()) == {"upload_failed"}


def a_day_of_evidence(spool: Spool, dice: random.Random) -> dict[str, bytes]:
    """Every tenth video takes more than one chunk; all are small for what they stand for."""
    put: dict[str, bytes] = {}

    def take(data: bytes, media_type: str, **what: object) -> None:
        put[spool.put(data, media_type, **what)] = data  # type: ignore[arg-type]

    for _ in range(HOURS):
        for number in range(SEGMENTS_AN_HOUR):
            take(dice.randbytes(CHUNK_BYTES + 5000 if number == 0 else 3000), "video/mp4", role="segment")
        for number in range(VIOLATIONS_AN_HOUR):
            severity = dice.choice(["low", "medium", "high"])
            take(dice.randbytes(1000), "image/jpeg", severity=severity)
            take(dice.randbytes(CHUNK_BYTES + 7000 if number == 0 else 2000), "video/mp4", severity=severity)
            take(dice.randbytes(500), "application/json", severity=severity)
    return put
