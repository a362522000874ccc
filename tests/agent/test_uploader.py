"""The uploader: a file leaves the device when the hub has it, whatever the network and the hub do meanwhile."""

import random
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.config import load_device_key
from agent.evidence.pace import BURST_S, Pace
from agent.evidence.spool import Spool
from agent.evidence.uploader import CHUNK_BYTES, Uploader
from agent.health import Trouble
from contract.device import DeviceConfig, HubConfig
from tests.support.broker import Authority
from tests.support.evidence_server import EvidenceServer
from tests.support.processes import free_port, wait_for


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def spool(tmp_path: Path, trouble: Trouble) -> Spool:
    return Spool(tmp_path / "spool", 2**21, trouble, bytes(32))


def device(authority: Authority, url: str) -> DeviceConfig:
    return DeviceConfig(booth="booth-1", hub=HubConfig(url=url, mqtt_host="localhost"), tls=authority.issue("booth-1"))


@contextmanager
def uploading(config: DeviceConfig, spool: Spool, trouble: Trouble) -> Iterator[Uploader]:
    uploader = Uploader(config, load_device_key(config.tls.key), spool, trouble)
    uploader.start()
    try:
        yield uploader
        assert uploader.alive
    finally:
        uploader.stop()


def wait_until_empty(spool: Spool) -> None:
    wait_for("the spool to be empty", lambda: not spool.files())


