"""Violations are found by words of the candidate, the booth or the kind; each word must be met."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.support.exam_rows import an_exam_session
from tests.support.hub import Chain, a_hub, a_violation, an_uplink
from tests.support.people import asked, get, person

pytestmark = pytest.mark.anyio


async def test_words_of_candidate_booth_and_kind_find_violations(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "booth-2") as other,
        person(hub, "rae", "reviewer", "booth-1", "booth-2") as rae,
        person(hub, "ada", "admin") as ada,
        person(hub, "rob", "reviewer", "booth-2") as rob,
    ):
        zoe = await asked(ada, "POST", "/candidates", 201, number="4711", name="Zoë Ångström")
        exam_session = await an_exam_session(hub, "booth-1", candidate_id=UUID(zoe["candidate_id"]))
        sitting, chain = Chain("booth-1", exam_session=exam_session), Chain("booth-2")
        uplink.send(sitting.opened(a_violation(0, kind="looking_away")))
        uplink.send(sitting.opened(a_violation(1, kind="no_face")))
        await uplink.acked(2)
        other.send(chain.opened(a_violation(2, kind="looking_away")))
        await other.acked(1)

        async def found(q: str, path: str = "/violations", **more: str) -> list[tuple[str, str]]:
            items = (await get(rae, path, q=q, **more))["items"]
            return [(item["booth_id"], item["kind"]) for item in items]

        away, none = ("booth-1", "looking_away"), ("booth-1", "no_face")
        assert await found("angst") == [none, away]
        assert await found("angst", order="oldest") == [away, none]
        assert await found("  ZOË away ") == [away]
        assert await found("look") == [("booth-2", "looking_away"), away]
        assert await found("booth-2 looking") == [("booth-2", "looking_away")]
        assert await found("zoe booth-2") == await found("nobody") == []
        assert await found("zoe face", "/reviews/queue") == [none]
        assert len(await found("  - ")) == 3, "nothing is asked for"
        (first, *_) = (await get(rae, "/violations", q="zoe"))["items"]
        assert (first["candidate_name"], first["exam_name"]) == ("Zoë Ångström", "Algebra")
        assert (await get(rob, "/violations", q="zoe"))["items"] == [], "outside of his scope"
