"""What is shown of a booth's health at once, and what waits."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest

from contract.live import Screen, ViewerStats
from contract.messages import DetectorHealth, Health
from hub.glances import SHOWN_INTERVAL_S, Glances


def _health(**changes: Any) -> Health:
    values: dict[str, Any] = {
        "at": datetime.now(UTC),
        "version": "1.0.0",
        "uptime_s": 60,
        "camera": "ok",
        "capture_fps": 15,
        "frames_dropped": 0,
        "detectors": (DetectorHealth(name="faces", state="on", reason="", inference_ms=30, rate_hz=10),),
        "outbox_depth": 0,
        "spool_files": 0,
        "disk_free_bytes": 10**9,
    }
    return Health(**values | changes)


def _watching() -> ViewerStats:
    return ViewerStats(
        peer_id=uuid4(),
        name="Ada",
        since=datetime.now(UTC),
        state="connected",
        rendition="high",
        fps=15,
        bitrate_bps=900_000,
    )


def test_figures_alone_wait_for_ten_seconds() -> None:
    glances, now = Glances(), 1000.0
    with patch("hub.glances.monotonic", lambda: now):
        assert glances.is_news("a", _health(temperature_c=50))
        assert not glances.is_news("a", _health(temperature_c=51, capture_fps=14.8, uptime_s=62))
        assert glances.is_news("b", _health())
        now += SHOWN_INTERVAL_S
        assert glances.is_news("a", _health(temperature_c=51))
        assert not glances.is_news("a", _health(temperature_c=52))


@pytest.mark.parametrize(
    "changes",
    [
        {"camera": "lost"},
        {"detectors": (DetectorHealth(name="faces", state="failed", reason="gone", inference_ms=None, rate_hz=0),)},
        {"throttled": True},
        {"errors": {"uplink": 1}},
        {"outbox_depth": 3},
        {"screen": Screen(connected=True)},
    ],
)
def test_what_looks_different_is_shown_at_once_and_so_is_its_end(changes: dict[str, Any]) -> None:
    glances = Glances()
    assert glances.is_news("a", _health())
    assert glances.is_news("a", _health(**changes))
    assert not glances.is_news("a", _health(**changes))
    assert glances.is_news("a", _health())


def test_who_watches_a_booth_sees_every_figure() -> None:
    glances = Glances()
    watched = _health(viewers=(_watching(),))
    assert all(glances.is_news("a", watched) for _ in range(3))
    assert glances.is_news("a", _health()), "that nobody does any more is news"
    assert not glances.is_news("a", _health())
