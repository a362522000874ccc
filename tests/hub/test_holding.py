"""Who has which violation before them: shown to colleagues in scope, let go, forgotten; nobody is kept from it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from hub.watching import holding
from tests.support.hub import Chain, a_hub, a_violation, an_uplink
from tests.support.people import asked, person

pytestmark = pytest.mark.anyio


async def hold(client: httpx.AsyncClient, violation_id: object | None) -> list[Any]:
    given = None if violation_id is None else str(violation_id)
    answer = await client.post("/api/v1/reviews/holding", json={"violation_id": given})
    assert answer.status_code == 200, answer.text
    return [(held["violation_id"], held["username"]) for held in answer.json()["items"]]


async def test_colleagues_see_what_one_has_before_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "booth-2"),
        person(hub, "rae", "reviewer", "booth-1") as rae,
        person(hub, "rob", "reviewer", "booth-1") as rob,
        person(hub, "eve", "reviewer", "booth-2") as eve,
        person(hub, "pat", "proctor", "booth-1") as pat,
    ):
        one, two = a_violation(0), a_violation(1)
        chain = Chain("booth-1")
        uplink.send(chain.opened(one))
        uplink.send(chain.opened(two))
        await uplink.acked(2)
        assert await hold(rae, one.violation_id) == [], "one's own is not said"
        assert await hold(rob, two.violation_id) == [(str(one.violation_id), "rae")]
        assert await hold(eve, None) == [], "not of her booth"
        assert await hold(rae, two.violation_id) == [(str(two.violation_id), "rob")]
        assert await hold(rob, None) == [(str(two.violation_id), "rae")], "one a person"
        assert await hold(rae, two.violation_id) == []
        await asked(rob, "POST", f"/violations/{two.violation_id}/reviews", decision="confirmed")
        await asked(eve, "POST", "/reviews/holding", 403, violation_id=str(one.violation_id))
        await asked(pat, "POST", "/reviews/holding", 403, violation_id=str(one.violation_id))
        await asked(rae, "POST", "/reviews/holding", 404, violation_id=str(uuid4()))
        monkeypatch.setattr(holding, "EXPIRES_S", 0)
        assert await hold(rob, None) == [], "she has gone without a word"
