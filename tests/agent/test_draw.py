"""Drawings and annotated videos: what broke a rule is red, and nothing below its threshold shows."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from agent.annotated import AnnotatedVideo
from agent.capture.replay import EPOCH
from agent.draw import INSIDE, OUTSIDE, SOON, caption, draw, with_panel
from agent.frame import BgrImage, Frame
from agent.replay import replay_files
from agent.vision.analyzer import NO_CLAIM
from agent.vision.observation import Detection, Face, HeadPose, Observation
from contract.profiles import PROFILES
from contract.violation import Explanation, Violation, ViolationKind
from contract.wire import InvalidError
from tests.support.portrait import scene
from tests.support.video import write_video
from tests.support.weights import real_weights

RULES = PROFILES["strict"].rules
BLANK = np.full((240, 320, 3), 128, dtype=np.uint8)
AHEAD = Face((100.0, 60.0, 180.0, 160.0), 0.9, HeadPose(2.0, 1.0, 0.0))
TURNED = Face((100.0, 60.0, 180.0, 160.0), 0.9, HeadPose(50.0, 1.0, 0.0))


def has(image: BgrImage, colour: tuple[int, int, int]) -> bool:
    return bool((image == colour).all(axis=2).any())


def violation(kind: ViolationKind, label: str | None = None) -> Violation:
    why = Explanation(hold_s=1, frames=3, profile="strict", profile_version=1)
    return Violation(
        violation_id=uuid4(),
        kind=kind,
        label=label,
        severity="high",
        started_at=EPOCH,
        opened_at=EPOCH,
        explanation=why,
    )


def test_a_face_ahead_is_green_and_a_turned_one_red() -> None:
    ahead, turned = draw(BLANK, [AHEAD], [], RULES), draw(BLANK, [TURNED], [], RULES)
    assert has(ahead, INSIDE)
    assert not has(ahead, OUTSIDE)
    assert has(turned, OUTSIDE)
    assert (BLANK == 128).all(), "the picture that was given is left alone"


def test_the_arrow_of_a_head_turned_left_goes_left() -> None:
    without = Face(TURNED.box_xyxy, 0.9, None)
    arrow = (draw(BLANK, [TURNED], [], RULES) != draw(BLANK, [without], [], RULES)).any(axis=2)
    columns = np.nonzero(arrow[80:140])[1]
    assert columns.min() < 100, "beyond the box's left edge"
    assert columns.max() <= 182


def test_objects_below_their_threshold_are_not_drawn() -> None:
    limit = RULES.prohibited_object.min_score["laptop"]
    box = (20.0, 20.0, 90.0, 90.0)
    assert has(draw(BLANK, [], [Detection("laptop", limit, box)], RULES), OUTSIDE)
    assert (draw(BLANK, [], [Detection("laptop", limit - 0.01, box)], RULES) == BLANK).all()
    assert (draw(BLANK, [], [Detection("teapot", 0.99, box)], RULES) == BLANK).all()


def test_the_panel_stands_beside_the_picture_and_marks_what_is_broken() -> None:
    quiet = with_panel(BLANK, "0:00", ["no_face", "looking_away"], [])
    broken = with_panel(BLANK, "0:00", ["no_face", "looking_away"], [violation("looking_away", "left")])
    soon = with_panel(BLANK, "0:00", ["no_face", "looking_away"], [], pending={"no_face"})
    assert has(soon, SOON)
    assert not has(quiet, SOON)
    assert (quiet[:, :320] == BLANK).all()
    assert quiet.shape == broken.shape
    assert not has(quiet, OUTSIDE)
    assert has(broken, OUTSIDE)
    assert caption(BLANK, "what happened").shape[1] == 320


@pytest.mark.parametrize("box", [(-50.0, -50.0, 20.0, 20.0), (310.0, 230.0, 400.0, 300.0), (5.0, 5.0, 5.0, 5.0)])
def test_boxes_at_the_edge_of_the_picture_are_drawn_all_the_same(box: tuple[float, float, float, float]) -> None:
    assert draw(BLANK, [Face(box, 0.5, HeadPose(-80, 80, 0))], [], RULES).shape == BLANK.shape


def test_an_annotated_video_keeps_the_times_of_its_frames(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    times_s = [0.0, 0.1, 0.5, 0.5, 1.25]
    with AnnotatedVideo(path, RULES) as video:
        for index, at_s in enumerate(times_s):
            frame = Frame(BLANK[:239, :319], at_s, EPOCH + timedelta(seconds=at_s), index)
            video.add(frame, Observation(at_s, frame.wall_time, (319, 239), (AHEAD,), None, NO_CLAIM), [])
    with av.open(str(path)) as container:
        found = [float(picture.time) for picture in container.decode(video=0) if picture.time is not None]
    assert found == pytest.approx([0, 0.1, 0.5, 0.501, 1.25], abs=0.002)


def test_an_annotated_video_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidError, match="cannot be written"):
        AnnotatedVideo(tmp_path / "file" / "out.mp4", RULES)


def test_replay_draws_every_frame_and_finds_the_same(tmp_path: Path) -> None:
    real_weights()
    video = write_video(tmp_path / "booth.mp4", (scene(2, number) for number in range(12)))
    for folder, draw_dir in (("plain", None), ("drawn", tmp_path / "pictures")):
        arguments = {"profile": "strict", "realtime": False, "weights_dir": None}
        assert replay_files([video], events_dir=tmp_path / folder, draw_dir=draw_dir, **arguments) == 0  # type: ignore[arg-type]
    assert (tmp_path / "drawn" / "booth.jsonl").read_text() == (tmp_path / "plain" / "booth.jsonl").read_text() != ""
    with av.open(str(tmp_path / "pictures" / "booth.mp4")) as container:
        pictures = [picture.to_ndarray(format="bgr24") for picture in container.decode(video=0)]
    assert len(pictures) == 12
    assert pictures[0].shape[0] == 480
    assert pictures[0].shape[1] > 640
