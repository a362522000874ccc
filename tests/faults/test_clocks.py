"""Clocks that are set by an hour, forth and back, of a booth and of the hub, with a camera that sees and an exam that
runs: nothing lasts an hour that did not, nobody loses their time or their sign-in, nothing is deleted or ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from provisioning.reel import write_reel
from tests.support.held import Held
from tests.support.journalled import add_agent, journals_of
from tests.support.postgres import rows_at
from tests.support.processes import wait_for
from tests.support.reckoning import reckon
from tests.support.set_clock import SetClock
from tests.support.stack import PASSWORD, USER, Stack, stack

HOUR_S = 3600
LONGEST_S = 600
"""Nothing here lasts so long; an hour that a clock was set by would."""
EXAM_S = 5400

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Sitting:
    """An exam session in progress, as the dashboard sees it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        exam = self._post("/exams", name="Algebra", duration_s=EXAM_S, notice="You are filmed.")["exam_id"]
        candidate = self._post("/candidates", number="A-1", name="Grace Hopper")["candidate_id"]
        starts = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        wanted = {"exam_id": exam, "candidate_id": candidate, "booth_id": "booth-1", "scheduled_start": starts}
        self.key = self._post("/exam-sessions", **wanted)["exam_session_id"]
        reason = {"reason_code": "check_in.by_staff"}
        for action, body in (("check-in", reason), ("admit", {}), ("start", {})):
            self._post(f"/exam-sessions/{self.key}/{action}", **body)

    @property
    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get(f"/api/v1/exam-sessions/{self.key}").raise_for_status().json()
        return dict(found["exam_session"])

    def left_s(self, hub_now: datetime) -> float:
        assert self.shown["state"] == "in_progress"
        return (datetime.fromisoformat(self.shown["ends_at"]) - hub_now).total_seconds()

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._client.post(f"/api/v1{path}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json() or {})


@contextmanager
def signed_in(centre: Stack) -> Iterator[httpx.Client]:
    """Through a cookie that is kept over everything: a browser would be."""
    with httpx.Client(base_url=centre.url, headers={"X-Invigil-Request": "1"}, timeout=30) as client:
        client.post("/api/v1/sign-in", json={"username": USER, "password": PASSWORD}).raise_for_status()
        yield client


def test_clocks_that_are_set_by_an_hour_stretch_and_shorten_nothing(tmp_path: Path) -> None:
    hubs, booths = SetClock(tmp_path / "hub-clock"), SetClock(tmp_path / "booth-clock")
    with stack(tmp_path) as centre:
        centre.hub.stop()
        centre.hub.environment = hubs.environment
        centre.start_hub()
        agent = add_agent(centre, "booth-1", write_reel(tmp_path / "reel.mp4"))
        agent.stop()
        agent.environment = booths.environment
        agent.start()
        with signed_in(centre) as client:
            wait_for("the booth to see something", lambda: closed(centre))
            sitting, began_s = Sitting(client), time.monotonic()
            for clock, offset_s in (
                (booths, HOUR_S),
                (booths, -HOUR_S),
                (booths, 0),
                (hubs, HOUR_S),
                (hubs, -HOUR_S),
                (hubs, 0),
            ):
                clock.set(offset_s)
                set_by(centre, client, sitting, began_s, hubs, booths)
            # A hub that starts with a wrong clock: its new keys count already, and its booths come back.
            centre.hub.stop()
            hubs.set(-HOUR_S)
            centre.start_hub()
            wait_for("events to flow", partial(more_than, centre, committed(centre)))
            assert client.get("/api/v1/me").status_code == 200
            hubs.set(0)
            wait_for("events to flow", partial(more_than, centre, committed(centre)))
        wait_for("the booth to listen", lambda: agent.hears_sigterm)
        assert agent.stop() == 0, agent.tail()
        wait_for("the outbox to be empty", lambda: centre.outbox_depth("booth-1") == 0)
        found = Held.at(centre.data)
        for row in found.violations.values():
            lasted_s = ((row.ended_at or row.opened_at) - row.opened_at).total_seconds()
            assert 0 <= lasted_s < LONGEST_S, row
        for gap in found.gaps.values():
            assert gap.ended_at is None or 0 <= (gap.ended_at - gap.started_at).total_seconds() < LONGEST_S, gap
        assert all(row.link_ok is not False for row in found.events.values())
        reckoning = reckon(journals_of(centre.folder), found)
        assert reckoning.counted()["lost"] == reckoning.counted()["doubled"] == reckoning.counted()["invented"] == 0
        assert rows_at(centre.data, "SELECT count(*) FROM deletions") == [["0"]]
        print(reckoning)


def set_by(
    centre: Stack, client: httpx.Client, sitting: Sitting, began_s: float, hubs: SetClock, booths: SetClock
) -> None:
    """After one of the clocks was set."""
    wanted_s = booths.offset_s - hubs.offset_s
    wait_for("the offset to be measured anew", lambda: abs(offset_s(client) - wanted_s) < 5)
    before = closed(centre)
    wait_for("violations to open and close", lambda: closed(centre) > before + 1)
    assert client.get("/api/v1/me").status_code == 200, "still signed in"

    def kept() -> bool:
        hub_now = datetime.now(UTC) + timedelta(seconds=hubs.offset_s)
        return abs(sitting.left_s(hub_now) - (EXAM_S - (time.monotonic() - began_s))) < 30

    wait_for("the candidate to have the time that is left", kept, 30)


def offset_s(client: httpx.Client) -> float:
    found = client.get("/api/v1/booths/booth-1").raise_for_status().json()["clock_offset_ms"]
    return float(found or 0) / 1000


def closed(centre: Stack) -> int:
    return int(rows_at(centre.data, "SELECT count(*) FROM violations WHERE ended_at IS NOT NULL")[0][0])


def committed(centre: Stack) -> int:
    return int(rows_at(centre.data, "SELECT count(*) FROM events")[0][0])


def more_than(centre: Stack, before: int) -> bool:
    return committed(centre) > before
