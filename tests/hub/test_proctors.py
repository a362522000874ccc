"""Who is responsible for an exam session: a limit at one time, and who has room."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config import WatchingConfig
from hub.watching.proctors import most_at_once
from tests.support.exam_rows import an_exam_session
from tests.support.hub import a_hub, add_booth
from tests.support.people import asked, audited, get, person

pytestmark = pytest.mark.anyio
T0 = datetime(2026, 5, 4, tzinfo=UTC)
Span = tuple[datetime, datetime]


def hours(start: float, end: float) -> Span:
    return T0 + timedelta(hours=start), T0 + timedelta(hours=end)


def test_what_follows_each_other_is_one_at_a_time() -> None:
    assert most_at_once(hours(9, 12), []) == 0
    assert most_at_once(hours(9, 12), [hours(8, 9), hours(9, 10), hours(10, 11), hours(11, 12), hours(12, 13)]) == 1
    assert most_at_once(hours(9, 12), [hours(8, 13), hours(9, 10), hours(10, 11)]) == 2
    assert most_at_once(hours(9, 12), [hours(13, 14)] * 9) == 0


spans = st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda pair: hours(pair[0], pair[0] + pair[1]))


@given(spans, st.lists(spans, max_size=12))
def test_the_worst_moment_is_found(wanted: Span, others: list[Span]) -> None:
    moments = [wanted[0] + timedelta(minutes=30 * step) for step in range(12)]
    counted = [
        sum(start <= moment < end for start, end in others) for moment in moments if wanted[0] <= moment < wanted[1]
    ]
    assert most_at_once(wanted, others) == max(counted)


async def test_nobody_gets_more_than_can_be_watched(tmp_path: Path) -> None:
    async with a_hub(tmp_path, watching=WatchingConfig(exam_sessions_per_proctor=2)) as hub:
        began = datetime.now(UTC) - timedelta(minutes=10)
        times: dict[str, Any] = {
            "scheduled_start": began,
            "scheduled_end": began + timedelta(hours=1),
            "started_at": began,
        }
        now = []
        for number in range(3):
            await add_booth(hub, f"booth-{number}")
            now.append(await an_exam_session(hub, f"booth-{number}", **times))
        later = await an_exam_session(
            hub,
            "booth-0",
            state="scheduled",
            scheduled_start=began + timedelta(hours=5),
            scheduled_end=began + timedelta(hours=6),
        )
        async with (
            person(hub, "ada", "admin") as ada,
            person(hub, "pat", "proctor", "booth-2") as pat,
            person(hub, "pia", "proctor", "booth-2"),
            person(hub, "rae", "reviewer", "booth-2") as rae,
        ):
            for exam_session in (*now[:2], later):
                await asked(ada, "POST", f"/exam-sessions/{exam_session}/proctors", username="pat")
            third = f"/exam-sessions/{now[2]}/proctors"
            refused = await asked(pat, "POST", third, 409, username="pat")
            assert "Pat has 2 exam sessions then" in refused["detail"]
            assert "Pia" in refused["detail"]
            assert "Pat," not in refused["detail"].rpartition(";")[2]
            again = await asked(ada, "POST", f"/exam-sessions/{now[0]}/proctors", username="pat")
            assert [each["username"] for each in again["items"]] == ["pat"], "that is so already"
            assert [each["assigned_by"] for each in again["items"]] == ["ada"]
            await asked(pat, "POST", third, 403, username="pia")
            await asked(ada, "POST", third, 422, username="rae")
            await asked(rae, "POST", third, 403, username="rae")
            both = await asked(ada, "POST", third, username="pia")
            assert both == await get(rae, third)
            loads = {each["username"]: each for each in (await get(ada, "/proctors"))["items"]}
            assert (loads["pat"]["in_progress"], loads["pat"]["assigned"], loads["pat"]["limit"]) == (2, 3, 2)
            assert (loads["pia"]["in_progress"], loads["ada"]["assigned"]) == (1, 0)
            assert "rae" not in loads
            await asked(ada, "DELETE", f"/exam-sessions/{now[0]}/proctors/pat", 204)
            await asked(ada, "DELETE", f"/exam-sessions/{now[0]}/proctors/pat", 404)
            await asked(pat, "POST", third, username="pat")
            assert len(await audited(hub, "exam_session.proctor_assigned")) == 5
            assert await audited(hub, "exam_session.proctor_unassigned") == [("ada", str(now[0]))]


async def test_who_is_responsible_reaches_the_booth_until_the_end(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        exam_session = await an_exam_session(hub, "booth-1")
        async with person(hub, "ada", "admin") as ada, person(hub, "pat", "proctor") as pat:
            await asked(pat, "POST", "/booths/booth-1/looking", 403)
            await asked(ada, "POST", f"/exam-sessions/{exam_session}/proctors", username="pat")
            await asked(pat, "POST", "/booths/booth-1/looking", 204)
            assert (await get(pat, "/me"))["booths"] == ["booth-1"]
            end: dict[str, Any] = {"reason_code": "other.note_required", "note": "The fire alarm."}
            await asked(ada, "POST", f"/exam-sessions/{exam_session}/terminate", **end)
            await asked(pat, "POST", "/booths/booth-1/looking", 403)
