"""Uploads in chunks: each taken wholly or not at all, gone on with after any interruption, kept when they are whole."""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contract.chain import sha256_hex
from hub.evidence.unfinished import PER_BOOTH, Unfinished
from hub.evidence.uploads import AT_ONCE_PER_BOOTH, MAX_CHUNK_BYTES
from hub.parts import Hub
from tests.hub.test_evidence import files, no_file_larger_than
from tests.support.hub import Device, a_hub, add_booth, add_user, browser, sign_in, until
from tests.support.served import served
from tests.support.uploads import ask_headers, chunk_headers, offset_at_hub, patch, send_all, url

pytestmark = pytest.mark.anyio
CLIP = random.Random(5).randbytes(300_000)
CHUNK = 64 * 1024


def kept(hub: Hub) -> list[Path]:
    """Files in the store itself, without what is unfinished."""
    return [path for path in files(hub) if len(path.relative_to(hub.settings.evidence_dir).parts[0]) == 2]


def refused(hub: Hub, status: int) -> float:
    return float(hub.metrics.evidence_refused.labels(str(status))._value.get())


def counted(hub: Hub, status: int, times: int) -> bool:
    return refused(hub, status) == times


async def test_a_file_comes_in_chunks_and_is_there_once(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        assert await offset_at_hub(client, device, CLIP) == (0, False)
        for offset in range(0, len(CLIP), CHUNK):
            answer = await patch(client, device, CLIP, offset, CLIP[offset : offset + CHUNK])
            assert answer.status_code == (204 if offset + CHUNK < len(CLIP) else 201), answer.text
        assert answer.json() == {"sha256": sha256_hex(CLIP), "new": True}
        assert await offset_at_hub(client, device, CLIP) == (len(CLIP), True)
        again = await patch(client, device, CLIP, 0, CLIP[:CHUNK])
        assert (again.status_code, again.json()["new"]) == (200, False)
        assert [path.read_bytes() for path in files(hub)] == [CLIP]


async def test_a_restarted_hub_goes_on_where_it_was(tmp_path: Path) -> None:
    async with a_hub(tmp_path / "hub") as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        await patch(client, device, CLIP, 0, CLIP[:CHUNK])
    async with a_hub(tmp_path / "hub") as hub, browser(hub) as client:
        assert await offset_at_hub(client, device, CLIP) == (CHUNK, False)
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 201
        assert [path.read_bytes() for path in files(hub)] == [CLIP]


async def test_what_a_power_cut_left_behind_the_last_chunk_is_cut_off(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        await patch(client, device, CLIP, 0, CLIP[:CHUNK])
        (unfinished,) = files(hub)
        unfinished.write_bytes(CLIP[:CHUNK] + b"\0" * 5000)
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 201
        assert [path.read_bytes() for path in files(hub)] == [CLIP]


async def test_a_whole_file_that_was_not_kept_is_completed_by_an_empty_chunk(tmp_path: Path) -> None:
    """As after a store that was away, or a hub killed between the last chunk and the move."""
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        unfinished = Unfinished(hub.settings.evidence_dir / "unfinished")
        begun = unfinished.begun("booth-1", sha256_hex(CLIP), len(CLIP))
        unfinished.append("booth-1", sha256_hex(CLIP), len(CLIP), begun, CLIP)
        assert await offset_at_hub(client, device, CLIP) == (len(CLIP), False)
        assert (await patch(client, device, CLIP, len(CLIP), b"")).status_code == 201
        assert [path.read_bytes() for path in files(hub)] == [CLIP]


async def test_another_offset_is_refused_with_the_right_one(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        await patch(client, device, CLIP, 0, CLIP[:CHUNK])
        for offset in (0, 1, CHUNK - 1, CHUNK + 1):
            answer = await patch(client, device, CLIP, offset, CLIP[offset : offset + CHUNK])
            assert answer.status_code == 409
            assert answer.headers["Upload-Offset"] == str(CHUNK)
        assert refused(hub, 409) == 4
        assert await offset_at_hub(client, device, CLIP) == (CHUNK, False)


async def test_the_same_chunk_twice_at_once_is_taken_once(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        answers = await asyncio.gather(*(patch(client, device, CLIP, 0, CLIP[:CHUNK]) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 201
        assert [path.read_bytes() for path in files(hub)] == [CLIP]


async def test_bytes_that_are_not_the_file_are_thrown_away_as_a_whole(tmp_path: Path) -> None:
    """Every chunk is what its signature says, and yet the file is not what its name says."""
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        other = bytes([CLIP[0] ^ 1]) + CLIP[1:]
        for offset in range(0, len(CLIP), CHUNK):
            answer = await patch(client, device, CLIP, offset, other[offset : offset + CHUNK])
        assert answer.status_code == 422
        assert "name" in answer.json()["title"]
        assert not files(hub)
        assert await offset_at_hub(client, device, CLIP) == (0, False)
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"Invigil-Signature": "AAAA"}, 401, "chunk_bytes"),
        ({"Invigil-Booth": "booth-2"}, 401, "booth-2"),
        ({"Invigil-Booth": "../booth-1"}, 401, "../booth-1"),
        ({"Upload-Offset": "1"}, 401, "signature"),
        ({"Upload-Length": "299999"}, 401, "signature"),
        ({"Invigil-Chunk-SHA256": "0" * 64}, 401, "signature"),
        ({"Upload-Offset": "-1"}, 422, "upload-offset"),
        ({"Upload-Offset": "299999"}, 422, "goes beyond"),
        ({"Upload-Length": "1e9"}, 422, "upload-length"),
        ({"Upload-Length": str(2**40)}, 413, "at most"),
        ({"Invigil-Chunk-SHA256": "../../x"}, 422, "sha256"),
        ({"Content-Type": "text/html"}, 415, "text/html"),
        ({"Content-Length": str(MAX_CHUNK_BYTES + 1)}, 413, "at a time"),
        ({"Content-Length": str(CHUNK + 1)}, 422, f"{CHUNK} bytes came"),
        ({"Content-Length": str(CHUNK - 1)}, 422, "bytes came"),
    ],
)
async def test_what_does_not_count_is_refused_and_leaves_nothing(
    tmp_path: Path, changes: dict[str, str], status: int, says: str
) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_booth(hub, "booth-2")
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        answer = await patch(client, device, CLIP, 0, CLIP[:CHUNK], **changes)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert says in answer.json()["detail"].lower()
        assert not files(hub)
        assert refused(hub, status) == 1


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "A" * 64, "0" * 63, "0" * 64 + ".mp4", "x/../y"])
async def test_a_name_that_is_no_hash_reaches_no_folder(tmp_path: Path, name: str) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        taken_for_a_name = 0
        for method in ("PUT", "PATCH", "HEAD"):
            headers = chunk_headers(device, CLIP, 0, CLIP[:CHUNK])
            answer = await client.request(method, f"/api/v1/evidence/{name}", content=CLIP[:CHUNK], headers=headers)
            assert answer.status_code in (404, 405, 422)
            taken_for_a_name += answer.status_code == 422
        assert not files(hub)
        assert refused(hub, 422) == taken_for_a_name, "what reached the route is counted"


