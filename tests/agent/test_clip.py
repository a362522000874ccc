"""Clips: five seconds before to five after, playable as they are, never encoded again, shared where they overlap."""

import io
import json
import subprocess
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import pytest

from agent.errors import StorageError
from agent.evidence import mp4
from agent.evidence.clip import boxes_beside, of_one_size
from agent.frame import Frame
from agent.rules.engine import Closed, Opened, Updated
from agent.streaming.encoder import settings_of
from agent.streaming.h264 import EncodedFrame
from agent.streaming.x264 import X264Encoder
from agent.vision.observation import CameraState, Detection, Face, HeadPose, Observation
from contract.boxes import ClipBoxes
from contract.messages import EvidenceAdded, SegmentRecorded
from contract.violation import Severity, Violation
from tests.support.browser import open_page
from tests.support.chains import invented_violation
from tests.support.fileserver import serving
from tests.support.filming import NOON, Studio, at, studio
from tests.support.moving_camera import MovingPictures
from tests.support.processes import wait_for

CLEAR = CameraState(120, 50, 300, 3, 40, 5, 0, blocked=False, frozen=False)


def encoded(seconds: float, fps: int = 15, wh: tuple[int, int] = (320, 240), from_s: float = 100) -> list[EncodedFrame]:
    """A keyframe every two seconds."""
    encoder, pictures = X264Encoder(settings_of("high", 1_000_000, 200_000)), MovingPictures(*wh)
    frames = []
    for i in range(round(seconds * fps)):
        frame = Frame(pictures.at(i), from_s + i / fps, at(from_s + i / fps), i)
        frames += encoder.encode(frame, keyframe=i % (2 * fps) == 0)
    return frames


def violation(began_s: float, opened_s: float, severity: Severity = "medium") -> Violation:
    fields = {"violation_id": uuid4(), "started_at": at(began_s), "opened_at": at(opened_s), "severity": severity}
    return invented_violation().model_copy(update=fields)


def opened(film: Studio, hold_s: float = 1.0, severity: Severity = "medium") -> Violation:
    """One that opens now."""
    what = violation(film.now_s - hold_s, film.now_s, severity)
    film.recorder.noted(Opened(what), film.now_s, at(film.now_s))
    return what


def closed(film: Studio, what: Violation) -> None:
    ended = what.model_copy(update={"ended_at": at(film.now_s)})
    film.recorder.noted(Closed(ended, film.now_s), film.now_s, at(film.now_s))


def clip_of(film: Studio, what: Violation) -> EvidenceAdded:
    return next(
        body for body in film.added() if body.violation_id == what.violation_id and body.evidence.role == "clip"
    )


def content(film: Studio, added: EvidenceAdded) -> bytes:
    with film.spool.open(added.evidence.sha256) as file:
        return file.read()


def opened_file(data: bytes) -> Any:
    return av.open(io.BytesIO(data))


def pictures_of(data: bytes) -> list[Any]:
    with opened_file(data) as container:
        return list(container.decode(video=0))


def test_the_file_has_every_picture_as_it_was_encoded_and_knows_its_length() -> None:
    frames = encoded(6)
    data = mp4.mux(frames)
    with opened_file(data) as container:
        stream = container.streams.video[0]
        assert container.duration == 6_000_000
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 320, 240)
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert packets[0].is_keyframe
    assert [packet.pts for packet in packets] == [packet.dts for packet in packets] == mp4.ticks(frames)[:-1]
    assert sum(packet.size for packet in packets) == pytest.approx(sum(len(frame.data) for frame in frames), rel=0.01)
    assert len(pictures_of(data)) == 90
    assert (data.count(b"moof"), data.count(b"sidx")) == (sum(frame.keyframe for frame in frames), 1)


def test_ffprobe_opens_it_and_finds_nothing_wrong(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4.mux(encoded(10)))
    asked = ["-v", "warning", "-count_frames", "-show_entries", "format=duration:stream=codec_name,nb_read_frames"]
    probe = subprocess.run(["/usr/bin/env", "ffprobe", *asked, "-of", "json", path], capture_output=True, text=True)
    assert probe.returncode == 0, probe.stderr
    told = json.loads(probe.stdout)
    assert probe.stderr == ""
    assert float(told["format"]["duration"]) == pytest.approx(10, abs=0.1)
    assert [(s["codec_name"], s["nb_read_frames"]) for s in told["streams"]] == [("h264", "150")]


