"""The hub's disk is full to its last byte, then a booth's: nothing is acknowledged that is not kept, nothing that is
kept is lost, who is full says so, and all goes on by itself when there is room."""

import asyncio
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from agent.errors import StorageError
from agent.evidence.spool import Spool
from agent.health import Trouble
from contract.chain import sha256_hex
from contract.messages import DropReason, EvidenceDropped
from hub.parts import Hub
from hub.tables import events
from tests.support.bad_link import bad_link
from tests.support.held import Held
from tests.support.hub import Device, a_hub, browser, until
from tests.support.namespaces import as_somebody_who_may
from tests.support.outbox_booth import OutboxBooth, journals_in
from tests.support.reckoning import reckon
from tests.support.small_disk import SmallDisk, loopback_up, small_disk

PICTURE = b"\xff\xd8\xff" + b"a picture" * 10_000
KEY = bytes(range(32))

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_hub_whose_disk_is_full_refuses_and_says_so_and_goes_on_by_itself(tmp_path: Path) -> None:
    if not may_mount():
        return
    with small_disk(tmp_path / "disk", 40) as disk, journals_in(tmp_path / "journals") as journals:
        async with a_hub(disk.folder / "hub", evidence_max_bytes=5_000_000) as hub, browser(hub) as client:
            device = await Device.enrol(hub, "booth-1", tmp_path / "device")
            booth = OutboxBooth(device, hub.mqtt.port, tmp_path / "booth")
            booth.uplink.start()
            try:
                booth.happen(5)
                await until("the hub to have them", lambda: booth.depth == 0)
                assert (await client.get("/readyz")).status_code == 200
                disk.fill()
                booth.happen(200)
                wanted = booth.depth
                await until("the database to be full", lambda: hub.metrics.ingest_retries._value.get() > 1)
                disk.fill()
                answer = await client.get("/readyz")
                assert answer.status_code == 503
                assert "make room" in answer.text
                assert (await upload(client, device)).status_code == 507
                for _ in range(3):  # what booths say of themselves finds no room either, and stops nothing
                    booth.beat()
                    await asyncio.sleep(0.5)
                kept = wanted - booth.depth
                assert booth.depth > 0, "it was not full"
                async with hub.database.reading() as connection:
                    assert len((await Held.read(connection)).events) >= 11 + kept, "acknowledged, and not kept"
                disk.make_room()
                await until("the hub to have all of it", lambda: booth.depth == 0)
                assert (await client.get("/readyz")).status_code == 200
                assert (await upload(client, device)).status_code == 201
                assert booth.trouble.snapshot() == {}
            finally:
                booth.stop()
            async with hub.database.reading() as connection:
                reckon(journals, await Held.read(connection)).must_balance()
            assert not list((disk.folder / "hub" / "evidence").rglob("*.part"))


async def upload(client: httpx.AsyncClient, device: Device) -> httpx.Response:
    headers = device.upload_headers(PICTURE) | {"X-Invigil-Request": "1"}
    return await client.put(f"/api/v1/evidence/{sha256_hex(PICTURE)}", content=PICTURE, headers=headers)


async def test_a_booth_whose_disk_is_full_gives_up_pictures_for_violations(tmp_path: Path) -> None:
    if not may_mount():
        return
    with small_disk(tmp_path / "disk", 30) as disk, journals_in(tmp_path / "journals") as journals:
        async with a_hub(tmp_path / "hub") as hub:
            device = await Device.enrol(hub, "booth-1", tmp_path / "device")
            with bad_link(hub.mqtt.port) as link:
                link.cut_off = True  # the hub is away meanwhile, or the outbox would never fill
                booth = OutboxBooth(device, link.port, disk.folder / "state")
                booth.uplink.start()
                try:
                    told, spool = evidence_beside(booth, disk)
                    booth.happen(100)
                    assert booth.outbox.waiting == 0, "evidence left the outbox its room"
                    assert {role for _, role, _ in told} == {"segment"}, "recordings go first"
                    assert {reason for _, _, reason in told} == {"disk_full"}
                    disk.fill()
                    while not booth.outbox.waiting:  # SQLite's log has some room of its own
                        booth.happen(5)
                        disk.fill()
                    booth.happen(50)
                    assert booth.trouble.of("outbox_full") > 0, "and it says so"
                    link.mend()
                    kept = booth.depth - booth.outbox.waiting
                    async with asyncio.timeout(60):
                        while await held(hub) < kept:  # noqa: ASYNC110 - asked of the database
                            await asyncio.sleep(0.2)
                    await until("nothing but what waits to be left", lambda: booth.depth == booth.outbox.waiting)
                    disk.make_room()
                    await until("all of it to be there", lambda: booth.outbox.retry() and booth.depth == 0)
                finally:
                    booth.stop()
            async with hub.database.reading() as connection:
                found = await Held.read(connection)
            reckon(journals, found).must_balance()
            dropped = [event.body for event in found.events.values() if event.body["type"] == "evidence_dropped"]
            assert [body["sha256"] for body in dropped] == [sha256 for sha256, _, _ in told], "each is told"
            assert not {file.sha256 for file in spool.files()} & {sha256 for sha256, _, _ in told}


async def held(hub: Hub) -> int:
    async with hub.database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(events))).scalar_one())


def evidence_beside(booth: OutboxBooth, disk: SmallDisk) -> tuple[list[tuple[str, str, DropReason]], Spool]:
    """More than the disk takes: segments of a recording, then clips. What was given up is told, as the agent does."""
    told: list[tuple[str, str, DropReason]] = []
    spool = Spool(disk.folder / "state" / "spool", 2**30, Trouble(), KEY, reserve_bytes=10_000_000)

    def tell(sha256: str, role: str, reason: DropReason) -> None:
        told.append((sha256, role, reason))
        booth.outbox.append(EvidenceDropped(sha256=sha256, role=role, reason=reason))

    spool.on_dropped = lambda file, reason: tell(file.sha256, file.label.role, reason)
    for number in range(16):
        data = number.to_bytes(4, "big") * 500_000
        with suppress(StorageError):  # a segment that is less than all that is there
            spool.put(data, "video/mp4", role="segment" if number < 8 else "clip")
    assert told, "there was room for everything"
    return told, spool


def may_mount() -> bool:
    if not as_somebody_who_may(__file__):
        return False
    loopback_up()
    return True
