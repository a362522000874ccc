"""Evidence in a real S3-speaking server (moto's, on loopback): kept, read back, and safe while it is away."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from contract.chain import sha256_hex
from hub.errors import HubError
from hub.evidence.s3 import S3Config, S3Files
from tests.hub.test_uploads import CHUNK, CLIP
from tests.support.hub import Device, a_hub, add_user, browser, sign_in
from tests.support.uploads import offset_at_hub, patch, send_all, url

pytestmark = pytest.mark.anyio
SECRET = "wholly-secret"


class Server:
    """Ends and starts again on its port; what it holds survives, because it is in this process.

    So does what it held for other tests: each has a bucket of its own.
    """

    def __init__(self) -> None:
        self.bucket = f"evidence-{uuid4()}"
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.port, self.url = port, f"http://{host}:{port}"
        self.client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key=SECRET,
        )
        self.client.create_bucket(Bucket=self.bucket)

    def stop(self) -> None:
        self._server.stop()

    def start_again(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()

    def names(self) -> set[str]:
        return {each["Key"] for each in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())}


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


def config(server: Server, folder: Path, **changes: object) -> S3Config:
    (folder / "key").write_text("key\n")
    (folder / "secret").write_text(f"{SECRET}\n")
    values: dict[str, object] = {
        "bucket": server.bucket,
        "prefix": "hub-1",
        "endpoint": server.url,
        "allow_http": True,
        "access_key_id_file": folder / "key",
        "secret_access_key_file": folder / "secret",
    }
    return S3Config(**values | changes)


async def test_a_file_goes_to_the_bucket_and_comes_back_in_ranges(tmp_path: Path, server: Server) -> None:
    async with a_hub(tmp_path, s3=config(server, tmp_path)) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 201
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 200
        assert server.names() == {f"hub-1/{sha256_hex(CLIP)}"}
        kept = [path for path in hub.settings.evidence_dir.rglob("*") if path.is_file() and path.stat().st_size]
        assert not kept, "nothing stays here but empty lock files"
        await add_user(hub)
        await sign_in(client)
        for _ in range(2):  # from the bucket, then from the copy
            part = await client.get(url(CLIP), headers={"Range": "bytes=1000-1999"})
            assert (part.status_code, part.content) == (206, CLIP[1000:2000])
        assert (await client.get(url(CLIP))).content == CLIP


async def test_while_the_store_is_away_nothing_is_lost(
    tmp_path: Path, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_hub(tmp_path, s3=config(server, tmp_path)) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        server.stop()
        answer = await send_all(client, device, CLIP, CHUNK)
        assert answer.status_code == 503
        assert "send it again" in answer.json()["detail"]
        assert await offset_at_hub(client, device, CLIP) == (len(CLIP), False)
        server.start_again()
        assert (await patch(client, device, CLIP, len(CLIP), b"")).status_code == 201
        assert server.names() == {f"hub-1/{sha256_hex(CLIP)}"}
        await add_user(hub)
        await sign_in(client)
        server.stop()
        assert (await client.get(url(CLIP))).status_code == 503
        server.start_again()
        assert (await client.get(url(CLIP))).content == CLIP
    assert SECRET not in caplog.text


async def test_other_bytes_under_a_name_are_never_shown(tmp_path: Path, server: Server) -> None:
    async with a_hub(tmp_path, s3=config(server, tmp_path)) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 201
        server.client.put_object(Bucket=server.bucket, Key=f"hub-1/{sha256_hex(CLIP)}", Body=b"forged")
        await add_user(hub)
        await sign_in(client)
        answer = await client.get(url(CLIP))
        assert answer.status_code == 503
        assert b"forged" not in answer.content


async def test_copies_are_bounded(tmp_path: Path, server: Server) -> None:
    files = S3Files(config(server, tmp_path, cache_bytes=2**20), tmp_path / "cache", tmp_path)
    contents = [os.urandom(400_000) for _ in range(5)]
    for data in contents:
        (tmp_path / "finished").write_bytes(data)
        await files.keep(sha256_hex(data), tmp_path / "finished")
        found = await files.find(sha256_hex(data))
        assert found is not None
        assert found.read_bytes() == data
    assert sum(path.stat().st_size for path in (tmp_path / "cache").iterdir()) <= 2**20 + 400_000
    assert await files.find("0" * 64) is None
    assert not await files.has("0" * 64)


async def test_credentials_that_cannot_be_read_are_said_without_their_content(tmp_path: Path, server: Server) -> None:
    missing = config(server, tmp_path, secret_access_key_file=tmp_path / "nowhere")
    with pytest.raises(HubError, match=r"s3\.secret_access_key_file cannot be read"):
        S3Files(missing, tmp_path / "cache", tmp_path)


async def test_a_file_that_is_removed_is_gone_from_the_bucket_and_from_here(tmp_path: Path, server: Server) -> None:
    store = S3Files(config(server, tmp_path), tmp_path / "copies", tmp_path)
    for data in (b"one", b"two"):
        finished = tmp_path / "finished"
        finished.write_bytes(data)
        await store.keep(sha256_hex(data), finished)
    assert await store.find(sha256_hex(b"one")) is not None, "a copy is here now"
    for _ in range(2):
        await store.remove(sha256_hex(b"one"))
        assert await store.find(sha256_hex(b"one")) is None
    assert server.names() == {f"hub-1/{sha256_hex(b'two')}"}
