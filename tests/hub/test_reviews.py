"""Decisions: who may, how two people agree, what a booth cannot change, several at once, the queue, the rates."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from contract.messages import ViolationUpdated
from contract.violation import Violation
from hub.tables import audit_log
from hub.watching.reviews import outcome, wilson
from tests.support.exam_rows import an_exam_session
from tests.support.hub import Chain, Uplink, a_hub, a_violation, an_uplink
from tests.support.people import asked, get, person
from tests.support.served import next_of, served

pytestmark = pytest.mark.anyio


async def decide(client: httpx.AsyncClient, violation: Violation, decision: str, note: str = "") -> httpx.Response:
    path = f"/api/v1/violations/{violation.violation_id}/reviews"
    return await client.post(path, json={"decision": decision, "note": note})


async def decided(client: httpx.AsyncClient, violation: Violation, decision: str) -> Any:
    answer = await decide(client, violation, decision)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def opened(uplink: Uplink, *violations: Violation, exam_session: UUID | None = None) -> Chain:
    chain = Chain(uplink.device.booth, exam_session=exam_session)
    for violation in violations:
        uplink.send(chain.opened(violation))
    await uplink.acked(len(violations))
    return chain


def test_nobody_wins_against_as_many() -> None:
    assert outcome([], 1) == "unreviewed"
    assert outcome(["confirmed"], 1) == "confirmed"
    assert outcome(["confirmed"], 2) == "unreviewed"
    assert outcome(["dismissed", "dismissed"], 2) == "dismissed"
    assert outcome(["dismissed", "confirmed"], 1) == "contested"
    assert outcome(["dismissed", "confirmed"], 2) == "contested"
    assert outcome(["dismissed", "confirmed", "confirmed"], 2) == "confirmed"


@given(st.integers(0, 500), st.integers(1, 500))
def test_bounds_hold_the_share_and_narrow_with_numbers(found: int, more: int) -> None:
    of = found + more
    low, high = wilson(found, of)
    assert 0 <= low <= found / of <= high <= 1
    ten_low, ten_high = wilson(10 * found, 10 * of)
    assert ten_high - ten_low < high - low


def test_bounds_are_those_of_the_literature() -> None:
    """15 of 148: R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    assert [round(bound, 4) for bound in wilson(15, 148)] == [0.0624, 0.1605]
    assert [round(bound, 4) for bound in wilson(0, 20)] == [0.0, 0.1611]


async def test_a_person_decides_and_may_take_it_back(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        person(hub, "rae", "reviewer", "booth-1") as rae,
    ):
        violation = a_violation()
        await opened(uplink, violation)
        fresh = await get(rae, f"/violations/{violation.violation_id}")
        assert (fresh["review"], fresh["reviews"], fresh["reviews_wanted"]) == ("unreviewed", [], 1)
        answer = await decide(rae, violation, "dismissed", "  A shadow.  ")
        view = answer.json()
        assert (view["review"], view["reviews"][0]["note"]) == ("dismissed", "A shadow.")
        assert view == await get(rae, f"/violations/{violation.violation_id}")
        assert (await decided(rae, violation, "confirmed"))["review"] == "confirmed"
        back = await decided(rae, violation, "unreviewed")
        assert (back["review"], back["reviews"]) == ("unreviewed", [])
        assert (await decide(rae, violation, "unreviewed")).status_code == 409
        kept = (await get(rae, f"/violations/{violation.violation_id}/reviews"))["items"]
        assert [(each["decision"], each["username"]) for each in kept] == [
            ("dismissed", "rae"),
            ("confirmed", "rae"),
            ("unreviewed", "rae"),
        ]
        async with hub.database.reading() as connection:
            actions = select(audit_log.c.object_id, audit_log.c.username).where(
                audit_log.c.action == "violation.reviewed"
            )
            recorded = (await connection.execute(actions)).all()
        assert [tuple(row) for row in recorded] == [(str(violation.violation_id), "rae")] * 3


