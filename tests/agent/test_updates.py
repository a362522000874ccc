"""What the agent does of an update: fetches what the hub has, asks for it to be installed, and says how far that is."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import tomli_w
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agent import updates
from agent.updates import Updates, releases_root
from contract.chain import sha256_hex
from contract.device import DeviceConfig, HubConfig, TlsConfig
from contract.live import DoneReply
from contract.messages import ErrorReply
from contract.sitting import SittingState
from contract.updates import UpdateCommand, UpdateStateCommand, UpdateStateReply
from provisioning.console import ProvisioningError
from provisioning.update.device import Device as Updated
from provisioning.update.fetch import HubReleases
from provisioning.update.requests import read_request
from tests.support.hub import Device, a_hub, sign_in, until
from tests.support.served import served
from tests.support.tiny_release import Workshop

pytestmark = pytest.mark.anyio

NEW = "1.1.0"


class Booth:
    """A device of a real hub that has a release."""

    def __init__(self, config: DeviceConfig, key: ec.EllipticCurvePrivateKey, content: bytes, root: Path) -> None:
        self.config, self.content, self.root = config, content, root
        self.sitting: SittingState | None = None
        self.updates = Updates(config, key, lambda: self.sitting, root)
        self.requests = config.state_dir / "update"

    def command(self, name: str = "rollout/1", **changes: object) -> UpdateCommand:
        said = {"name": name, "version": NEW, "sha256": sha256_hex(self.content), "size_bytes": len(self.content)}
        return UpdateCommand.model_validate(said | changes)

    def state(self, name: str = "rollout/1") -> UpdateStateReply:
        return self.updates.state(UpdateStateCommand(name=name))

    async def over(self, *phases: str) -> UpdateStateReply:
        return await until(" or ".join(phases), lambda: self.state() if self.state().phase in phases else None)

    def journal(self, **said: str) -> None:
        (self.root / "state").mkdir(parents=True, exist_ok=True)
        (self.root / "state" / "update.json").write_text(json.dumps(said))


@pytest.fixture
async def booth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Booth]:
    monkeypatch.setattr(updates, "AGAIN_S", 0.01)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    workshop = Workshop(tmp_path / "workshop")
    content = workshop.release(NEW).read_bytes()
    (tmp_path / "hub").mkdir()
    workshop.keys_dir.rename(tmp_path / "hub" / "release-keys")
    async with a_hub(tmp_path / "hub") as hub, served(hub) as here:
        async with httpx.AsyncClient(base_url=here.url) as client:
            await sign_in(client)
            assert (await client.post("/api/v1/releases", content=content)).status_code == 201
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        config = DeviceConfig(
            booth="booth-1",
            state_dir=tmp_path / "state",
            hub=HubConfig(url=here.url, mqtt_host="127.0.0.1"),
            tls=TlsConfig(**{name: device.folder / f"{file}" for name, file in _FILES.items()}),
        )
        key = load_pem_private_key((device.folder / "device.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        made = Booth(config, key, content, tmp_path / "opt")
        yield made
        await asyncio.to_thread(made.updates.stop)


_FILES = {"ca": "ca.pem", "certificate": "device.pem", "key": "device.key"}


async def test_it_fetches_and_asks_and_the_journal_says_the_rest(booth: Booth) -> None:
    assert booth.state().phase == "unknown"
    assert isinstance(booth.updates.begin(booth.command(allow_older=True)), DoneReply)
    assert (await booth.over("asked", "failed")).phase == "asked"
    request = read_request(booth.requests)
    assert request is not None
    assert (request.name, request.allow_older, request.file.read_bytes()) == ("rollout/1", True, booth.content)
    assert sorted(path.name for path in booth.requests.iterdir()) == ["asked.release", "request.json"]

    booth.journal(request="rollout/1", phase="testing", reason="")
    assert booth.state().phase == "testing"
    booth.journal(request="rollout/1", phase="rolled_back", reason="its agent was not well within 300 s")
    assert booth.state().reason == "its agent was not well within 300 s"
    assert booth.state("rollout/2").phase == "unknown"
    assert isinstance(booth.updates.begin(booth.command()), DoneReply)  # asked again: it is over already
    assert booth.state().phase == "rolled_back"


async def test_a_download_goes_on_where_it_broke_off(booth: Booth) -> None:
    booth.requests.mkdir(parents=True)
    (booth.requests / f"{sha256_hex(booth.content)}.part").write_bytes(booth.content[:-50])
    (booth.requests / "another.part").write_bytes(b"of an earlier release")
    booth.updates.begin(booth.command())
    assert (await booth.over("asked", "failed")).phase == "asked"
    assert (booth.requests / "asked.release").read_bytes() == booth.content
    assert not list(booth.requests.glob("*.part"))


async def test_what_is_not_the_release_is_not_asked_for(booth: Booth) -> None:
    booth.requests.mkdir(parents=True)
    (booth.requests / f"{sha256_hex(booth.content)}.part").write_bytes(bytes(len(booth.content)))
    booth.updates.begin(booth.command())
    assert "is not the release" in (await booth.over("asked", "failed")).reason
    assert read_request(booth.requests) is None


async def test_the_hub_says_no(booth: Booth) -> None:
    booth.updates.begin(booth.command(version="9.9.9"))
    assert "404" in (await booth.over("failed")).reason


async def test_never_during_an_exam_session_and_only_where_releases_are(booth: Booth) -> None:
    booth.sitting = "in_progress"
    refused = booth.updates.begin(booth.command())
    assert isinstance(refused, ErrorReply)
    assert "an exam session is on" in refused.reason
    booth.sitting = None
    alone = Updates(booth.config, ec.generate_private_key(ec.SECP256R1()), lambda: None, None)
    refused = alone.begin(booth.command())
    assert isinstance(refused, ErrorReply)
    assert "not installed from a release" in refused.reason
    assert releases_root(Path("/opt/invigil/releases/1.4.0")) == Path("/opt/invigil")
    assert releases_root(Path("/usr")) is None


async def test_a_technician_fetches_from_the_hub_too(booth: Booth, tmp_path: Path) -> None:
    def work() -> None:
        releases = HubReleases(_written(booth.config, tmp_path))
        offered = releases.offered(None)
        assert (offered.version, offered.sha256) == (NEW, sha256_hex(booth.content))
        assert releases.offered(NEW) == offered
        with pytest.raises(ProvisioningError, match="404"):
            releases.offered("9.9.9")
        folder, told = tmp_path / "fetched", list[int]()
        folder.mkdir()
        (folder / f"{offered.sha256}.release").write_bytes(booth.content[:100])
        path = releases.fetch(offered, folder, lambda there, _total: told.append(there))
        assert path.read_bytes() == booth.content
        assert told[0] > 100
        assert releases.fetch(offered, folder, lambda there, _total: None) == path
        path.write_bytes(bytes(len(booth.content)))
        with pytest.raises(ProvisioningError, match="is not the release"):
            releases.fetch(offered, folder, lambda there, _total: None)

    await asyncio.to_thread(work)


def _written(config: DeviceConfig, folder: Path) -> Path:
    path = folder / "device.toml"
    path.write_bytes(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)).encode())
    return path


def test_agent_and_updater_mean_the_same_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/invigil-agent")
    config = DeviceConfig(booth="booth-1", hub=HubConfig(url="https://hub.test", mqtt_host="hub.test"))
    assert updates.requests_dir(config) == Updated().requests
    (tmp_path / updates.REQUEST).write_text('{"name": "rollout/1"}')
    request = read_request(tmp_path)
    assert request is not None
    assert request.file.name == updates.FILE
