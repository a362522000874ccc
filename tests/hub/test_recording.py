"""What comes to a violation later, what never comes, and the recording with its holes."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.chain import sha256_hex
from contract.messages import EvidenceAdded, EvidenceDropped, SegmentRecorded
from contract.violation import EvidenceRef
from hub.evidence.holes import holes
from hub.views import SegmentView
from tests.support.hub import Chain, Device, a_hub, a_violation, add_user, an_uplink, browser, sign_in, snapshot_ref
from tests.support.people import person

pytestmark = pytest.mark.anyio
NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
PICTURE = b"\xff\xd8\xff" + bytes(2000)
CLIP = b"\0\0\0\x18ftypiso5" + bytes(3000)


def video_ref(data: bytes, role: Any = "clip", at_s: float = 0) -> EvidenceRef:
    return EvidenceRef(
        sha256=sha256_hex(data),
        role=role,
        media_type="application/json" if role == "boxes" else "video/mp4",
        size_bytes=len(data),
        taken_at=NINE + timedelta(seconds=at_s),
    )


def segment(data: bytes, first_s: float, last_s: float) -> SegmentRecorded:
    return SegmentRecorded(
        evidence=video_ref(data, "segment", first_s),
        started_at=NINE + timedelta(seconds=first_s),
        ended_at=NINE + timedelta(seconds=last_s),
    )


async def upload(client: httpx.AsyncClient, device: Device, data: bytes) -> None:
    headers = device.upload_headers(data) | {"Content-Type": "video/mp4"}
    answer = await client.put(f"/api/v1/evidence/{sha256_hex(data)}", content=data, headers=headers)
    assert answer.status_code == 201, answer.text


async def test_a_clip_that_is_named_later_belongs_to_its_violation(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        chain, violation = Chain("booth-1"), a_violation(evidence=(snapshot_ref(PICTURE),))
        path = f"/api/v1/violations/{violation.violation_id}"
        opened = chain.opened(violation)
        clip = chain.event(EvidenceAdded(violation_id=violation.violation_id, evidence=video_ref(CLIP)))
        boxes = chain.event(EvidenceAdded(violation_id=violation.violation_id, evidence=video_ref(b"{}", "boxes")))
        for payload in (clip, opened, boxes, clip):  # out of order, and one of them again
            uplink.send(payload)
        await uplink.acked(3)
        shown = (await client.get(path)).json()["evidence"]
        assert sorted(file["role"] for file in shown) == ["boxes", "clip", "snapshot"]
        assert not any(file["available"] for file in shown)
        await upload(client, uplink.device, CLIP)
        shown = (await client.get(path)).json()["evidence"]
        assert {file["role"] for file in shown if file["available"]} == {"clip"}
        async with person(hub, "rita", "reviewer", "booth-1") as rita:
            assert (await rita.get(f"/api/v1/evidence/{sha256_hex(CLIP)}")).content == CLIP


async def test_a_booth_adds_nothing_to_anothers_violation(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as one,
        an_uplink(hub, tmp_path, "booth-2") as two,
        browser(hub) as client,
    ):
        await add_user(hub)
        await sign_in(client)
        violation = a_violation()
        one.send(Chain("booth-1").opened(violation))
        await one.acked(1)
        two.send(Chain("booth-2").event(EvidenceAdded(violation_id=violation.violation_id, evidence=video_ref(CLIP))))
        (ack,) = await two.acked(rejected=1)
        assert "another booth" in ack.rejected[0].reason
        assert (await client.get(f"/api/v1/violations/{violation.violation_id}")).json()["evidence"] == []


async def test_evidence_that_a_booth_dropped_is_shown_as_dropped(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        chain, violation = Chain("booth-1"), a_violation(evidence=(snapshot_ref(PICTURE),))
        uplink.send(chain.opened(violation))
        name = sha256_hex(PICTURE)
        uplink.send(chain.event(EvidenceDropped(sha256=name, role="snapshot", reason="spool_full")))
        await uplink.acked(2)
        path = f"/api/v1/violations/{violation.violation_id}"
        (shown,) = (await client.get(path)).json()["evidence"]
        assert (shown["available"], shown["dropped"]) == (False, "spool_full")
        await upload(client, uplink.device, PICTURE)  # a later violation has the same picture, and it was kept
        (shown,) = (await client.get(path)).json()["evidence"]
        assert (shown["available"], shown["dropped"]) == (True, None)


@pytest.mark.parametrize("order", tuple(permutations(("opened", "added", "dropped"))), ids=">".join)
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
async def test_a_drop_is_shown_in_whatever_order_the_events_come(
    tmp_path: Path, order: tuple[str, ...], together: bool
) -> None:
    """Sent again after a lost acknowledgement, they come in any; so do two messages of one connection that broke."""
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        chain, violation = Chain("booth-1"), a_violation()
        payloads = {
            "opened": chain.opened(violation),
            "added": chain.event(EvidenceAdded(violation_id=violation.violation_id, evidence=video_ref(CLIP))),
            "dropped": chain.event(EvidenceDropped(sha256=sha256_hex(CLIP), role="clip", reason="spool_full")),
        }
        for name in order:
            uplink.send(payloads[name])
            if not together:
                await uplink.acked(1)
        if together:
            await uplink.acked(3)
        (shown,) = (await client.get(f"/api/v1/violations/{violation.violation_id}")).json()["evidence"]
        assert (shown["role"], shown["available"], shown["dropped"]) == ("clip", False, "spool_full")


async def test_a_piece_that_was_dropped_before_it_was_named_is_a_hole_that_says_so(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        chain = Chain("booth-1")
        named = chain.event(segment(CLIP, 0, 60))
        uplink.send(chain.event(EvidenceDropped(sha256=sha256_hex(CLIP), role="segment", reason="disk_full")))
        await uplink.acked(1)
        uplink.send(named)
        await uplink.acked(1)
        shown = (await client.get("/api/v1/booths/booth-1/recording")).json()
        assert [hole["reason"] for hole in shown["holes"]] == ["dropped"]


async def test_a_recording_is_listed_with_its_holes(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        path = "/api/v1/booths/booth-1/recording"
        assert (await client.get(path)).json()["segments"] == []
        chain, pieces = Chain("booth-1"), [CLIP + bytes([number]) for number in range(4)]
        for number, first in enumerate((0, 60, 150, 210)):
            uplink.send(chain.event(segment(pieces[number], first, first + 60)))
        dropped = EvidenceDropped(sha256=sha256_hex(pieces[3]), role="segment", reason="disk_full")
        uplink.send(chain.event(dropped))
        await uplink.acked(5)
        for data in pieces[:2]:
            await upload(client, uplink.device, data)
        shown = (await client.get(path)).json()
        assert [found["available"] for found in shown["segments"]] == [True, True, False, False]
        spans = [
            tuple((datetime.fromisoformat(hole[name]) - NINE).total_seconds() for name in ("started_at", "ended_at"))
            for hole in shown["holes"]
        ]
        reasons = [hole["reason"] for hole in shown["holes"]]
        assert list(zip(reasons, spans, strict=True)) == [
            ("not_recorded", (120, 150)),
            ("on_its_way", (150, 210)),
            ("dropped", (210, 270)),
        ]
        narrowed = await client.get(path, params={"from": "2026-05-04T09:01:30Z", "to": "2026-05-04T09:02:00Z"})
        assert [found["sha256"] for found in narrowed.json()["segments"]] == [sha256_hex(pieces[1])]
        for since, until in (
            ("2026-05-04T09:00:00Z", "2026-05-04T09:00:00Z"),
            ("2026-05-01T00:00:00Z", "2026-05-04T00:00:00Z"),
        ):
            assert (await client.get(path, params={"from": since, "to": until})).status_code == 422
        assert (await client.get(path, params={"from": "2026-05-04T09:00:00"})).status_code == 422


async def test_a_recording_is_for_those_who_may_watch_the_booth(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        uplink.send(Chain("booth-1").event(segment(CLIP, 0, 60)))
        await uplink.acked(1)
        await upload(client, uplink.device, CLIP)
        await add_user(hub, "paul", "proctor")
        await sign_in(client, "paul")
        for path in ("/api/v1/booths/booth-1/recording", f"/api/v1/evidence/{sha256_hex(CLIP)}"):
            answer = await client.get(path)
            assert answer.status_code == 403
            assert "not assigned" in answer.json()["detail"]


def piece(first_s: float, last_s: float) -> SegmentView:
    return SegmentView(
        sha256="0" * 64,
        media_type="video/mp4",
        size_bytes=1,
        started_at=NINE + timedelta(seconds=first_s),
        ended_at=NINE + timedelta(seconds=last_s),
        has_sound=False,
        available=True,
        dropped=None,
    )


def test_pieces_that_touch_or_overlap_leave_no_hole() -> None:
    assert not list(holes([]))
    assert not list(holes([piece(0, 60)]))
    assert not list(holes([piece(0, 60), piece(60.4, 120), piece(61, 90), piece(119, 180)]))
    assert len(list(holes([piece(0, 60), piece(60.6, 120)]))) == 1