async def test_why_it_was_dismissed_is_kept_with_the_decision(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        person(hub, "rae", "reviewer", "booth-1") as rae,
    ):
        violation = a_violation()
        await opened(uplink, violation)
        path = f"/violations/{violation.violation_id}/reviews"
        await asked(rae, "POST", path, 422, decision="confirmed", reason_code="ordinary")
        await asked(rae, "POST", path, 422, decision="dismissed", reason_code="other")
        await asked(rae, "POST", path, 422, decision="dismissed", reason_code="a whim")
        view = await asked(rae, "POST", path, decision="dismissed", reason_code="other", note="A cat.")
        assert (view["reviews"][0]["reason_code"], view["reviews"][0]["note"]) == ("other", "A cat.")
        several: Any = {"violation_ids": [str(violation.violation_id)], "decision": "dismissed"}
        await asked(rae, "POST", "/reviews", **several, reason_code="technical")
        kept = (await get(rae, path))["items"]
        assert [each["reason_code"] for each in kept] == ["other", "technical"]


async def test_two_people_must_agree_where_the_exam_asks_for_it(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        person(hub, "rae", "reviewer", "booth-1") as rae,
        person(hub, "rob", "reviewer", "booth-1") as rob,
        person(hub, "ada", "admin") as ada,
    ):
        exam_session = await an_exam_session(hub, "booth-1", second_review=True)
        violation = a_violation()
        await opened(uplink, violation, exam_session=exam_session)
        first = await decided(rae, violation, "confirmed")
        assert (first["review"], first["reviews_wanted"]) == ("unreviewed", 2)
        assert first["exam_session_id"] == str(exam_session)
        again = await decided(rae, violation, "confirmed")
        assert again["review"] == "unreviewed", "the same person is not two"
        assert (await get(rae, "/reviews/queue"))["items"] == [], "it is for somebody else now"
        assert len((await get(rob, "/reviews/queue"))["items"]) == 1
        assert (await decided(rob, violation, "dismissed"))["review"] == "contested"
        assert [len((await get(who, "/reviews/queue"))["items"]) for who in (rae, rob, ada)] == [0, 0, 1]
        assert len((await get(ada, "/reviews/queue", review="contested"))["items"]) == 1
        assert (await get(ada, "/reviews/queue", review="unreviewed"))["items"] == []
        third = await decided(ada, violation, "dismissed")
        assert (third["review"], len(third["reviews"])) == ("dismissed", 3)
        assert (await decided(rob, violation, "unreviewed"))["review"] == "contested"
        assert (await decided(ada, violation, "confirmed"))["review"] == "confirmed"


async def test_who_looks_second_is_not_swayed_by_the_first(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        served(hub) as server,
        person(hub, "rae", "reviewer", "booth-1") as rae,
        person(hub, "rob", "reviewer", "booth-1") as rob,
        person(hub, "ann", "auditor", "booth-1") as ann,
        server.listen(Cookie=await server.cookie_of("rob")) as of_rob,
        server.listen(Cookie=await server.cookie_of("ann")) as of_ann,
    ):
        exam_session = await an_exam_session(hub, "booth-1", second_review=True)
        violation = a_violation()
        await opened(uplink, violation, exam_session=exam_session)
        about = f"/violations/{violation.violation_id}"
        assert (await decide(rae, violation, "dismissed", "A shadow.")).json()["reviews"][0]["note"] == "A shadow."

        async def told(who: httpx.AsyncClient) -> list[Any]:
            """Everything through which the first decision could be learnt."""
            (listed,) = (await get(who, "/violations"))["items"]
            (booth,) = (await get(who, "/booths"))["items"]
            report = await get(who, f"/exam-sessions/{exam_session}/report")
            views = [listed, await get(who, about), booth["latest"]]
            assert {view["reviews_hidden"] for view in views} == {0 if listed["reviews"] else 1}
            some = [*views, report["violations"][0]]
            return [*(each["reviews"] for each in some), (await get(who, f"{about}/reviews"))["items"]]

        (waiting,) = (await get(rob, "/reviews/queue"))["items"]
        assert (waiting["reviews"], waiting["reviews_hidden"]) == ([], 1)
        assert await told(rob) == [[]] * 5
        assert (await get(rob, f"{about}/reviews"))["hidden"] == 1
        seen = await next_of(of_rob, "violation", reviews_hidden=1)
        assert seen["reviews"] == []
        assert all(len(some) == 1 for some in [*await told(rae), *await told(ann)]), "theirs, and who cannot decide"
        assert (await next_of(of_ann, "violation", reviews_hidden=0))["violation_id"] == seen["violation_id"]
        assert [len((await decided(rob, violation, "confirmed"))["reviews"]), *map(len, await told(rob))] == [2] * 6


