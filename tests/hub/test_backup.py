"""A hub is backed up while it runs and made anew from the file, on both databases; what is damaged is not restored."""

import json
import tarfile
from pathlib import Path

import pytest
import tomli_w
import zstandard

from contract.verify import verify_bundle
from hub.backups.backup import check_backup
from hub.config import load_settings
from hub.devices.certificates import fingerprint, load_certificate
from hub.errors import HubError
from hub.lockfile import only_one
from tests.hub.test_bundle import Centre, invigil_hub, sat
from tests.support.bundles import CLIP, SEGMENT, SNAPSHOT
from tests.support.hub import a_hub, add_user, an_uplink, browser, sign_in
from tests.support.postgres import own_database
from tests.support.processes import run

pytestmark = pytest.mark.anyio


def failing(*command: str) -> str:
    """What a command says that ends with exit code 1."""
    done = invigil_hub(*command)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.replace("\n", " ")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def configured(data: Path, kind: str) -> None:
    """A directory for a hub on a database of that kind, whatever the others are tested on."""
    data.mkdir()
    settings = {} if kind == "sqlite" else {"database": {"url": own_database(data).url}}
    (data / "hub.toml").write_text(tomli_w.dumps(settings))


async def fill(data: Path, folder: Path, archive: Path, *options: str) -> list[str]:
    """A hub with a booth that has sat, backed up while it runs; its violations."""
    database = load_settings(data, {}).database
    async with a_hub(data, database=database) as hub, an_uplink(hub, folder) as uplink, browser(hub) as client:
        centre = Centre(hub, uplink, client)
        await centre.send(sat(centre.outbox()))
        await centre.upload(SNAPSHOT, CLIP, SEGMENT)
        await add_user(hub)
        await sign_in(client)
        told = json.loads(run("invigil-hub", "backup", archive, "--data", data, "--json", *options))
        assert (told["evidence_files"] > 0) == (not options)
        return [item["violation_id"] for item in (await client.get("/api/v1/violations")).json()["items"]]


async def test_a_restored_hub_shows_the_same_and_proves_it(tmp_path: Path, kind: str) -> None:
    before, after, archive = tmp_path / "before", tmp_path / "after", tmp_path / "hub.tar.zst"
    configured(before, kind)
    violations = await fill(before, tmp_path, archive)
    assert violations
    assert archive.stat().st_mode & 0o077 == 0
    configured(after, kind)
    run("invigil-hub", "restore", archive, "--data", after)
    async with a_hub(after, database=load_settings(after, {}).database) as hub, browser(hub) as client:
        await sign_in(client)
        found = (await client.get("/api/v1/violations")).json()["items"]
        assert [item["violation_id"] for item in found] == violations
        named = [each for item in found for each in item["evidence"]]
        here = [each["sha256"] for each in named if each["available"]]
        assert here
        for sha256 in here:
            assert (await client.get(f"/api/v1/evidence/{sha256}")).status_code == 200
        authority = hub.authority
    assert authority.certificate_pem == (before / "ca" / "ca.pem").read_text(), "devices go on with their certificates"
    out = tmp_path / "room.zip"
    run("invigil-hub", "bundle", "booth-1", "--data", after, "--out", out)
    with out.open("rb") as file:
        assert verify_bundle(file, fingerprint(load_certificate(authority.certificate_pem))).verdict == "whole"


async def test_a_hub_that_is_there_is_not_replaced_by_chance(tmp_path: Path, kind: str) -> None:
    before, archive = tmp_path / "before", tmp_path / "hub.tar"
    configured(before, kind)
    violations = await fill(before, tmp_path, archive, "--without-evidence")
    assert "--force" in failing("restore", str(archive), "--data", str(before))
    database = load_settings(before, {}).database
    with only_one(before / "hub.lock", "as a hub that runs"):
        assert "running already" in failing("restore", str(archive), "--data", str(before), "--force")
    run("invigil-hub", "restore", archive, "--data", before, "--force")
    async with a_hub(before, database=database) as hub, browser(hub) as client:
        await sign_in(client)
        found = (await client.get("/api/v1/violations")).json()["items"]
        assert [item["violation_id"] for item in found] == violations


async def test_what_is_damaged_is_said_and_nothing_is_restored(tmp_path: Path) -> None:
    before, after, archive = tmp_path / "before", tmp_path / "after", tmp_path / "hub.tar"
    configured(before, "sqlite")
    await fill(before, tmp_path, archive)
    whole = archive.read_bytes()
    with tarfile.open(archive) as members:
        where = {member.name: member.offset_data for member in members}
    for spoiled in (
        whole[: len(whole) // 2],
        whole[: where["manifest.json"] - 512] + bytes(1024),
        b"",
        b"no backup at all",
        *(
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            for at in (where["database.sqlite"] + 100, where["data/ca/ca.key"] + 40, where["manifest.json"] + 30)
        ),
    ):
        archive.write_bytes(spoiled)
        with pytest.raises(HubError) as caught:
            check_backup(archive)
        assert "damaged" in str(caught.value)
        assert "nothing was restored" in failing("restore", str(archive), "--data", str(after))
        assert not after.exists()
    packed = tmp_path / "hub.tar.zst"
    packed.write_bytes(zstandard.compress(whole)[:-200])
    with pytest.raises(HubError, match="damaged"):
        check_backup(packed)


def test_what_cannot_be_backed_up_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "there.tar").touch()
    assert "another file" in failing("backup", str(tmp_path / "there.tar"), "--data", str(tmp_path))
    assert ".tar.zst" in failing("backup", str(tmp_path / "hub.zip"), "--data", str(tmp_path))
    (tmp_path / "hub.toml").touch()
    assert "there is no hub" in failing("backup", str(tmp_path / "hub.tar"), "--data", str(tmp_path))
    assert "No such file" in failing("restore", str(tmp_path / "none.tar"), "--data", str(tmp_path / "new"))
    assert not list(tmp_path.glob("*.part"))
