"""Label files: what is usable is used, and what is not is told so that its writer can mend it."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.evaluation.labels import Footage, read_labels


def video(**changes: Any) -> dict[str, Any]:
    intervals = [{"t0": 0, "t1": 4, "labels": ["face_ok"], "note": "ours"}, {"t0": 4, "t1": 6, "labels": ["no_face"]}]
    return {"id": "one", "file": "one.mp4", "duration": 6, "intervals": intervals, **changes}


def read(folder: Path, *videos: Any) -> Footage:
    (folder / "one.mp4").touch()
    path = folder / "labels.json"
    path.write_text(json.dumps({"videos": videos}))
    return read_labels([path])


def test_keys_of_the_labeller_are_left_alone(tmp_path: Path) -> None:
    footage = read(tmp_path, video(camera="by the window"))
    ((labelled, path),) = footage.videos
    assert (labelled.id, path, labelled.grace_s) == ("one", tmp_path / "one.mp4", 0.7)
    assert [interval.labels for interval in labelled.intervals] == [("face_ok",), ("no_face",)]
    assert footage.errors == ()


def interval(t0: float, t1: float, *labels: str) -> dict[str, Any]:
    return {"t0": t0, "t1": t1, "labels": list(labels or ["face_ok"])}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"intervals": [interval(0, 6, "no_fase")]}, "unknown label 'no_fase' (did you mean 'no_face'?)"),
        ({"intervals": [interval(0, 4), interval(3, 6)]}, "from 3 s begins before 4 s"),
        ({"intervals": [interval(0, 2), interval(4, 6)]}, "nothing is labelled from 2 to 4 s"),
        ({"intervals": [interval(0, 4)]}, "the labels end at 4 s and the video at 6 s"),
        ({"intervals": [interval(0, 6), interval(6, 5)]}, "ends at 5 s, before it begins at 6 s"),
        ({"intervals": []}, "intervals"),
        ({"file": "gone.mp4"}, "no such file"),
        ({"id": "../one"}, "id"),
        ({"duration": -1}, "duration"),
    ],
)
def test_a_bad_video_is_told_and_costs_only_itself(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    footage = read(tmp_path, video(**{"id": "bad", **changes}), video())
    assert [labelled.id for labelled, _ in footage.videos] == ["one"]
    (error,) = footage.errors
    assert told in error
    assert error.startswith(f"{tmp_path / 'labels.json'}: video ")


def test_the_same_id_twice_would_mix_two_videos(tmp_path: Path) -> None:
    footage = read(tmp_path, video(), video())
    assert len(footage.videos) == 1
    assert "another video of this id" in footage.errors[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"videos": 3}', '{"videos": [7, null]}', "\x00"])
def test_a_file_that_holds_no_labels_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(text)
    footage = read_labels([path, tmp_path / "gone.json"])
    assert footage.videos == ()
    assert len(footage.errors) >= 2
    assert footage.errors[-1] == f"{tmp_path / 'gone.json'}: No such file or directory"