async def test_what_is_contested_is_not_decided_in_reports(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        person(hub, "rae", "reviewer", "booth-1") as rae,
        person(hub, "ada", "admin") as ada,
    ):
        exam_session = await an_exam_session(hub, "booth-1")
        violation = a_violation()
        await opened(uplink, violation, exam_session=exam_session)
        await decided(rae, violation, "dismissed")
        assert (await decided(ada, violation, "confirmed"))["review"] == "contested"
        seen = (await get(ada, f"/exam-sessions/{exam_session}"))["exam_session"]
        assert (seen["violations"], seen["unreviewed"]) == (1, 1)
        report = await get(ada, f"/exam-sessions/{exam_session}/report")
        (told,) = report["violations"]
        assert told["review"] not in ("confirmed", "dismissed")
        assert [each["decision"] for each in told["reviews"]] == ["dismissed", "confirmed"]
        summary = await get(ada, f"/exams/{seen['exam_id']}/summary")
        assert (summary["violations"], summary["reviewed"]) == (1, 0)


async def test_a_booth_never_changes_a_decision_and_growth_is_shown(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        person(hub, "rae", "reviewer", "booth-1") as rae,
    ):
        violation = a_violation(severity="medium")
        chain = await opened(uplink, violation)
        await decided(rae, violation, "dismissed")
        uplink.send(chain.event(ViolationUpdated(violation=violation)))
        await uplink.acked(1)
        same = await get(rae, f"/violations/{violation.violation_id}")
        assert (same["review"], same["changed_since_review"]) == ("dismissed", False)
        uplink.send(chain.event(ViolationUpdated(violation=violation.model_copy(update={"severity": "high"}))))
        await uplink.acked(1)
        grown = await get(rae, f"/violations/{violation.violation_id}")
        assert (grown["review"], grown["severity"], grown["changed_since_review"]) == ("dismissed", "high", True)
        assert [item["violation_id"] for item in (await get(rae, "/reviews/queue"))["items"]] == [grown["violation_id"]]
        assert (await decided(rae, violation, "confirmed"))["changed_since_review"] is False
        assert (await get(rae, "/reviews/queue"))["items"] == []


async def test_only_reviewers_decide_and_only_in_their_scope(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "booth-2") as other,
        person(hub, "rae", "reviewer", "booth-1") as rae,
        person(hub, "pat", "proctor", "booth-1") as pat,
    ):
        own, foreign = a_violation(), a_violation(1)
        await opened(uplink, own)
        await opened(other, foreign)
        assert (await decide(pat, own, "confirmed")).status_code == 403
        assert (await pat.get("/api/v1/reviews/queue")).status_code == 403
        assert (await decide(rae, foreign, "confirmed")).status_code == 403
        assert (await rae.get(f"/api/v1/violations/{foreign.violation_id}/reviews")).status_code == 403
        assert (await decide(rae, a_violation(), "confirmed")).status_code == 404
        assert (await decide(rae, own, "guilty")).status_code == 422
        ids = [str(own.violation_id), str(foreign.violation_id)]
        refused = await rae.post("/api/v1/reviews", json={"violation_ids": ids, "decision": "confirmed"})
        assert refused.status_code == 403
        assert "booth-2" in refused.json()["detail"]
        assert (await get(rae, f"/violations/{own.violation_id}"))["review"] == "unreviewed", "all or nothing"
        assert [item["booth_id"] for item in (await get(rae, "/reviews/queue"))["items"]] == ["booth-1"]
        assert (await get(rae, "/reviews/queue"))["waiting"] == 1


async def test_several_are_decided_at_once_or_not_at_all(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        person(hub, "rae", "reviewer", "booth-1") as rae,
    ):
        some = [a_violation(number) for number in range(5)]
        await opened(uplink, *some)
        await decided(rae, some[0], "confirmed")
        ids = [str(each.violation_id) for each in some]
        unknown = {"violation_ids": [*ids, str(uuid4())], "decision": "dismissed", "note": "Cleaning."}
        assert (await rae.post("/api/v1/reviews", json=unknown)).status_code == 404
        answer = await rae.post("/api/v1/reviews", json=unknown | {"violation_ids": ids})
        assert answer.json()["items"] == [
            {"violation_id": ids[0], "before": "confirmed", "review": "dismissed"},
            *({"violation_id": each, "before": "unreviewed", "review": "dismissed"} for each in ids[1:]),
        ]
        assert {item["reviews"][0]["note"] for item in (await get(rae, "/violations"))["items"]} == {"Cleaning."}
        too_many = {"violation_ids": [str(uuid4()) for _ in range(201)], "decision": "dismissed"}
        assert (await rae.post("/api/v1/reviews", json=too_many)).status_code == 422
        assert (await rae.post("/api/v1/reviews", json=too_many | {"violation_ids": []})).status_code == 422


