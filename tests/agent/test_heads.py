"""Where heads are looked for: inside the picture, one for each body, and only what can be a head."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agent.vision.facemesh import FaceKeypoints
from agent.vision.heads import is_head_of, pieces, without_face
from agent.vision.observation import Box, Detection, Face

SITTING: Box = (200.0, 100.0, 500.0, 470.0)
HEAD: Box = (300.0, 110.0, 400.0, 210.0)


def face(box: Box) -> Face:
    return Face(box, 0.9, None)


def body(box: Box) -> Detection:
    return Detection("person", 0.9, box)


sides = st.floats(-100, 900)


@given(sides, sides, sides, sides)
def test_pieces_lie_in_the_picture(x1: float, y1: float, x2: float, y2: float) -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    for piece in pieces((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), (640, 480)):
        assert piece.of(image).shape == (piece.y2 - piece.y1, piece.x2 - piece.x1, 3)
        assert piece.of(image).size > 0


def test_every_piece_shows_the_head() -> None:
    found = pieces(SITTING, (640, 480))
    assert found
    for piece in found:
        assert piece.x1 <= HEAD[0]
        assert piece.y1 <= HEAD[1]
        assert HEAD[2] <= piece.x2
        assert HEAD[3] <= piece.y2


def test_a_body_of_a_few_pixels_is_not_looked_at() -> None:
    assert pieces((10.0, 10.0, 30.0, 60.0), (640, 480)) == []


def test_what_a_piece_shows_is_told_in_pixels_of_the_picture() -> None:
    piece = pieces(SITTING, (640, 480))[0]
    found = piece.to_picture(FaceKeypoints((10, 20, 60, 70), 0.8, ((1.0, 2.0),) * 6))
    assert found.box_xyxy == (10 + piece.x1, 20 + piece.y1, 60 + piece.x1, 70 + piece.y1)
    assert found.points_xy == ((1.0 + piece.x1, 2.0 + piece.y1),) * 6


def test_a_head_sits_on_top_of_its_body_and_has_its_size() -> None:
    assert is_head_of(HEAD, SITTING)
    assert not is_head_of((300, 350, 400, 450), SITTING), "at the belt"
    assert not is_head_of((100, 110, 180, 190), SITTING), "beside it"
    assert not is_head_of((345, 150, 360, 165), SITTING), "a button"
    assert not is_head_of((100, 0, 600, 500), SITTING), "larger than the body"


def test_a_face_belongs_to_the_body_whose_head_is_nearest() -> None:
    behind = body((80.0, 60.0, 420.0, 470.0))
    assert without_face([behind, body(SITTING)], [face(HEAD)]) == [behind]
    assert without_face([body(SITTING)], [face(HEAD), face(HEAD)]) == []
    assert without_face([body(SITTING)], []) == [body(SITTING)]
