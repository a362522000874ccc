"""The schedule beside its exam sessions, and the order of candidates: what a day's planning asks the hub for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.exams import Centre
from tests.support.hub import a_hub, add_booth, add_user, browser, sign_in

pytestmark = pytest.mark.anyio
NINE = datetime(2030, 5, 4, 9, tzinfo=UTC)
TEXT_CSV = {"Content-Type": "text/csv"}


def times(found: dict[str, object], booth: str) -> list[tuple[str, str]]:
    items: list[dict[str, str]] = found["items"]  # type: ignore[assignment]
    return [(each["first_start"][11:16], each["last_start"][11:16]) for each in items if each["booth_id"] == booth]


async def test_free_times_keep_clear_of_the_booth_and_of_the_candidate_and_codes_are_listed(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)
        for booth in ("booth-1", "booth-2"):
            await add_booth(hub, booth)
        exam = await centre.exam(duration_s=3600)
        slow, other = await centre.candidate("A-1", extra_time_percent=50), await centre.candidate("A-2")
        taken = await centre.schedule(exam, slow, "booth-1", scheduled_start=NINE.isoformat())
        day = {"from": (NINE - timedelta(hours=3)).isoformat(), "to": (NINE + timedelta(hours=6)).isoformat()}

        of_other = await centre.get("/schedule/free", exam=exam, candidate=other, **day)
        assert (of_other["duration_s"], of_other["turnaround_s"]) == (3600, 600)
        assert times(of_other, "booth-1") == [("06:00", "07:50"), ("10:40", "15:00")]
        assert times(of_other, "booth-2") == [("06:00", "15:00")]
        of_slow = await centre.get("/schedule/free", exam=exam, candidate=slow, **day)
        assert times(of_slow, "booth-2") == [("06:00", "07:30"), ("10:30", "15:00")], "nobody sits twice at once"
        refused = await client.get("/api/v1/schedule/free", params={"exam": slow, **day})
        assert refused.status_code == 422

        listed = await centre.get("/schedule/codes", **day)
        (code,) = listed["items"]
        shown = await centre.show(taken)
        assert (code["check_in_code"], code["candidate_number"]) == (shown["check_in_code"], "A-1")
        assert not listed["more"]
        long = day | {"to": (NINE + timedelta(days=60)).isoformat()}
        assert (await client.get("/api/v1/schedule/codes", params=long)).status_code == 422
        entries = (await centre.get("/audit", limit=5))["items"]
        assert "check_in_codes.listed" in {entry["action"] for entry in entries}


async def test_candidates_are_ordered_narrowed_and_an_import_lists_as_many_lines_as_asked_for(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)
        for number, name, extra in (("3", "Ada", 0), ("1", "Bea", 25), ("2", "Cid", 0)):
            await centre.candidate(number, name=name, extra_time_percent=extra)

        async def names(**asked: str) -> list[str]:
            found: list[str] = []
            after: dict[str, str] = {}
            while True:
                page = await centre.get("/candidates", limit=1, **asked, **after)
                found += [each["name"] for each in page["items"]]
                if page["next"] is None:
                    return found
                after = {"after": page["next"]}

        assert await names() == ["Ada", "Bea", "Cid"]
        assert await names(sort="-name") == ["Cid", "Bea", "Ada"]
        assert await names(sort="number") == ["Bea", "Cid", "Ada"]
        assert await names(sort="-number", accommodated="false") == ["Ada", "Cid"]
        assert await names(accommodated="true") == ["Bea"]

        table = "number,name\n" + "".join(f"N-{line},\n" for line in range(300))
        path = "/api/v1/candidates/import?dry_run=true"
        short = await client.post(path, content=table.encode(), headers=TEXT_CSV)
        assert (short.json()["problem_count"], len(short.json()["problems"])) == (300, 200)
        whole = await client.post(f"{path}&listed=10000", content=table.encode(), headers=TEXT_CSV)
        assert len(whole.json()["problems"]) == 300
