"""Prints: a face on somebody's body is no second person, whoever stands beside, behind or before them is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.frame import Frame
from agent.vision.analyzer import Analyzer
from agent.vision.heads import is_head_of
from agent.vision.observation import Box, Detection, Face
from agent.vision.prints import FIRST_S, HEAD_S, LIVED_S, MOVES_S, Prints, lies_on_body
from tests.support.observations import ZERO
from tests.support.portrait import wearing_a_face
from tests.support.weights import real_weights

STANDING: Box = (170.0, 40.0, 480.0, 480.0)
HEAD: Box = (285.0, 60.0, 365.0, 160.0)
ON_SHIRT: Box = (240.0, 195.0, 410.0, 360.0)
"""Twice as large as the head, as a skull over all of a chest is."""
MAGAZINE: Box = (270.0, 300.0, 340.0, 380.0)
OVER_SHOULDER: Box = (380.0, 100.0, 460.0, 200.0)
ABOVE: Box = (300.0, 5.0, 350.0, 50.0)
LEANS_IN: Box = (110.0, 260.0, 210.0, 380.0)
IN_FRONT: Box = (250.0, 250.0, 370.0, 390.0)
THEIR_BODY: Box = (150.0, 215.0, 500.0, 480.0)


def marks(prints: Prints, at_s: float, faces: Sequence[Box], bodies: Sequence[Box] | None = (STANDING,)) -> list[bool]:
    seen = None if bodies is None else (at_s, tuple(Detection("person", 0.9, box) for box in bodies))
    return [face.worn for face in prints.look([Face(box, 0.9, None) for box in faces], seen, at_s)]


def shifted(box: Box, across: float, down: float = 0.0) -> Box:
    return box[0] + across, box[1] + down, box[2] + across, box[3] + down


@pytest.mark.parametrize("worn", [ON_SHIRT, MAGAZINE])
def test_a_face_on_a_body_below_its_head_is_worn(worn: Box) -> None:
    assert marks(Prints(), 0, [worn, HEAD]) == [True, False]
    assert marks(Prints(), 0, [HEAD, worn]) == [False, True]


@pytest.mark.parametrize("other", [OVER_SHOULDER, ABOVE, LEANS_IN, shifted(HEAD, 220)])
def test_who_looks_over_a_shoulder_or_leans_in_is_somebody(other: Box) -> None:
    prints = Prints()
    for look in range(50):
        assert marks(prints, look / 10, [other, HEAD]) == [False, False]


def test_who_stands_in_front_has_a_body() -> None:
    prints = Prints()
    assert marks(prints, 0, [IN_FRONT, HEAD], [STANDING, THEIR_BODY]) == [False, False]
    assert marks(prints, 0.1, [IN_FRONT, HEAD], [THEIR_BODY, STANDING]) == [False, False]


def test_who_was_there_stays_when_their_body_is_lost_for_some_seconds() -> None:
    """Two bodies close together are one to the network now and then."""
    prints = Prints()
    for look in range(50):
        marks(prints, look / 10, [IN_FRONT, HEAD], [STANDING, THEIR_BODY])
    for look in range(50, 50 + round(10 * LIVED_S) - 5):
        assert marks(prints, look / 10, [IN_FRONT, HEAD]) == [False, False]


def test_whose_body_is_found_late_is_somebody_half_a_second_later() -> None:
    prints = Prints()
    for look in range(100):
        assert marks(prints, look / 10, [IN_FRONT, HEAD]) == [True, False]
    found = [marks(prints, 10 + look / 10, [IN_FRONT, HEAD], [STANDING, THEIR_BODY])[0] for look in range(10)]
    assert found == [True] * found.count(True) + [False] * found.count(False)
    assert found.count(True) <= 5


def test_a_head_on_a_lap_gives_itself_away() -> None:
    """Nobody finds a body of its own; it turns to one side and back as heads do, and what is worn does not."""
    prints = Prints()
    lives = []
    for look in range(60):
        across = 50.0 if 20 <= look < 40 else 0.0
        lives.append(not marks(prints, look / 10, [shifted(IN_FRONT, across), HEAD])[0])
    assert lives == [False] * 20 + [True] * 40


def test_a_face_that_flickers_has_no_movement() -> None:
    """Hands before a print: it is found now and then, each time a little elsewhere."""
    prints = Prints()
    for look in range(200):
        faces = [HEAD] if look % 5 else [shifted(ON_SHIRT, -40.0 if look % 2 else 40.0), HEAD]
        assert marks(prints, look / 10, faces)[:-1] == [True] * (len(faces) - 1)


def test_one_look_at_another_place_changes_nothing() -> None:
    prints = Prints()
    for look in range(20):
        marks(prints, look / 10, [ON_SHIRT, HEAD])
    assert marks(prints, 2.0, [shifted(ON_SHIRT, 0, -60), HEAD]) == [True, False]
    assert marks(prints, 2.1, [ON_SHIRT, HEAD]) == [True, False]


def test_what_is_worn_does_not_stand_in_for_a_face_that_is_lost() -> None:
    prints = Prints()
    marks(prints, 0, [HEAD])
    for second in range(1, round(3 * HEAD_S)):
        assert marks(prints, second, [ON_SHIRT]) == [True], "as long as the body stays"


def test_where_the_head_was_is_forgotten_with_the_body() -> None:
    prints = Prints()
    marks(prints, 0, [HEAD])
    assert marks(prints, HEAD_S + 1, [ON_SHIRT]) == [False]


def test_somebody_elses_head_says_nothing_about_a_face() -> None:
    prints = Prints()
    marks(prints, 0, [HEAD])
    assert marks(prints, 1, [shifted(ON_SHIRT, 160)], [shifted(STANDING, 160)]) == [False]


def test_bodies_from_before_the_head_was_lost_say_nothing() -> None:
    """Who sits down there now is judged when the body under them has been looked for."""
    prints = Prints()
    marks(prints, 1.0, [HEAD])
    before = (0.9, (Detection("person", 0.9, STANDING),))
    (face,) = prints.look([Face(ON_SHIRT, 0.9, None)], before, 1.1)
    assert not face.worn
    assert marks(prints, 1.2, [ON_SHIRT]) == [True]


def test_who_raises_both_arms_keeps_their_face() -> None:
    """The body's box ends at the hands then, and the head lies low in it."""
    arms_up: Box = (150.0, 5.0, 400.0, 480.0)
    head = shifted(HEAD, -10, 65)
    assert not is_head_of(head, arms_up)
    prints = Prints()
    for look in range(20):
        assert marks(prints, look / 10, [head], [(170.0, 105.0, 380.0, 480.0)]) == [False]
    for look in range(20, 100):
        assert marks(prints, look / 10, [head], [arms_up]) == [False]