def test_pictures_keep_their_own_times_however_uneven_they_came() -> None:
    frames = [frame for i, frame in enumerate(encoded(4)) if i % 7 != 3 or frame.keyframe]
    data = mp4.mux(frames)
    with opened_file(data) as container:
        times = [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.size]
    assert times == pytest.approx([frame.captured_s - 100 for frame in frames], abs=1e-4)


def test_nothing_that_a_player_could_not_begin_with_becomes_a_clip() -> None:
    with pytest.raises(StorageError, match="keyframe"):
        mp4.mux([])
    with pytest.raises(StorageError, match="keyframe"):
        mp4.mux(encoded(1)[1:])


def test_a_camera_that_came_back_with_another_size_does_not_spoil_it() -> None:
    before, after = encoded(2), encoded(4, wh=(160, 120), from_s=110)
    assert of_one_size([*before, *after]) == after
    assert of_one_size([*before, *after[:3]]) == before
    assert of_one_size([before[1]]) == []
    assert of_one_size([]) == []


def test_a_violation_gets_a_clip_from_five_seconds_before_to_five_after(tmp_path: Path) -> None:
    with studio(tmp_path) as film:
        film.film(12)
        what = opened(film)
        film.film(2)
        closed(film, what)
        film.film(4.5)
        assert film.added() == []
        film.film(1)
        wait_for("the clip", lambda: len(film.added()) == 2)
        clip = clip_of(film, what)
        data = content(film, clip)
        assert (clip.evidence.media_type, clip.evidence.size_bytes) == ("video/mp4", len(data))
        assert at(104) <= clip.evidence.taken_at <= at(106)
        shown = pictures_of(data)
        first_s = (clip.evidence.taken_at - NOON).total_seconds()
        assert first_s + float(shown[-1].pts * shown[-1].time_base) == pytest.approx(118.9, abs=0.11)
        assert film.trouble.snapshot() == {}


def test_violations_that_overlap_share_one_file(tmp_path: Path) -> None:
    with studio(tmp_path) as film:
        film.film(6)
        first = opened(film, severity="low")
        film.film(1)
        second = opened(film, severity="high")
        film.film(1)
        closed(film, first)
        film.recorder.noted(Updated(first), film.now_s, at(film.now_s))
        closed(film, first)
        closed(film, second)
        film.film(6)
        wait_for("the clip", lambda: len(film.added()) == 4)
        assert clip_of(film, first).evidence == clip_of(film, second).evidence
        assert len(film.spool.files()) == 2


def test_keyframes_come_every_two_seconds_while_it_films(tmp_path: Path) -> None:
    with studio(tmp_path) as film:
        film.film(10)
        what = opened(film)
        closed(film, what)
        film.film(6)
        wait_for("the clip", lambda: len(film.added()) == 2)
        with opened_file(content(film, clip_of(film, what))) as container:
            keys = [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.is_keyframe]
    assert len(keys) >= 5
    assert max(later - earlier for earlier, later in pairwise(keys)) <= 2.0


def test_what_was_seen_lies_beside_the_clip(tmp_path: Path) -> None:
    face = Face((80.0, 60.0, 160.0, 180.0), 0.98765, HeadPose(31.26, -2.0, 0.0))
    phone = Detection("cell phone", 0.5, (-3200.0, 0.0, 320.0, 240.0))
    with studio(tmp_path) as film:
        film.film(8)
        looked_s = film.now_s
        film.recorder.saw(Observation(looked_s, at(looked_s), (320, 240), (face,), (phone,), CLEAR))
        film.recorder.saw(Observation(1.0, at(1), (320, 240), (), (), CLEAR))
        what = opened(film)
        closed(film, what)
        film.film(6)
        wait_for("the clip", lambda: len(film.added()) == 2)
        clip, beside = film.added()
        assert beside.evidence.role == "boxes"
        boxes = ClipBoxes.parse(content(film, beside))
    assert boxes.clip_sha256 == clip.evidence.sha256
    assert boxes.started_at == clip.evidence.taken_at
    (look,) = boxes.looks
    assert boxes.started_at + timedelta(seconds=look.at_s) == at(looked_s)
    assert [box.label for box in look.boxes] == ["face", "cell phone"]
    assert look.boxes[0].xyxy == (0.25, 0.25, 0.5, 0.75)
    assert (look.boxes[0].score, look.boxes[0].yaw_deg) == (0.988, 31.3)
    assert look.boxes[1].xyxy == (-1.0, 0.0, 1.0, 1.0), "far outside is cut at the contract's bound"


