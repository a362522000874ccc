"""The clip is worth replaying: each of its scenes breaks a rule, and the picture has something to measure."""

import json
from pathlib import Path

from agent.inspect import Inspector
from agent.replay import replay_files
from contract.profiles import PROFILES
from tests.arm64.clip import FPS, write_clip, write_picture
from tests.arm64.exchange import copy_face_weights, frame_s_of
from tests.support.weights import real_weights


def test_four_kinds_of_violation_are_in_four_seconds(tmp_path: Path) -> None:
    _, weights = real_weights()
    clip = write_clip(tmp_path / "clip.mp4")
    assert frame_s_of(clip) == 1 / FPS
    assert replay_files([clip], profile="strict", events_dir=tmp_path, realtime=False, weights_dir=weights) == 0
    events = [json.loads(line) for line in (tmp_path / "clip.jsonl").read_text().splitlines()]
    assert {(event["kind"], event["label"]) for event in events} == {
        ("multiple_faces", None),
        ("no_face", None),
        ("prohibited_object", "laptop"),
        ("camera_blocked", None),
    }
    assert len(events) == 4


def test_the_picture_has_two_faces_with_a_pose(tmp_path: Path) -> None:
    _, weights = real_weights()
    only_faces = copy_face_weights(weights, tmp_path / "faces")
    inspector = Inspector(only_faces, PROFILES["strict"].rules)
    try:
        seen = inspector.inspect(write_picture(tmp_path / "picture.png"), None)
    finally:
        inspector.close()
    assert len(seen["faces"]) == 2
    assert all(isinstance(face["yaw_deg"], float) for face in seen["faces"])
    assert seen["detections"] == [], "objects are off: they take the emulator a minute a picture"
