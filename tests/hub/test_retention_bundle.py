"""What retention deleted, in a bundle that is made later: stated by the hub's signed word, and nobody else's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from contract.chain import sha256_hex
from hub.audit import HUB
from hub.evidence.filestore import LocalFiles
from hub.parts import Hub
from hub.retention.service import Retention
from hub.store import deletions as deletion_rows
from hub.tables import chains, checkpoints, deletions, events, evidence_files
from hub.views.retention import DataClass, RetentionPolicy
from tests.hub.test_bundle import a_centre, said, sat
from tests.hub.test_evidence import files, put
from tests.support.bundles import CLIP, SEGMENT, SNAPSHOT
from tests.support.hub import Device, a_hub, an_uplink, browser

pytestmark = pytest.mark.anyio


async def later(hub: Hub, days: int, **kept: int | None) -> None:
    """So many days pass, and retention runs. Certificates are young still."""
    names: tuple[DataClass, ...] = ("recordings", "clips", "snapshots", "photos", "events", "candidates", "audit")
    retention = Retention(
        hub.database,
        LocalFiles(hub.settings.evidence_dir),
        hub.authority.signer(),
        now=lambda: datetime.now(UTC) + timedelta(days=days),
    )
    policy = RetentionPolicy(days={name: kept.get(name) for name in names})
    await retention.set_policy(policy, HUB)
    assert (await retention.run_once(HUB)).complete


async def test_files_that_were_deleted_are_no_fault_and_no_secret(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        await centre.upload(SNAPSHOT, CLIP, SEGMENT)
        await later(centre.hub, 40, recordings=30, clips=30, snapshots=50)
        report = await centre.checked()
        assert report.verdict == "whole", report.findings
        notes = said(report, "note")
        assert f"clip {sha256_hex(CLIP)} was deleted by retention on" in notes
        assert "(recordings: 30 days)" in notes
        assert report.held["evidence"].startswith("1 of 4 files")
        answer = await centre.client.get(f"/api/v1/evidence/{sha256_hex(CLIP)}")
        assert answer.status_code == 404
        shown = (await centre.client.get("/api/v1/violations")).json()["items"]
        (clip,) = [file for each in shown for file in each["evidence"] if file["sha256"] == sha256_hex(CLIP)]
        assert (clip["available"], clip["dropped"]) == (False, None)
        assert clip["deleted_at"] is not None, "and not on its way"
        recording = (await centre.client.get("/api/v1/booths/booth-1/recording")).json()
        assert [hole["reason"] for hole in recording["holes"]] == ["deleted"]
        # Somebody hides a picture and says that it was retention.
        async with centre.hub.database.writing() as connection:
            await connection.execute(delete(evidence_files).where(evidence_files.c.sha256 == sha256_hex(SNAPSHOT)))
            await connection.execute(
                update(deletions).where(deletions.c.sha256 == sha256_hex(CLIP)).values(sha256=sha256_hex(SNAPSHOT))
            )
        report = await centre.checked()
        assert report.verdict == "broken"
        assert f"calls {sha256_hex(SNAPSHOT)} deleted, but the signature is not the hub's" in said(report, "wrong")


async def test_the_beginning_of_a_chain_goes_and_what_is_left_is_tied_to_it(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        writer = sat(centre.outbox())
        await centre.send(writer)
        await centre.upload(SNAPSHOT, CLIP, SEGMENT)
        await later(centre.hub, 40, events=30)
        async with centre.hub.database.reading() as connection:
            (left,) = (await connection.execute(select(events.c.seq))).scalars().all()
            assert left == writer.seq, "the newest stays: what comes next is tied to it"
            assert (await connection.execute(select(chains.c.deleted_to))).scalar_one() == left - 1
            assert (await connection.execute(select(func.count()).select_from(checkpoints))).scalar_one() == 1
        report = await centre.checked()
        assert report.verdict == "whole", report.findings
        assert f"events 1 to {left - 1} were deleted by retention on" in said(report, "note")
        assert (await centre.client.get("/api/v1/violations")).json()["items"] != [], "its files are kept for longer"
        # What comes again was here; what comes next follows.
        centre.uplink.send(writer.told[2].payload)
        await centre.uplink.acked(1)
        writer.step("started")
        writer.checkpoint()
        for told in writer.told[-2:]:
            centre.uplink.send(told.payload)
        await centre.uplink.acked(2)
        report = await centre.checked()
        assert report.verdict == "whole", report.findings
        assert report.chains[0].events == 3
        await later(centre.hub, 50, events=30, clips=30, snapshots=30, recordings=30)
        report = await centre.checked()
        assert report.verdict == "whole", report.findings
        assert (await centre.client.get("/api/v1/violations")).json()["items"] == []
        async with centre.hub.database.writing() as connection:
            await connection.execute(
                update(deletions).where(deletions.c.what == "events").values(sha256=sha256_hex(b"another past"))
            )
        report = await centre.checked()
        assert report.verdict == "broken"
        assert "are called deleted, but the signature is not the hub's" in said(report, "wrong")


async def test_what_is_being_deleted_is_taken_again_when_it_is_gone(tmp_path: Path) -> None:
    """A booth may have the same picture again: a covered lens gives the same bytes."""
    picture = b"\xff\xd8\xff" + bytes(900)
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        assert (await put(client, picture, device.upload_headers(picture))).status_code == 201
        await later(hub, 40, snapshots=30)
        assert files(hub) == []
        async with hub.database.writing() as connection:
            await connection.execute(update(deletions).values(gone_at=None))
        answer = await put(client, picture, device.upload_headers(picture))
        assert answer.status_code == 503
        assert "send it again" in answer.json()["detail"]
        await later(hub, 0, snapshots=30)
        assert files(hub) == [], "what was written before it was refused is gone, too"
        assert (await put(client, picture, device.upload_headers(picture))).status_code == 201
        await later(hub, 1, snapshots=30)
        assert len(files(hub)) == 1
        async with hub.database.reading() as connection:
            assert await deletion_rows.of_files(connection, [sha256_hex(picture)]) == {}, "it is here"


async def test_a_bundle_of_a_hub_that_never_deleted_says_nothing_of_it(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        await later(hub, 4000, snapshots=1, clips=1, recordings=1, events=1)
        async with hub.database.reading() as connection:
            assert (await connection.execute(select(func.count()).select_from(deletions))).scalar_one() == 0
        del uplink