async def test_a_chunk_that_was_changed_on_its_way_is_sent_again(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        headers = chunk_headers(device, CLIP, 0, CLIP[:CHUNK])
        flipped = bytes([CLIP[0] ^ 0x80]) + CLIP[1:CHUNK]
        answer = await client.patch(url(CLIP), content=flipped, headers=headers)
        assert answer.status_code == 422
        assert "signed" in answer.json()["title"]
        assert not files(hub)
        assert (await client.patch(url(CLIP), content=CLIP[:CHUNK], headers=headers)).status_code == 204


async def test_a_replaced_devices_chunks_no_longer_count(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        old = await Device.enrol(hub, "booth-1", tmp_path / "old")
        assert (await patch(client, old, CLIP, 0, CLIP[:CHUNK])).status_code == 204
        new = await Device.enrol(hub, "booth-1", tmp_path / "new", known=True)
        answer = await patch(client, old, CLIP, CHUNK, CLIP[CHUNK : 2 * CHUNK])
        assert answer.status_code == 401
        assert "another device" in answer.json()["detail"]
        assert (await client.head(url(CLIP), headers=ask_headers(old, CLIP))).status_code == 401
        assert await offset_at_hub(client, new, CLIP) == (CHUNK, False)


async def test_too_many_at_once_are_refused_and_the_others_end_well(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        go_on, started = asyncio.Event(), asyncio.Semaphore(0)
        clips = [CLIP + bytes([number]) for number in range(AT_ONCE_PER_BOOTH)]

        async def slowly(chunk: bytes) -> AsyncIterator[bytes]:
            yield chunk[:10]
            started.release()
            await go_on.wait()
            yield chunk[10:]

        def begin(clip: bytes) -> Any:
            headers = chunk_headers(device, clip, 0, clip[:CHUNK])
            return asyncio.create_task(client.patch(url(clip), content=slowly(clip[:CHUNK]), headers=headers))

        begun = [begin(clip) for clip in clips]
        async with asyncio.timeout(60):
            await asyncio.gather(*(started.acquire() for _ in clips))
        answer = await patch(client, device, CLIP, 0, CLIP[:CHUNK])
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "1"
        go_on.set()
        assert [(await each).status_code for each in begun] == [204] * AT_ONCE_PER_BOOTH
        assert (await patch(client, device, CLIP, 0, CLIP[:CHUNK])).status_code == 204


async def test_a_booth_keeps_so_many_unfinished_files_and_no_more(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        for number in range(PER_BOOTH + 3):
            clip = CLIP + bytes([number])
            assert (await patch(client, device, clip, 0, clip[:1000])).status_code == 204
        assert len(files(hub)) == PER_BOOTH
        assert await offset_at_hub(client, device, clip) == (1000, False)
        assert await offset_at_hub(client, device, CLIP + bytes([0])) == (0, False)


async def test_a_connection_that_ends_within_a_chunk_leaves_nothing_of_it(tmp_path: Path) -> None:
    """Over a real socket, at random bytes of the body."""
    dice = random.Random(7)
    async with a_hub(tmp_path) as hub, served(hub) as here, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        offset, host, port = 0, *here.url.removeprefix("http://").split(":")
        for cuts in range(1, 13):
            chunk = CLIP[offset : offset + CHUNK]
            headers = chunk_headers(device, CLIP, offset, chunk) | {"Host": "hub.test"}
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"PATCH {url(CLIP)} HTTP/1.1\r\n{head}\r\n".encode())
            writer.write(chunk[: dice.randrange(len(chunk))])
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            await until("the cut to be counted", partial(counted, hub, 400, cuts))
            assert await offset_at_hub(client, device, CLIP) == (offset, False)
            if cuts % 4 == 0:
                await patch(client, device, CLIP, offset, chunk)
                offset += CHUNK
        assert (await send_all(client, device, CLIP, CHUNK)).status_code == 201
        assert [path.read_bytes() for path in files(hub)] == [CLIP]


async def test_a_full_disk_is_said_and_gives_its_room_back(tmp_path: Path) -> None:
    clip = random.Random(6).randbytes(5 * 2**20)
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        with no_file_larger_than(4 * 2**20):
            answer = await send_all(client, device, clip, MAX_CHUNK_BYTES)
        assert answer.status_code == 507
        assert "send it again" in answer.json()["detail"]
        assert not files(hub)
        assert refused(hub, 507) == 1
        assert (await send_all(client, device, clip, MAX_CHUNK_BYTES)).status_code == 201


async def test_a_player_gets_the_ranges_it_asks_for(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        await send_all(client, device, CLIP, CHUNK)
        await add_user(hub)
        await sign_in(client)
        whole = await client.get(url(CLIP))
        assert (whole.status_code, whole.content) == (200, CLIP)
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["content-type"] == "video/mp4"
        assert whole.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in whole.headers["content-security-policy"]
        for asked, status, part in (
            ("bytes=0-99", 206, CLIP[:100]),
            ("bytes=299990-", 206, CLIP[-10:]),
            ("bytes=-7", 206, CLIP[-7:]),
            ("bytes=100-1000000", 206, CLIP[100:]),
        ):
            answer = await client.get(url(CLIP), headers={"Range": asked})
            assert (answer.status_code, answer.content) == (status, part), asked
        assert answer.headers["content-range"] == f"bytes 100-299999/{len(CLIP)}"
        beyond = await client.get(url(CLIP), headers={"Range": f"bytes={len(CLIP)}-"})
        assert beyond.status_code == 416


async def test_video_of_no_violation_is_shown_to_those_who_may_watch_the_booth(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        await send_all(client, device, CLIP, CHUNK)
        await add_user(hub, "paul", "proctor")
        await sign_in(client, "paul")
        answer = await client.get(url(CLIP))
        assert answer.status_code == 403
        assert "not assigned" in answer.json()["detail"]