def test_boxes_of_a_clip_nobody_looked_at_are_none() -> None:
    assert boxes_beside("0" * 64, encoded(1), ()).looks == ()


def test_a_stop_writes_what_was_filmed_so_far(tmp_path: Path) -> None:
    with studio(tmp_path) as film:
        film.film(3)
        opened(film)
        film.film(1)
    assert [body.evidence.role for body in film.added()] == ["clip", "boxes"]


def test_nothing_is_encoded_while_nobody_is_monitored(tmp_path: Path) -> None:
    with studio(tmp_path) as film:
        film.film(1)
        assert film.encoder.stats() is not None
        film.recorder.film(False)
        assert film.encoder.stats() is None
        opened(film)
    assert film.added() == []


def test_no_clip_shows_who_sat_there_before_or_comes_after(tmp_path: Path) -> None:
    """A new exam session without a pause, and a pause: a violation right before, and one right after."""
    with studio(tmp_path) as film:
        film.recorder.film(True, recording=True, sitting=uuid4())
        film.film(4)
        first = opened(film)
        film.film(1)
        changed_s = film.now_s
        film.recorder.film(True, recording=True, sitting=uuid4())
        film.film(2.5)
        second = opened(film, hold_s=2.4)
        film.film(1)
        film.recorder.film(False)
        film.recorder.film(True)
        paused_s = film.now_s
        film.film(2.5)
        third = opened(film)
    spans = []
    for what in (first, second, third):
        shown = pictures_of(content(film, clip_of(film, what)))
        began_s = (clip_of(film, what).evidence.taken_at - NOON).total_seconds()
        spans.append((began_s, began_s + float(shown[-1].pts * shown[-1].time_base)))
    (_, one_ends), (two_begins, two_ends), (three_begins, _) = spans
    assert one_ends <= changed_s + 0.001 < two_begins
    assert two_ends <= paused_s + 0.001 < three_begins
    recorded = [body for body in film.events if isinstance(body, SegmentRecorded)]
    assert len(recorded) == 2
    assert recorded[0].evidence.taken_at < at(changed_s) < recorded[1].evidence.taken_at


def test_a_violation_without_video_is_told_of(tmp_path: Path) -> None:
    with studio(tmp_path) as film:
        opened(film)
    assert film.added() == []
    assert film.trouble.of("evidence_lost") == 1


PLAY = """
async (address) => {
  const video = document.createElement("video");
  video.muted = true;
  const failed = new Promise((_, reject) => { video.onerror = () => reject(new Error(video.error.message)); });
  const known = new Promise((resolve) => { video.onloadedmetadata = resolve; });
  video.src = URL.createObjectURL(await (await fetch(address)).blob());
  document.body.append(video);
  await Promise.race([known, failed]);
  const duration = video.duration;
  video.currentTime = duration / 2;
  await Promise.race([new Promise((resolve) => { video.onseeked = resolve; }), failed]);
  const sought = video.currentTime;
  const ended = new Promise((resolve) => { video.onended = resolve; });
  video.playbackRate = 4;
  await video.play();
  await Promise.race([ended, failed]);
  return { duration, sought, end: video.currentTime, width: video.videoWidth, height: video.videoHeight };
}
"""


@pytest.mark.browser
@pytest.mark.slow
def test_chromium_knows_its_length_at_once_seeks_in_it_and_plays_it_to_the_end() -> None:
    files = {"index.html": b"<!doctype html><title>clip</title>", "clip.mp4": mp4.mux(encoded(10)), "favicon.ico": b"-"}
    with serving(files) as server, open_page() as page:
        page.goto(f"{server.url}/index.html")
        played = page.evaluate(PLAY, f"{server.url}/clip.mp4")
    assert played["duration"] == pytest.approx(10, abs=0.01), json.dumps(played)
    assert played["sought"] == pytest.approx(5, abs=0.1)
    assert played["end"] == pytest.approx(10, abs=0.1)
    assert (played["width"], played["height"]) == (320, 240)
