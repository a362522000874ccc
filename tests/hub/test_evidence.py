"""Evidence: taken from whom it should come, whole or not at all, shown to whom it may."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contract.chain import sha256_hex
from contract.messages import ErrorReply, SnapshotReply
from hub.parts import Hub
from hub.store import evidence
from tests.support.authority import Authority
from tests.support.hub import (
    Chain,
    Device,
    a_hub,
    a_violation,
    add_booth,
    add_user,
    an_uplink,
    browser,
    comes_online,
    sign_in,
    snapshot_ref,
)

pytestmark = pytest.mark.anyio
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 40


async def put(client: httpx.AsyncClient, data: bytes, headers: dict[str, str], **changes: Any) -> httpx.Response:
    name = changes.get("name", sha256_hex(data))
    return await client.put(f"/api/v1/evidence/{name}", content=changes.get("body", data), headers=headers)


def files(hub: Hub) -> list[Path]:
    """All but the empty ones that hub processes lock."""
    turns = hub.settings.evidence_dir / "turns"
    return [path for path in hub.settings.evidence_dir.rglob("*") if path.is_file() and path.parent != turns]


async def test_a_file_is_stored_once_and_shown_to_who_is_signed_in(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        first = await put(client, PICTURE, device.upload_headers(PICTURE))
        assert (first.status_code, first.json()["new"]) == (201, True)
        again = await put(client, PICTURE, device.upload_headers(PICTURE))
        assert (again.status_code, again.json()["new"]) == (200, False)
        path = f"/api/v1/evidence/{sha256_hex(PICTURE)}"
        assert (await client.get(path)).status_code == 401
        await add_user(hub)
        await sign_in(client)
        shown = await client.get(path)
        assert shown.content == PICTURE
        assert shown.headers["content-type"] == "image/jpeg"
        assert "immutable" in shown.headers["cache-control"]
        assert "private" in shown.headers["cache-control"]
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert (await client.get(f"/api/v1/evidence/{'0' * 64}")).status_code == 404
        booth = (await client.get("/api/v1/booths/booth-1")).json()
        assert booth["picture"]["sha256"] == sha256_hex(PICTURE)
        assert len(files(hub)) == 1


async def test_a_violation_says_whether_its_picture_has_arrived(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        violation = a_violation(evidence=(snapshot_ref(PICTURE),))
        uplink.send(Chain("booth-1").opened(violation))
        await uplink.acked(1)
        path = f"/api/v1/violations/{violation.violation_id}"
        assert (await client.get(path)).json()["evidence"][0]["available"] is False
        await put(client, PICTURE, uplink.device.upload_headers(PICTURE))
        assert (await client.get(path)).json()["evidence"][0]["available"] is True
        picture = (await client.get("/api/v1/booths/booth-1")).json()["picture"]
        assert datetime.fromisoformat(picture["taken_at"]) == violation.evidence[0].taken_at


async def test_a_scene_that_has_not_moved_is_shown_as_seen_again(tmp_path: Path) -> None:
    """The same bytes are uploaded once: only the violation says that they were seen a second time."""
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        chain, first = Chain("booth-1"), snapshot_ref(PICTURE)
        later = first.model_copy(update={"taken_at": datetime.now(UTC) + timedelta(minutes=1)})
        await put(client, PICTURE, uplink.device.upload_headers(PICTURE))
        uplink.send(chain.opened(a_violation(evidence=(first,))))
        uplink.send(chain.opened(a_violation(300, evidence=(later,))))
        await uplink.acked(2)
        picture = (await client.get("/api/v1/booths/booth-1")).json()["picture"]
        assert datetime.fromisoformat(picture["taken_at"]) == later.taken_at
        async with hub.database.reading() as connection:
            assert await evidence.taken_at(connection, "booth-1", first.sha256) == later.taken_at
            assert await evidence.taken_at(connection, "booth-2", first.sha256) is None


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"Invigil-Signature": "AAAA"}, 401, "signature"),
        ({"Invigil-Signature": "not base64!"}, 401, "signature"),
        ({"Invigil-Certificate": "AAAA"}, 401, "certificate"),
        ({"Invigil-Certificate": "!"}, 401, "certificate"),
        ({"Invigil-Signed-At": "today"}, 401, "iso 8601"),
        ({"Invigil-Signed-At": "2026-01-01T00:00:00"}, 401, "time zone"),
        ({"Invigil-Signed-At": (datetime.now(UTC) - timedelta(minutes=11)).isoformat()}, 401, "set the device's clock"),
        ({"Invigil-Booth": "booth-2"}, 401, "booth-2"),
        ({"Content-Type": "text/html"}, 415, "text/html"),
    ],
)
async def test_what_does_not_count_is_refused(tmp_path: Path, changes: dict[str, str], status: int, says: str) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_booth(hub, "booth-2")
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        answer = await put(client, PICTURE, device.upload_headers(PICTURE, **changes))
        assert answer.status_code == status
        assert says in answer.json()["detail"].lower()
        assert not files(hub)
        assert hub.metrics.evidence_refused.labels(str(status))._value.get() == 1


async def test_other_bytes_than_the_name_says_are_refused(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        changed = bytes([PICTURE[0] ^ 1]) + PICTURE[1:]
        answer = await put(client, PICTURE, device.upload_headers(PICTURE), body=changed)
        assert answer.status_code == 422
        assert not files(hub)
        assert (await put(client, PICTURE, device.upload_headers(PICTURE))).status_code == 201


async def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    async with a_hub(tmp_path, evidence_max_bytes=4096) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        answer = await put(client, PICTURE, device.upload_headers(PICTURE))
        assert answer.status_code == 413
        assert "4096" in answer.json()["detail"]
        assert not files(hub)


async def test_a_replaced_devices_certificate_no_longer_counts(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        old = await Device.enrol(hub, "booth-1", tmp_path / "old")
        new = await Device.enrol(hub, "booth-1", tmp_path / "new", known=True)
        refused = await put(client, PICTURE, old.upload_headers(PICTURE))
        assert refused.status_code == 401
        assert "another device" in refused.json()["detail"]
        assert (await put(client, PICTURE, new.upload_headers(PICTURE))).status_code == 201


async def test_a_certificate_of_another_authority_does_not_count(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_booth(hub, "booth-1")
        key = ec.generate_private_key(ec.SECP256R1())
        foreign = Device("booth-1", key, Authority.make().sign("booth-1", key.public_key()), tmp_path)
        answer = await put(client, PICTURE, foreign.upload_headers(PICTURE))
        assert answer.status_code == 401
        assert "not from this hub" in answer.json()["detail"]


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The kernel refuses to write more, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    large = PICTURE * 500
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        with no_file_larger_than(4 * 2**20):
            answer = await put(client, large, device.upload_headers(large))
        assert answer.status_code == 507
        assert "send it again" in answer.json()["detail"]
        assert not files(hub)
        assert (await client.get("/api/v1/booths")).status_code == 200
        assert (await put(client, large, device.upload_headers(large))).status_code == 201


async def test_a_snapshot_is_asked_for_and_awaited(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        path = "/api/v1/booths/booth-1/snapshot"
        assert (await client.post(path)).status_code == 409
        await uplink.listen("invigil/v1/booths/booth-1/commands")
        await comes_online(client, uplink)

        async with browser(hub) as uploader:

            async def answer_with_picture() -> None:
                await uplink.receive("commands")
                uplink.reply(SnapshotReply(evidence=snapshot_ref(PICTURE)).to_json())
                await put(uploader, PICTURE, uplink.device.upload_headers(PICTURE))

            answer, _ = await _both(client.post(path), answer_with_picture())
            assert answer.status_code == 200
            assert answer.json()["sha256"] == sha256_hex(PICTURE)

            async def answer_with_error() -> None:
                await uplink.receive("commands")
                uplink.reply(ErrorReply(reason="the camera is gone").to_json())

            answer, _ = await _both(client.post(path), answer_with_error())
            assert answer.status_code == 502
            assert "the camera is gone" in answer.json()["detail"]


async def test_a_booth_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.booths.REPLY_S", 0.1)
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await comes_online(client, uplink)
        answer = await client.post("/api/v1/booths/booth-1/snapshot")
        assert answer.status_code == 504
        assert "did not answer" in answer.json()["title"]


async def _both(first: Any, second: Any) -> tuple[Any, Any]:
    one, two = await asyncio.gather(first, second)
    return one, two