async def test_the_queue_has_the_severe_first_and_then_the_oldest(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "booth-2") as other,
        person(hub, "rae", "reviewer", "booth-1", "booth-2") as rae,
    ):
        severities = ("low", "high", "medium", "high", "low", "medium", "high")
        made = [a_violation(number, severity=severity) for number, severity in enumerate(severities)]
        await opened(uplink, *made[:4])
        await opened(other, *made[4:])
        rank = {"high": 0, "medium": 1, "low": 2}
        due = [str(each.violation_id) for each in sorted(made, key=lambda each: (rank[each.severity], each.opened_at))]
        for limit in (1, 2, 3, 7):
            seen: list[str] = []
            after: dict[str, str] = {}
            while True:
                page = await get(rae, "/reviews/queue", limit=limit, **after)
                seen += [item["violation_id"] for item in page["items"]]
                if page["next"] is None:
                    break
                after = {"after": page["next"]}
            assert seen == due, limit
        first = await get(rae, "/reviews/queue", limit=3, severity="medium")
        assert [item["severity"] for item in first["items"]] == ["medium", "medium"]
        assert len((await get(rae, "/reviews/queue", booth_id="booth-2"))["items"]) == 3
        assert (await rae.get("/api/v1/reviews/queue?after=nonsense")).status_code == 422


async def test_a_decision_is_seen_live(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        served(hub) as server,
        server.listen() as socket,
        person(hub, "rae", "reviewer", "booth-1") as rae,
    ):
        violation = a_violation()
        await opened(uplink, violation)
        await decided(rae, violation, "dismissed")
        about = str(violation.violation_id)
        seen = await next_of(socket, "violation", violation_id=about, review="dismissed")
        assert seen == await get(rae, f"/violations/{violation.violation_id}")


async def test_rates_tell_which_rule_is_often_wrong(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "booth-2"),
        person(hub, "rae", "reviewer", "booth-1") as rae,
        person(hub, "rob", "reviewer", "booth-2") as rob,
    ):
        exam_session = await an_exam_session(hub, "booth-1")
        why = a_violation().explanation
        glances = [
            a_violation(n, kind="looking_away", explanation=why.model_copy(update={"rule": "glance"})) for n in range(4)
        ]
        empty = [
            a_violation(n, kind="no_face", explanation=why.model_copy(update={"rule": "no_face"})) for n in range(2)
        ]
        await opened(uplink, *glances, exam_session=exam_session)
        await opened(uplink, *empty)
        for each, decision in zip(glances, ("dismissed", "dismissed", "dismissed", "confirmed"), strict=True):
            await decided(rae, each, decision)
        by_rule = (await get(rae, "/reviews/rates"))["items"]
        assert [(rate["rule"], rate["dismissed"], rate["confirmed"], rate["unreviewed"]) for rate in by_rule] == [
            ("glance", 3, 1, 0),
            ("no_face", 0, 0, 2),
        ]
        assert (by_rule[0]["dismissed_share"], by_rule[1]["dismissed_share"]) == (0.75, None)
        assert by_rule[0]["low"] < 0.75 < by_rule[0]["high"]
        by_profile = (await get(rae, "/reviews/rates", by="profile"))["items"]
        assert [(rate["profile"], rate["profile_version"], rate["kind"]) for rate in by_profile] == [
            ("strict", 1, None)
        ]
        by_exam = (await get(rae, "/reviews/rates", by="exam"))["items"]
        assert [(rate["exam_name"], rate["dismissed"]) for rate in by_exam] == [("Algebra", 3), (None, 0)]
        assert [
            rate["dismissed"] for rate in (await get(rae, "/reviews/rates", exam=by_exam[0]["exam_id"]))["items"]
        ] == [3]
        by_booth = (await get(rae, "/reviews/rates", by="booth"))["items"]
        assert [(rate["booth_name"], rate["dismissed"], rate["rule"]) for rate in by_booth] == [("Booth-1", 3, None)]
        later = {"from": "2026-05-04T09:00:02Z"}
        assert [rate["dismissed"] for rate in (await get(rae, "/reviews/rates", **later))["items"]] == [1]
        assert (await get(rob, "/reviews/rates"))["items"] == [], "of no booth of his"
