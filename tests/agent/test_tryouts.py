"""Trying profiles on a clip: fetched and signed for, looked at by another process, and second to every exam session."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from agent.config import load_device_key
from agent.evaluation.recording import record
from agent.tryouts.tryouts import Tryouts
from contract.chain import sha256_hex
from contract.device import DeviceConfig, HubConfig
from contract.live import DoneReply
from contract.messages import ErrorReply
from contract.profiles import PROFILES
from contract.sitting import SittingState
from contract.topics import MAX_PAYLOAD_BYTES
from contract.tries import PROFILES_MAX, SPANS_MAX, TryCommand, TryFound, TrySpan, TryStateCommand, TryStateReply
from tests.support.broker import Authority
from tests.support.evidence_server import EvidenceServer
from tests.support.footage import seeing_then_covered
from tests.support.processes import wait_for


class Booth:
    """What tries need of a booth, and a hub that has a clip."""

    def __init__(self, folder: Path, hub: EvidenceServer) -> None:
        self.hub = hub
        self.state: SittingState | None = None
        self.config = DeviceConfig(
            booth="booth-1",
            state_dir=folder / "state",
            weights_dir=folder / "no weights",
            hub=HubConfig(url=hub.url, mqtt_host="localhost"),
            tls=Authority(folder / "authority").issue("booth-1"),
        )
        self.tryouts = Tryouts(self.config, load_device_key(self.config.tls.key), lambda: self.state)

    def command(self, clip: bytes, **changes: object) -> TryCommand:
        try_id = uuid4()
        self.hub.clips[f"/api/v1/profiles/tries/{try_id}/clip"] = clip
        said = TryCommand(
            try_id=try_id,
            sha256=sha256_hex(clip),
            size_bytes=len(clip),
            profiles=(PROFILES["strict"], PROFILES["lenient"]),
        )
        return said.model_copy(update=changes)

    def now(self, try_id: UUID) -> TryStateReply:
        said = self.tryouts.state(TryStateCommand(try_id=try_id))
        assert isinstance(said, TryStateReply)
        return said

    def ended(self, try_id: UUID) -> TryStateReply:
        return wait_for("the try to end", lambda: state if (state := self.now(try_id)).state in ENDS else None)


ENDS = {"done", "failed"}


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    with EvidenceServer() as hub:
        made = Booth(tmp_path, hub)
        yield made
        made.tryouts.stop()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Sees for two seconds and is covered for three: strict raises after one of them, lenient only after four."""
    return seeing_then_covered(tmp_path_factory.mktemp("clip") / "clip.mp4", covered_s=3.0).read_bytes()


def test_each_profile_says_what_it_would_raise_and_nothing_of_the_clip_stays(booth: Booth, clip: bytes) -> None:
    command = booth.command(clip)
    assert booth.tryouts.begin(command) == DoneReply()
    said = booth.ended(command.try_id)
    assert (said.state, said.reason, said.share, said.cut) == ("done", "", 1.0, False)
    strict, lenient = said.found
    (span,) = (span for span in strict.spans if span.kind == "camera_blocked")
    assert span.severity == "high"
    assert (span.started_s, span.ended_s) == pytest.approx((2.0, 5.0), abs=0.6)
    assert span.opened_s - span.started_s == pytest.approx(1, abs=0.5)
    assert not [span for span in lenient.spans if span.kind == "camera_blocked"]
    assert any(line.startswith("faces: ") for line in said.blind)
    assert not list((booth.config.state_dir / "tries").iterdir())
    other = booth.tryouts.state(TryStateCommand(try_id=uuid4()))
    assert isinstance(other, ErrorReply)


def test_an_exam_session_goes_first_before_and_in_the_middle(booth: Booth, clip: bytes) -> None:
    booth.state = "checked_in"
    refused = booth.tryouts.begin(booth.command(clip))
    assert isinstance(refused, ErrorReply)
    assert "exam session" in refused.reason
    booth.state = None
    command = booth.command(clip)
    assert booth.tryouts.begin(command) == DoneReply()
    again = booth.tryouts.begin(booth.command(clip))
    assert isinstance(again, ErrorReply)
    assert "another clip" in again.reason
    booth.state = "in_progress"
    said = booth.ended(command.try_id)
    assert (said.state, "exam session began" in said.reason) == ("failed", True)


def test_what_cannot_be_tried_is_said_in_words(booth: Booth, clip: bytes) -> None:
    def failure(command: TryCommand) -> str:
        assert booth.tryouts.begin(command) == DoneReply()
        said = booth.ended(command.try_id)
        assert said.state == "failed"
        assert str(booth.config.state_dir) not in said.reason
        return said.reason

    assert "not a video" in failure(booth.command(b"no video at all" * 100))
    assert "cut off" in failure(booth.command(clip[: len(clip) // 2]))
    assert "401" in failure(booth.command(clip, sha256="ab" * 32))
    booth.hub.spoil = lambda data: data[:-1] + b"!"
    assert "not the clip" in failure(booth.command(clip))


def test_no_more_than_the_beginning_of_a_long_clip_is_looked_at(tmp_path: Path) -> None:
    video = seeing_then_covered(tmp_path / "clip.mp4", covered_s=2.0)
    looked: list[float] = []
    begun = record(video, tmp_path / "no weights", "auto", looked.append, 1.0)
    assert begun.cut
    assert max(looked) < 1.0
    whole = record(video, tmp_path / "no weights", "auto", looked.append, 60.0)
    assert not whole.cut
    assert max(looked) > 3.0


def test_the_longest_answer_fits_into_one_message() -> None:
    span = TrySpan(
        kind="prohibited_object",
        label="🎓" * 40,
        severity="medium",
        started_s=11.111111,
        opened_s=11.111111,
        ended_s=11.111111,
        measured=-1234.567,
        limit=-1234.567,
        unit="°" * 40,
    )
    found = (TryFound(spans=(span,) * SPANS_MAX, left_out=9),) * PROFILES_MAX
    said = TryStateReply(try_id=uuid4(), state="done", reason="🎓" * 300, blind=("🎓" * 200,) * 8, found=found)
    assert len(said.to_json()) < MAX_PAYLOAD_BYTES
