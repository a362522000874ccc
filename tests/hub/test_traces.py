"""The lines of a timeline, from a booth's events to points that keep a short glance, and their end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from contract.trace import Trace
from hub.exams.lines import lines
from hub.parts import Hub
from hub.store import retention
from hub.tables import traces as table
from tests.support.exams import Booth, Centre
from tests.support.hub import a_hub, add_user, an_uplink, browser, sign_in
from tests.support.people import person

pytestmark = pytest.mark.anyio
NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def trace(at_s: float, *yaw_deg: int | None, **more: Any) -> Trace:
    values: dict[str, Any] = {"started_at": NINE + timedelta(seconds=at_s), "step_ms": 500}
    return Trace(**values, faces=tuple(1 if yaw is not None else 0 for yaw in yaw_deg), yaw_deg=yaw_deg, **more)


def test_a_glance_of_half_a_second_is_in_the_points_of_three_hours() -> None:
    quiet = [trace(10 * i, *[0] * 20) for i in range(1080)]
    quiet[700] = trace(7000, *[0] * 9, 47, *[0] * 10)
    found = lines("booth-1", quiet, NINE, NINE + timedelta(hours=3), 600, truncated=False)
    assert (found.points, found.step_ms) == (600, 18_000)
    assert [i for i, high in enumerate(found.yaw_deg.high) if high] == [int(7004.5 // 18)]
    assert set(found.yaw_deg.low) == {0}
    assert found.known_until == NINE + timedelta(hours=3)


def test_points_are_no_finer_than_what_was_sent_and_a_hole_stays_one() -> None:
    found = lines(None, [trace(0, 3, 4), trace(2, None, -9)], NINE, NINE + timedelta(seconds=4), 4000, truncated=False)
    assert (found.points, found.step_ms) == (8, 500)
    assert found.yaw_deg.high == (3, 4, None, None, None, -9, None, None)
    assert found.faces.low == (1, 1, None, None, 0, 1, None, None)
    assert (found.speech.low, found.objects) == ((), {})


@given(
    st.lists(
        st.tuples(st.floats(-50, 400), st.lists(st.none() | st.integers(-180, 180), min_size=1, max_size=40)),
        max_size=8,
    ),
    st.integers(1, 50),
)
def test_every_value_within_lies_between_the_points_low_and_high(
    sent: list[tuple[float, list[int | None]]], points: int
) -> None:
    length_s = 300
    found = lines(
        None,
        [trace(at, *values) for at, values in sent],
        NINE,
        NINE + timedelta(seconds=length_s),
        points,
        truncated=False,
    )
    assert found.points <= points
    for at, values in sent:
        for i, value in enumerate(values):
            place = int((at + 0.5 * i + 0.25) * 1000 // found.step_ms)
            if value is not None and at + 0.5 * i + 0.25 >= 0 and place < found.points:
                low, high = found.yaw_deg.low[place], found.yaw_deg.high[place]
                assert low is not None
                assert high is not None
                assert low <= value <= high


async def rows(hub: Hub) -> list[UUID | None]:
    async with hub.database.reading() as connection:
        return list((await connection.execute(select(table.c.exam_session_id))).scalars())


async def test_traces_of_an_exam_session_are_stored_shown_and_go_with_the_events(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        path = f"/exam-sessions/{key}/traces"
        assert (await booth.told(state="scheduled")).traces is False
        assert (await centre.get(path))["points"] == 0
        await booth.check_in(key)
        await centre.act(key, "admit")
        assert (await booth.told(state="admitted")).traces is True, "this hub takes them, and says so"
        sent = [
            trace(0, 0, -41, None, 5, objects={"cell phone": (0, 61, None, 0)}, cone_deg=(28, 20, 25)),
            trace(2, 1, 2),
        ]
        for each in sent:
            await booth.says(each, exam_session=key)
        assert await rows(hub) == [key, key]

        found = await centre.get(path)
        assert datetime.fromisoformat(found["started_at"]) == NINE
        assert (found["points"], found["step_ms"], found["cone_deg"]) == (6, 500, [28, 20, 25])
        assert found["yaw_deg"] == {"low": [0, -41, None, 5, 1, 2], "high": [0, -41, None, 5, 1, 2]}
        assert found["objects"]["cell phone"]["high"] == [0, 61, None, 0, None, None]
        coarse = await centre.get(path, points=2)
        assert coarse["yaw_deg"] == {"low": [-41, 1], "high": [0, 5]}
        part = {"from": (NINE + timedelta(seconds=2)).isoformat(), "to": (NINE + timedelta(seconds=3)).isoformat()}
        assert (await centre.get(path, **part))["yaw_deg"]["high"] == [1, 2]
        assert (await centre.get("/booths/booth-1/traces"))["faces"]["high"] == [1, 1, 0, 1, 1, 1]
        for wrong in ({"from": part["to"], "to": part["from"]}, {"from": "0001-01-01T00:00:00Z"}, {"points": "0"}):
            assert (await client.get(f"/api/v1{path}", params=wrong)).status_code == 422
        await outsiders(hub, key)

        async with hub.database.writing() as connection:
            await retention.cut(connection, booth.chain.chain_id, booth.chain.seq - 1)
        assert await rows(hub) == [key]
        async with hub.database.writing() as connection:
            await retention.cut(connection, booth.chain.chain_id, booth.chain.seq)
        assert await rows(hub) == []
        assert (await centre.get(path))["points"] == 0


async def outsiders(hub: Hub, key: UUID) -> None:
    """Somebody without booths, and those who see no candidate."""
    async with person(hub, "otto", "proctor") as otto, person(hub, "tina", "technician") as tina:
        for path in (f"/api/v1/exam-sessions/{key}/traces", "/api/v1/booths/booth-1/traces"):
            assert [(await each.get(path)).status_code for each in (otto, tina)] == [403, 403]