def test_a_candidate_below_a_poster_is_not_what_the_poster_wears() -> None:
    poster: Box = (300.0, 10.0, 350.0, 60.0)
    assert is_head_of(poster, STANDING)
    assert marks(Prints(), 0, [HEAD, poster]) == [False, False]


def test_without_bodies_nobody_can_say_and_what_is_known_stays() -> None:
    prints = Prints()
    for bodies in (None, tuple[Box, ...]()):
        assert marks(prints, 0, [ON_SHIRT, HEAD], bodies) == [False, False]
    assert marks(prints, 0.1, [ON_SHIRT, HEAD]) == [True, False]
    for bodies in (None, tuple[Box, ...]()):
        assert marks(prints, 0.2, [ON_SHIRT, HEAD], bodies) == [True, False]


def test_time_that_begins_anew_forgets() -> None:
    prints = Prints()
    marks(prints, 100, [ON_SHIRT, HEAD])
    assert marks(prints, 5, [ON_SHIRT], None) == [False]


def test_the_rest_of_a_face_is_left_as_it_is() -> None:
    prints, faces = Prints(), (Face(ON_SHIRT, 0.7, None), Face(HEAD, 0.8, None, gaze=(0.1, 0.2)))
    bodies = (0.0, (Detection("person", 0.9, STANDING),))
    assert prints.look(faces, bodies, 0.0) == (replace(faces[0], worn=True), faces[1])
    assert FIRST_S > 0


sides = st.floats(0, 640)
boxes = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), sides, sides, st.floats(1, 400), st.floats(1, 400))


@given(boxes, st.lists(boxes, max_size=4), st.lists(st.tuples(boxes, boxes), max_size=4))
def test_what_can_be_the_head_of_any_body_is_never_worn(
    face: Box, bodies: list[Box], torsos: list[tuple[Box, Box]]
) -> None:
    if any(is_head_of(face, body) for body in bodies):
        assert lies_on_body(face, torsos, bodies) is False


@settings(max_examples=50, deadline=None)
@given(
    sway=st.floats(0, 40),
    lean=st.floats(0, 75),
    bow=st.floats(0, 30),
    period_looks=st.integers(7, 60),
    pace_hz=st.sampled_from([3, 5, 10, 15]),
)
def test_what_is_worn_goes_with_the_body_and_never_lives(
    sway: float, lean: float, bow: float, period_looks: int, pace_hz: int
) -> None:
    """The candidate sways, leans the head by up to its width more, and bows."""
    prints = Prints()
    for look in range(round(2 * MOVES_S * pace_hz)):
        turn = abs(2 * (look % period_looks) / period_looks - 1)
        body = STANDING[0] + sway * turn, STANDING[1] + bow * turn, STANDING[2] + sway * turn, STANDING[3]
        head = shifted(HEAD, (sway + lean) * turn, bow * turn)
        assert marks(prints, look / pace_hz, [shifted(ON_SHIRT, sway * turn), head], [body]) == [True, False]


def test_the_networks_find_a_face_on_a_shirt_and_it_counts_for_nothing() -> None:
    """For two seconds the candidate shows their own face, then hides it."""
    analyzer, found = Analyzer(*real_weights(), allow_missing=False), list[tuple[int, int]]()
    try:
        for look in range(40):
            at_s = look / 10
            image = wearing_a_face(seed=look, hidden=look >= 20)
            seen = analyzer.analyze(Frame(image, at_s, ZERO + timedelta(seconds=at_s), look))
            assert seen.faces is not None
            assert seen.living is not None
            found.append((len(seen.faces), len(seen.living)))
    finally:
        analyzer.close()
    assert found[5:20] == [(2, 1)] * 15
    assert found[25:] == [(1, 0)] * 15
