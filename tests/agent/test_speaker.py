"""Whose voice it is, told by the candidate's lips."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.vision.observation import Face, Speaker, Speech
from agent.vision.speaker import SpeakerWatch
from tests.support.observations import face

Lips = Callable[[float], float | None]


def shut(at_s: float) -> float:
    """A closed mouth whose landmarks tremble."""
    return 0.006 + 0.005 * math.sin(37 * at_s)


def talking(at_s: float) -> float:
    """Four syllables a second, 8 mm of an 18 cm face."""
    return 0.022 + 0.022 * math.sin(2 * math.pi * 3.7 * at_s)


def mumbling(at_s: float) -> float:
    return 0.011 + 0.011 * math.sin(2 * math.pi * 3.7 * at_s)


def chewing(at_s: float) -> float:
    return 0.02 + 0.02 * math.sin(2 * math.pi * 1.3 * at_s)


def hidden(at_s: float) -> None:
    return None


def a_face(lips: float | None) -> Face:
    return replace(face(), lips=lips)


def told(before: Lips | None, during: Lips | None, seconds: float = 2.0, rate_hz: float = 10.0) -> list[Speaker]:
    """After each look: four seconds of quiet, then `seconds` of somebody speaking. None: nobody is in the picture."""
    watch, said = SpeakerWatch(), list[Speaker]()
    for number in range(round((4 + seconds) * rate_hz)):
        at_s = number / rate_hz
        speaking = at_s >= 4.0
        lips = during if speaking else before
        faces = () if lips is None else (a_face(lips(at_s)),)
        judged = watch.judge(Speech(0.9, 4.0 if speaking else None), faces, at_s)
        assert judged is not None
        said.append(judged.speaker)
    assert set(said[: round(4 * rate_hz)]) == {"unknown"}, "nobody speaks"
    return said[round(4 * rate_hz) :]


@pytest.mark.parametrize(
    ("before", "during", "speaker"),
    [
        (shut, talking, "candidate"),
        (hidden, talking, "candidate"),
        (shut, shut, "other"),
        (talking, shut, "other"),
        (chewing, shut, "other"),
        (chewing, chewing, "unknown"),
        (shut, mumbling, "unknown"),
        (shut, hidden, "unknown"),
        (shut, None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_lips_tell(before: Lips | None, during: Lips | None, speaker: Speaker) -> None:
    assert told(before, during)[-1] == speaker


def test_it_is_told_before_the_rule_decides_and_not_at_the_first_syllable() -> None:
    own = told(shut, talking)
    assert own[2] == "unknown"
    assert own[8] == "candidate", "within a second"
    others = told(shut, shut)
    assert others[9] == "unknown"
    assert others[14] == "other", "a closed mouth takes a little longer"


def test_a_mouth_that_was_out_of_sight_for_a_moment_does_not_prove_another_voice() -> None:
    def away_for_a_moment(at_s: float) -> float | None:
        return None if 4.9 < at_s < 5.2 else shut(at_s)

    assert set(told(shut, away_for_a_moment)) == {"unknown"}


def test_looks_that_are_too_rare_do_not_prove_another_voice() -> None:
    assert set(told(shut, shut, seconds=4, rate_hz=2.0)) == {"unknown"}


def test_one_glitch_of_the_landmarks_is_no_speech() -> None:
    assert "candidate" not in told(shut, lambda at_s: 0.09 if at_s == 5.0 else shut(at_s))


def test_nobody_listened_is_left_as_it_is() -> None:
    assert SpeakerWatch().judge(None, (a_face(0.01),), 1.0) is None


def test_frames_without_a_look_at_faces_change_nothing() -> None:
    watch = SpeakerWatch()
    for number in range(40):
        faces = (a_face(talking(number / 20)),) if number % 2 == 0 else None
        judged = watch.judge(Speech(0.9, 0.0), faces, number / 20)
    assert judged is not None
    assert judged.speaker == "candidate"


@given(st.lists(st.tuples(st.floats(0, 60), st.none() | st.floats(0, 1)), max_size=60))
def test_whatever_comes_in_whatever_order_it_says_something(looks: list[tuple[float, float | None]]) -> None:
    watch = SpeakerWatch()
    for at_s, lips in looks:
        judged = watch.judge(Speech(0.9, at_s - 2), (a_face(lips),), at_s)
        assert judged is not None
        assert judged.speaker in ("candidate", "other", "unknown")
