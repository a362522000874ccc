"""A comparison that cannot fail shows nothing: each difference that matters is found, each that does not is not."""

import re
from typing import Any

import pytest

from tests.arm64.compare import different_events, different_pictures, most_apart

FRAME_S = 0.2
EVENT: dict[str, Any] = {
    "kind": "prohibited_object",
    "label": "laptop",
    "started_at": 2.0,
    "opened_at": 2.8,
    "ended_at": 4.8,
    "confidence": 0.79,
}
OTHER: dict[str, Any] = {**EVENT, "kind": "no_face", "label": None, "confidence": None}
FACE: dict[str, Any] = {
    "box_xyxy": [261.2, 162.3, 385.2, 293.2],
    "score": 0.95,
    "yaw_deg": -1.8,
    "pitch_deg": -2.7,
    "roll_deg": None,
    "direction": None,
}
LAPTOP: dict[str, Any] = {"label": "laptop", "score": 0.98, "box_xyxy": [362.0, 180.0, 593.0, 374.0]}
PICTURE = {"faces": [FACE], "detections": [LAPTOP]}


def test_the_same_is_the_same_in_any_order() -> None:
    near = {**EVENT, "opened_at": 3.0, "confidence": 0.76}
    assert different_events([EVENT, OTHER], [OTHER, near], FRAME_S) == []
    assert most_apart([EVENT, OTHER], [near, OTHER], ["confidence"]) == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([EVENT], "instead of no_face, prohibited_object"),
        ([EVENT, EVENT, OTHER], "instead of"),
        ([OTHER, {**EVENT, "label": "book"}], r"prohibited_object \(book\)"),
        ([OTHER, {**EVENT, "opened_at": 3.3}], "opened_at 3.3 instead of 2.8"),
        ([OTHER, {**EVENT, "ended_at": None}], "ended_at None"),
        ([OTHER, {**EVENT, "confidence": 0.6}], "confidence 0.6"),
        ([], "nothing instead of"),
    ],
)
def test_an_event_that_differs_is_named(found: list[dict[str, Any]], said: str) -> None:
    (sentence,) = different_events([EVENT, OTHER], found, FRAME_S)
    assert re.search(said, sentence), sentence


def test_the_same_picture_may_differ_in_the_last_digits() -> None:
    face = {**FACE, "yaw_deg": -1.0, "box_xyxy": [261.9, 162.3, 385.2, 292.0]}
    assert different_pictures(PICTURE, {"faces": [face], "detections": [{**LAPTOP, "score": 0.96}]}) == []


@pytest.mark.parametrize(
    ("faces", "detections", "said"),
    [
        ([], [LAPTOP], "faces: [] instead of ['face']"),
        ([FACE], [], "detections: [] instead of ['laptop']"),
        ([FACE], [{**LAPTOP, "label": "tv"}], "detections: ['tv'] instead of ['laptop']"),
        ([{**FACE, "yaw_deg": 1.8}], [LAPTOP], "face: yaw_deg 1.8 instead of -1.8 (±2)"),
        ([{**FACE, "roll_deg": 1.8}], [LAPTOP], "face: roll_deg 1.8 instead of None (±2)"),
        ([{**FACE, "direction": "left"}], [LAPTOP], "face: direction left instead of None"),
        ([FACE], [{**LAPTOP, "score": 0.9}], "laptop: score 0.9 instead of 0.98 (±0.05)"),
        ([{**FACE, "box_xyxy": [261.2, 162.3, 380.2, 293.2]}], [LAPTOP], "more than 2.5 pixels"),
    ],
)
def test_a_measured_value_that_differs_is_named(
    faces: list[dict[str, Any]], detections: list[dict[str, Any]], said: str
) -> None:
    (sentence,) = different_pictures(PICTURE, {"faces": faces, "detections": detections})
    assert said in sentence
