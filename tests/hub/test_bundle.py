"""Bundles that a real hub makes: whole when nothing happened, and saying what did."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w
from cryptography import x509
from sqlalchemy import delete, update

from contract import chain
from contract.messages import EvidenceDropped, SegmentRecorded
from contract.trace import Trace
from contract.verify import verify_bundle
from contract.verify.report import Report
from hub.devices.certificates import fingerprint, load_certificate
from hub.evidence.bundle import Bundles, Wanted
from hub.evidence.countersign import Countersigner
from hub.evidence.filestore import LocalFiles
from hub.parts import Hub
from hub.tables import chains, events
from tests.hub.test_s3 import Server, config
from tests.support.bundles import BEGAN, CLIP, LOST, SEGMENT, SNAPSHOT, Identity, Writer, ref
from tests.support.hub import Device, Uplink, a_hub, add_booth, add_user, an_uplink, browser, sign_in
from tests.support.people import person

pytestmark = pytest.mark.anyio


@dataclass
class Centre:
    """A hub with one booth and somebody who is signed in."""

    hub: Hub
    uplink: Uplink
    client: httpx.AsyncClient

    def outbox(self, **values: Any) -> Writer:
        device = self.uplink.device
        certificate = x509.load_pem_x509_certificate(device.certificate_pem.encode())
        return Writer(Identity(device.key, certificate), **values)

    async def send(self, writer: Writer, *without: int) -> None:
        """All events but those with these numbers."""
        some = [told for seq, told in enumerate(writer.told, start=1) if seq not in without]
        for told in some:
            self.uplink.send(told.payload)
        await self.uplink.acked(len(some))

    async def upload(self, *files: bytes) -> None:
        for data in files:
            path = f"/api/v1/evidence/{chain.sha256_hex(data)}"
            kind = {"Content-Type": "image/jpeg" if data == SNAPSHOT else "video/mp4"}
            answer = await self.client.put(path, content=data, headers=self.uplink.device.upload_headers(data, **kind))
            assert answer.status_code == 201, answer.text

    async def bundle(self, **query: str) -> bytes:
        answer = await self.client.get("/api/v1/bundles", params={"booth": "booth-1", **query})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/zip"
        return answer.content

    async def checked(self, **query: str) -> Report:
        return verify_bundle(io.BytesIO(await self.bundle(**query)), self.authority)

    @property
    def authority(self) -> str:
        return fingerprint(load_certificate(self.hub.authority.certificate_pem))


@asynccontextmanager
async def a_centre(folder: Path) -> AsyncIterator[Centre]:
    async with a_hub(folder / "hub") as hub, an_uplink(hub, folder) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        yield Centre(hub, uplink, client)


def said(report: Report, level: str) -> str:
    return " | ".join(str(finding) for finding in report.findings if finding.level == level)


def sat(writer: Writer) -> Writer:
    writer.step("started")
    writer.violation(SNAPSHOT, later=(CLIP,))
    segment = ref(SEGMENT, "segment", "video/mp4")
    writer.event(SegmentRecorded(evidence=segment, started_at=BEGAN, ended_at=BEGAN + timedelta(seconds=30)))
    writer.event(Trace(started_at=BEGAN, step_ms=500, faces=(1, 1, None), yaw_deg=(4, -7, None)))
    writer.checkpoint()
    writer.violation(later=(LOST,))
    writer.event(EvidenceDropped(sha256=chain.sha256_hex(LOST), role="clip", reason="spool_full"))
    writer.checkpoint()
    writer.step("stopped")
    writer.checkpoint()
    return writer


async def test_a_sitting_comes_out_whole(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        await centre.send(sat(centre.outbox(boot_id="boot-2", monotonic_s=900.0)))
        await centre.upload(SNAPSHOT, CLIP, SEGMENT)
        data = await centre.bundle()
        report = verify_bundle(io.BytesIO(data), centre.authority)
        assert report.verdict == "whole", report.findings
        assert [facts.events for facts in report.chains] == [14, 14]
        assert report.held["evidence"].startswith("3 of 4 files")
        assert "was dropped" in said(report, "note")
        assert any("monitoring stopped" in word for word in report.chains[0].countersigned)
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            assert file.testzip() is None
            assert file.read(f"evidence/{chain.sha256_hex(CLIP)}") == CLIP
        again = await centre.checked()
        assert again.verdict == "whole"


async def test_only_administrators_and_auditors_get_one(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        for role, status in (("auditor", 200), ("proctor", 403), ("reviewer", 403), ("technician", 403)):
            async with person(centre.hub, role, role, "booth-1") as other:
                answer = await other.get("/api/v1/bundles", params={"booth": "booth-1"})
                assert answer.status_code == status, role
        async with browser(centre.hub) as stranger:
            assert (await stranger.get("/api/v1/bundles", params={"booth": "booth-1"})).status_code == 401


async def test_what_cannot_be_bundled_is_refused_with_a_reason(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await add_booth(centre.hub, "booth-2")
        for params, status, says in (
            ({"booth": "nowhere"}, 404, "no booth is called"),
            ({"booth": "booth-2"}, 404, "no events"),
            ({"booth": "booth-2", "from": "yesterday"}, 422, "from"),
            ({"booth": "booth-2", "from": "2026-05-04T08:00:00"}, 422, "from"),
            ({"booth": "../x"}, 422, "booth"),
        ):
            answer = await centre.client.get("/api/v1/bundles", params=params)
            assert answer.status_code == status
            assert says in answer.text


async def test_a_part_holds_what_was_asked_for(tmp_path: Path) -> None:
    """One event before and the signature after: both ends can be checked."""
    async with a_centre(tmp_path) as centre:
        writer = centre.outbox()
        for _ in range(8):
            writer.violation()
            writer.checkpoint()
        await centre.send(writer)
        first, last = BEGAN + timedelta(seconds=110), BEGAN + timedelta(seconds=118)
        report = await centre.checked(**{"from": first.isoformat(), "to": last.isoformat()})
        assert report.verdict == "whole", report.findings
        (facts,) = report.chains
        # Events are 1.5 s apart, the first at 101.5 s: 7 to 12 lie in the time that was asked for.
        assert (facts.first_seq, facts.last_seq) == (6, 15)
        report = await centre.checked(**{"from": first.isoformat()})
        assert (report.verdict, report.chains[0].last_seq) == ("whole", 24)
        report = await centre.checked(to=last.isoformat())
        assert (report.verdict, report.chains[0].first_seq) == ("whole", 1)
        report = await centre.checked(to=(BEGAN + timedelta(days=1)).isoformat())
        assert (report.verdict, report.chains[0].last_seq) == ("whole", 24)


async def test_gaps_are_gaps_and_no_forgery(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        writer = centre.outbox()
        for _ in range(4):
            writer.violation()
            writer.checkpoint()
        # Numbers 1 and 2 never come, nor 7; the hub can never take 5.
        await centre.send(writer, 1, 2, 5, 7)
        bad = json.loads(writer.told[4].payload)
        bad["body"]["violation"]["severity"] = "terrible"
        centre.uplink.send(json.dumps(bad).encode())
        await centre.uplink.acked(rejected=1)
        report = await centre.checked()
        assert report.verdict == "incomplete", report.findings
        missing = said(report, "missing")
        assert "events 1 to 2 are not here: the booth has not sent them" in missing
        assert "events 5 to 5 are not here: refused by the hub" in missing
        assert "events 7 to 7 are not here: the booth has not sent them" in missing
        await centre.send(writer, 3, 4, 5, 6, 8, 9, 10, 11, 12)
        report = await centre.checked()
        assert "events 7 to 7" not in said(report, "missing")
        assert report.chains[0].missing == 1


async def test_a_tail_that_the_device_has_not_signed_yet_is_named(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        writer = centre.outbox()
        writer.violation()
        writer.checkpoint()
        writer.violation()
        await centre.send(writer)
        report = await centre.checked()
        assert report.verdict == "incomplete"
        assert "events 3 to 5 bear no signature" in said(report, "missing")


async def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        await centre.upload(SNAPSHOT, CLIP)
        name = chain.sha256_hex(CLIP)
        (centre.hub.settings.evidence_dir / name[:2] / name[2:4] / name).write_bytes(b"rotten")
        report = await centre.checked()
        assert report.verdict == "incomplete"
        missing = said(report, "missing")
        assert f"clip {name} is not here: the hub's copy is damaged" in missing
        assert f"segment {chain.sha256_hex(SEGMENT)} is not here: the booth has not uploaded it yet" in missing


async def test_a_store_that_does_not_answer_leaves_the_rest(tmp_path: Path) -> None:
    """What it gives is in the bundle; what it does not, or takes away before it is read, is named."""

    class Moody(LocalFiles):
        asked = 0

        async def find(self, sha256: str) -> Path | None:
            if sha256 == chain.sha256_hex(SEGMENT):
                raise OSError(5, "no answer")
            if sha256 == chain.sha256_hex(CLIP):
                return tmp_path / "gone"
            self.asked += sha256 == chain.sha256_hex(SNAPSHOT)
            return tmp_path / "gone" if self.asked == 1 else await super().find(sha256)

    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        await centre.upload(SNAPSHOT, CLIP, SEGMENT)
        hub = centre.hub
        store = Moody(hub.settings.evidence_dir)
        made = Bundles(hub.database, hub.authority, Countersigner(hub.authority.signer()), store)
        pieces = [piece async for piece in made.make(await made.plan(Wanted("booth-1")))]
        report = verify_bundle(io.BytesIO(b"".join(pieces)), centre.authority)
        assert report.verdict == "incomplete", report.findings
        assert report.held["evidence"].startswith("1 of 4")
        assert "the hub cannot read its copy: no answer" in said(report, "missing")
        assert "taken away before it can be opened" in said(report, "missing")
        assert store.asked == 2


async def test_a_drop_that_lies_outside_of_the_bundle_is_told(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        writer = centre.outbox()
        writer.violation(LOST)
        writer.checkpoint()
        writer.step("stopped")
        writer.event(EvidenceDropped(sha256=chain.sha256_hex(LOST), role="snapshot", reason="disk_full"))
        await centre.send(writer)
        report = await centre.checked(to=(BEGAN + timedelta(seconds=102)).isoformat())
        assert report.chains[0].last_seq == 3
        assert "is not here: the booth dropped it: disk_full" in said(report, "missing")


async def test_a_database_that_somebody_changed_gives_a_bundle_that_breaks(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        writer = sat(centre.outbox())
        await centre.send(writer)
        await centre.upload(SNAPSHOT, CLIP, SEGMENT)
        of = events.c.chain_id == writer.chain_id
        payload = writer.told[1].payload.replace(b'"no_face"', b'"speech"')
        async with centre.hub.database.writing() as connection:
            changed = {"payload": payload, "payload_sha256": chain.sha256_hex(payload)}
            await connection.execute(update(events).where(of, events.c.seq == 2).values(changed))
        report = await centre.checked()
        assert report.verdict == "broken"
        assert "event 3: does not follow event 2" in said(report, "wrong")
        async with centre.hub.database.writing() as connection:
            kept = {"payload": writer.told[1].payload, "payload_sha256": chain.sha256_hex(writer.told[1].payload)}
            await connection.execute(update(events).where(of, events.c.seq == 2).values(kept))
        assert (await centre.checked()).verdict == "whole"
        async with centre.hub.database.writing() as connection:
            await connection.execute(delete(events).where(of, events.c.seq > 10))
        report = await centre.checked()
        assert report.verdict == "broken"
        assert "events 11 to 14 were taken out" in said(report, "wrong")
        async with centre.hub.database.writing() as connection:
            await connection.execute(update(chains).where(chains.c.chain_id == writer.chain_id).values(max_seq=10))
        report = await centre.checked()
        assert "event 14: the hub held this event at" in said(report, "wrong")
        assert "the tail was cut off" in said(report, "wrong")


async def test_a_device_that_was_replaced_speaks_for_its_own_time(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        new = await Device.enrol(centre.hub, "booth-1", tmp_path / "new", known=True)
        with Uplink(new, centre.hub.mqtt.port) as uplink:
            await uplink.ready()
            second = Centre(centre.hub, uplink, centre.client)
            await second.send(sat(second.outbox(boot_id="another machine")))
            await second.upload(SNAPSHOT, CLIP, SEGMENT)
        report = await centre.checked()
        assert report.verdict == "whole", report.findings
        signers = [facts.signed_by for facts in report.chains]
        assert len(signers[0] | signers[1]) == 2


async def test_the_command_line_writes_the_same(tmp_path: Path) -> None:
    async with a_centre(tmp_path) as centre:
        await centre.send(sat(centre.outbox()))
        await centre.upload(SNAPSHOT, CLIP, SEGMENT)
        out, data = tmp_path / "room.zip", str(tmp_path / "hub")
        done = invigil_hub("bundle", "booth-1", "--data", data, "--out", str(out), "--json")
        assert json.loads(done.stdout)["authority_sha256"] == centre.authority
        with out.open("rb") as file:
            assert verify_bundle(file, centre.authority).verdict == "whole"
        refused = invigil_hub("bundle", "booth-1", "--data", data, "--out", str(out))
        assert (refused.returncode, "there already" in refused.stderr) == (1, True)
        refused = invigil_hub("bundle", "booth-9", "--data", data, "--out", str(tmp_path / "other.zip"))
        assert (refused.returncode, "No such booth" in refused.stderr) == (1, True)
        refused = invigil_hub("bundle", "booth-1", "--data", str(tmp_path), "--out", str(tmp_path / "other.zip"))
        assert (refused.returncode, "there is no hub in" in refused.stderr) == (1, True)
        assert sorted(name for name in os.listdir(tmp_path) if ".zip" in name) == ["room.zip"]


async def test_the_command_line_reads_from_a_bucket(tmp_path: Path) -> None:
    """The folder in which the running hub keeps its copies is left alone."""
    server = Server()
    try:
        settings = config(server, tmp_path)
        async with a_hub(tmp_path / "hub", s3=settings) as hub, an_uplink(hub, tmp_path) as uplink:
            async with browser(hub) as client:
                centre = Centre(hub, uplink, client)
                await centre.send(sat(centre.outbox()))
                await centre.upload(SNAPSHOT, CLIP, SEGMENT)
            with (tmp_path / "hub" / "hub.toml").open("ab") as toml:
                tomli_w.dump({"s3": json.loads(settings.model_dump_json())}, toml)
            out = tmp_path / "room.zip"
            done = invigil_hub("bundle", "booth-1", "--data", str(tmp_path / "hub"), "--out", str(out))
            assert done.returncode == 0, done.stderr
            with out.open("rb") as file:
                assert verify_bundle(file, centre.authority).verdict == "whole"
            assert not [name for name in os.listdir(tmp_path / "hub") if name.startswith("bundle-")]
    finally:
        server.stop()


def invigil_hub(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