def test_evidence_arrives_signed_and_leaves_the_device(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    left = spool.put(b"left by an earlier run", "image/jpeg")
    with EvidenceServer() as hub, uploading(device(authority, hub.url), spool, trouble):
        wait_until_empty(spool)
        new = spool.put(b"taken now", "image/jpeg")
        wait_until_empty(spool)
        assert hub.stored == {left: b"left by an earlier run", new: b"taken now"}
    assert trouble.snapshot() == {}


def test_a_hub_behind_tls_is_trusted_by_its_own_authority(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    spool.put(b"picture", "image/jpeg")
    with EvidenceServer(authority.issue("localhost")) as hub, uploading(device(authority, hub.url), spool, trouble):
        wait_until_empty(spool)
        assert len(hub.stored) == 1


def test_a_hub_of_another_authority_gets_nothing_until_that_is_mended(
    tmp_path: Path, authority: Authority, spool: Spool, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    spool.put(b"picture", "image/jpeg")
    other = Authority(tmp_path / "other")
    with EvidenceServer(other.issue("localhost")) as hub, uploading(device(authority, hub.url), spool, trouble):
        wait_for("two failures", lambda: trouble.of("upload_failed") >= 2)
        assert hub.stored == {}
        shutil.copy(other.ca, authority.ca)
        wait_until_empty(spool)
    assert caplog.text.count("CERTIFICATE_VERIFY_FAILED") == 1


def test_a_hub_that_is_away_is_tried_until_it_is_back(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    port = free_port()
    spool.put(b"picture", "image/jpeg")
    with uploading(device(authority, f"http://localhost:{port}"), spool, trouble):
        wait_for("two failures", lambda: trouble.of("upload_failed") >= 2)
        with EvidenceServer(port=port) as hub:
            wait_until_empty(spool)
            assert len(hub.stored) == 1


@pytest.mark.parametrize("status", [500, 503, 429, 408, 307])
def test_an_answer_for_now_is_tried_again(authority: Authority, spool: Spool, trouble: Trouble, status: int) -> None:
    spool.put(b"picture", "image/jpeg")
    with EvidenceServer() as hub:
        answers = iter([status, status])
        hub.answer = lambda _sha256, _data: next(answers, 201)
        with uploading(device(authority, hub.url), spool, trouble):
            wait_until_empty(spool)
        assert len(hub.order) == 3
    assert trouble.snapshot() == {"upload_failed": 2}


def test_one_file_that_the_hub_stumbles_over_does_not_hold_up_the_others(
    authority: Authority, spool: Spool, trouble: Trouble
) -> None:
    stumble = spool.put(b"stumble", "image/jpeg")
    with EvidenceServer() as hub:
        hub.answer = lambda sha256, _data: 500 if sha256 == stumble else 201
        with uploading(device(authority, hub.url), spool, trouble):
            wait_for("a first failure", lambda: trouble.of("upload_failed") >= 1)
            for number in range(5):
                spool.put(bytes([number]), "image/jpeg")
            wait_for("the others", lambda: len(hub.stored) == 5)
        assert [file.sha256 for file in spool.files()] == [stumble]


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_file_that_is_refused_for_good_is_kept_aside(
    tmp_path: Path, authority: Authority, spool: Spool, trouble: Trouble, status: int
) -> None:
    refused = spool.put(b"refused", "image/jpeg")
    with EvidenceServer() as hub:
        hub.answer = lambda sha256, _data: status if sha256 == refused else 201
        with uploading(device(authority, hub.url), spool, trouble):
            wait_until_empty(spool)
            taken = spool.put(b"taken", "image/jpeg")
            wait_until_empty(spool)
        assert hub.order == [refused, taken]
    assert (tmp_path / "spool" / "refused" / f"{refused}.snapshot").is_file()
    assert trouble.snapshot() == {"upload_refused": 1}


def test_a_refusal_of_the_device_itself_keeps_the_file_for_later(
    authority: Authority, spool: Spool, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    spool.put(b"picture", "image/jpeg")
    with EvidenceServer() as hub:
        hub.answer = lambda _sha256, _data: 401
        with uploading(device(authority, hub.url), spool, trouble):
            wait_for("a refusal", lambda: trouble.of("upload_refused") >= 1)
            assert len(spool.files()) == 1
            hub.answer = lambda _sha256, _data: 201
            wait_until_empty(spool)
    assert "clock and enrolment" in caplog.text


def test_a_file_that_was_altered_on_disk_is_dropped_and_never_sent(
    authority: Authority, spool: Spool, trouble: Trouble
) -> None:
    spool.put(b"picture", "image/jpeg")
    path = spool.files()[0].path
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with EvidenceServer() as hub, uploading(device(authority, hub.url), spool, trouble):
        wait_until_empty(spool)
        assert hub.order == []
    assert trouble.of("evidence_dropped") == 1


def test_it_stops_in_the_middle_of_a_back_off(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    spool.put(b"picture", "image/jpeg")
    config = device(authority, f"http://localhost:{free_port()}")
    uploader = Uploader(config, load_device_key(config.tls.key), spool, trouble)
    uploader.start()
    wait_for("some failures", lambda: trouble.of("upload_failed") >= 3)
    uploader.stop(join_s=60)
    assert not uploader.alive
    assert len(spool.files()) == 1


LARGE = random.Random(1).randbytes(3 * CHUNK_BYTES + 1000)


def test_a_large_file_goes_in_chunks(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    clip = spool.put(LARGE, "video/mp4")
    with EvidenceServer() as hub, uploading(device(authority, hub.url), spool, trouble):
        wait_until_empty(spool)
        assert hub.stored == {clip: LARGE}
        assert hub.order == [clip] * 4
    assert trouble.snapshot() == {}


def test_it_goes_on_where_the_hub_says(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    """As after a restart of the agent, or a chunk whose answer was lost."""
    clip = spool.put(LARGE, "video/mp4")
    with EvidenceServer() as hub:
        hub.begun[clip] = LARGE[: CHUNK_BYTES + 5]
        with uploading(device(authority, hub.url), spool, trouble):
            wait_until_empty(spool)
        assert hub.stored == {clip: LARGE}
        assert len(hub.order) == 2 + 1


def test_what_the_hub_has_already_is_not_sent_again(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    clip = spool.put(LARGE, "video/mp4")
    with EvidenceServer() as hub:
        hub.stored[clip] = LARGE
        with uploading(device(authority, hub.url), spool, trouble):
            wait_until_empty(spool)
        assert hub.order == []


def test_something_urgent_waits_for_one_chunk_only(authority: Authority, spool: Spool, trouble: Trouble) -> None:
    clip = spool.put(LARGE, "video/mp4")
    with EvidenceServer() as hub:
        urgent: list[str] = []

        def answer_chunk(_sha256: str, _chunk: bytes) -> int:
            if not urgent:
                urgent.append(spool.put(b"a picture", "image/jpeg"))
            return 204

        hub.answer_chunk = answer_chunk
        with uploading(device(authority, hub.url), spool, trouble):
            wait_until_empty(spool)
        assert hub.order == [clip, *urgent, clip, clip, clip]
        assert hub.stored[clip] == LARGE


@pytest.mark.parametrize("status", [500, 507, 429, 409, 422])
def test_a_chunk_that_is_not_taken_is_sent_again(
    authority: Authority, spool: Spool, trouble: Trouble, status: int
) -> None:
    spool.put(LARGE, "video/mp4")
    with EvidenceServer() as hub:
        answers = iter([204, status, 204])
        hub.answer_chunk = lambda _sha256, _chunk: next(answers, 204)
        with uploading(device(authority, hub.url), spool, trouble):
            wait_until_empty(spool)
        assert list(hub.stored.values()) == [LARGE]
    assert trouble.snapshot() == {"upload_failed": 1}


def test_a_large_file_that_is_other_bytes_than_its_name_is_kept_aside_in_the_end(
    tmp_path: Path, authority: Authority, spool: Spool, trouble: Trouble
) -> None:
    clip = spool.put(LARGE, "video/mp4")
    with EvidenceServer() as hub:
        hub.answer_chunk = lambda _sha256, _chunk: 422
        with uploading(device(authority, hub.url), spool, trouble):
            wait_until_empty(spool)
        assert hub.order == [clip, clip]
    assert [path.stem for path in (tmp_path / "spool" / "refused").iterdir()] == [clip]
    assert trouble.snapshot() == {"upload_failed": 1, "upload_refused": 1}


class Clock(threading.Event):
    """Time passes only where somebody waits."""

    now_s = 100.0

    def wait(self, timeout: float | None = None) -> bool:
        self.now_s += timeout or 0.0
        return False


def test_uploads_keep_to_their_share_of_the_line() -> None:
    clock = Clock()
    pace = Pace(8_000_000, clock, lambda: clock.now_s)
    for _ in range(500):
        pace.spend(16_000)
    assert clock.now_s == pytest.approx(100 + 8 - BURST_S)
    clock.now_s += 3600
    pace.spend(1_000_000)
    assert clock.now_s == pytest.approx(3700 + 8 - BURST_S), "an hour's silence earns no more than one burst"


def test_without_a_bound_nobody_waits() -> None:
    clock = Clock()
    Pace(0, clock, lambda: clock.now_s).spend(10**9)
    assert clock.now_s == 100
