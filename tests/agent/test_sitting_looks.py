"""What the camera has to say at check-in: whether a photo can be taken, and whether a dot was looked at."""

from dataclasses import replace

import pytest

from agent.frame import Frame
from agent.sitting.dots import DOT_TIMES_OUT_S, DOTS, SETTLE_S, Dots
from agent.sitting.photos import PREVIEW_WIDTH, small_jpeg
from agent.sitting.sight import Sight, hint_of
from agent.vision.observation import Face, HeadPose
from tests.support.footage import textured
from tests.support.observations import SEEING, ZERO, face, seen

LARGE = Face((220.0, 100.0, 420.0, 330.0), 0.95, HeadPose(2.0, -3.0, 0.0))
AT = {"middle": (0, 0), "left": (9, 0), "right": (-8, 1), "top": (1, 7), "bottom": (0, -9)}


def looking(dots: Dots, now_s: float, *, hz: float = 10, until_s: float = 60, restless: bool = False) -> float:
    """Look at whatever dot is shown until the run is over; the time then."""
    number = 0
    while dots.dot is not None and now_s < until_s:
        yaw_deg, pitch_deg = AT[dots.dot]
        swing = 12.0 * (-1) ** number if restless else 0.4 * (-1) ** number
        dots.see((face(yaw_deg + swing, pitch_deg),), now_s)
        now_s += 1 / hz
        number += 1
    return now_s


@pytest.mark.parametrize("hz", [3, 10, 30])
def test_five_dots_are_done_by_looking_at_them_at_any_pace_of_looks(hz: float) -> None:
    dots = Dots(0.0)
    took_s = looking(dots, 0.0, hz=hz)
    assert dots.problem is None
    assert dots.calibration is not None
    assert dots.calibration.reach_yaw_deg == pytest.approx(9, abs=1)
    assert dots.calibration.reach_down_deg == pytest.approx(9, abs=1)
    assert took_s < 5 * 4


def test_each_dot_waits_until_the_eyes_have_arrived() -> None:
    dots = Dots(0.0)
    for number in range(6):
        dots.see((face(40, 0),), number * SETTLE_S / 8)
    assert (dots.dot, dots.share) == ("middle", 0.0)
    looking(dots, SETTLE_S)
    assert dots.calibration is not None
    assert dots.calibration.yaw_deg == pytest.approx(0, abs=1), "what was seen before is no look at the dot"


def test_a_head_that_does_not_rest_is_asked_to() -> None:
    dots = Dots(0.0)
    ended_s = looking(dots, 0.0, restless=True)
    assert (dots.problem, dots.dot, dots.calibration) == ("unsteady", None, None)
    assert ended_s == pytest.approx(DOT_TIMES_OUT_S, abs=0.5)


@pytest.mark.parametrize(("faces", "problem"), [((), "unseen"), ((face(), face(5)), "several")])
def test_nobody_or_somebody_else_in_the_picture_is_said(faces: tuple[Face, ...], problem: str) -> None:
    dots = Dots(0.0)
    for number in range(200):
        dots.see(faces, number / 10)
    assert dots.problem == problem


def test_time_passes_even_where_nobody_looks() -> None:
    dots = Dots(0.0)
    dots.pass_time(DOT_TIMES_OUT_S - 0.1)
    assert dots.dot == DOTS[0]
    dots.pass_time(DOT_TIMES_OUT_S)
    assert dots.problem == "unseen"
    dots.see((face(),), DOT_TIMES_OUT_S + 1)
    assert dots.problem == "unseen", "what is over is over"


def test_a_dot_waits_for_who_reads_a_message_meanwhile() -> None:
    dots = Dots(0.0)
    for number in range(12):
        dots.see((face(30, 0),), number / 10)
    for second in range(1, 40):
        dots.interrupt(float(second))
        dots.pass_time(float(second))
    assert (dots.dot, dots.problem, dots.share) == ("middle", None, 0.0)
    looking(dots, 40.0)
    assert dots.calibration is not None
    assert dots.calibration.yaw_deg == pytest.approx(0, abs=1)


def test_a_camera_too_far_aside_is_said_at_the_end() -> None:
    dots = Dots(0.0)
    now_s = 0.0
    while dots.dot is not None and now_s < 60:
        dots.see((face(40, 0),), now_s)
        now_s += 0.1
    assert dots.problem == "askew"


@pytest.mark.parametrize(
    ("observation", "hint"),
    [
        (seen(0, faces=(LARGE,)), "good"),
        (seen(0, faces=()), "no_face"),
        (seen(0, faces=None), None),
        (seen(0, faces=(LARGE, LARGE)), "several"),
        (seen(0, faces=(replace(LARGE, still=True),)), "no_face"),
        (seen(0, faces=(replace(LARGE, box_xyxy=(300.0, 200.0, 350.0, 260.0)),)), "far"),
        (seen(0, faces=(replace(LARGE, box_xyxy=(0.0, 100.0, 200.0, 330.0)),)), "near_edge"),
        (seen(0, faces=(replace(LARGE, pose=HeadPose(40.0, 0.0, 0.0)),)), "turned"),
        (seen(0, faces=(replace(LARGE, pose=None),)), "good"),
        (seen(0, faces=(LARGE,), camera=replace(SEEING, blocked=True)), "covered"),
        (seen(0, faces=(), camera=replace(SEEING, bright=30.0)), "dark"),
        (seen(0, faces=None, camera=replace(SEEING, focus=1.0)), "blurred"),
        (seen(0, faces=(LARGE,), camera=replace(SEEING, blocked=True, known=False)), "good"),
    ],
)
def test_what_is_in_the_way_of_a_photo_is_said_in_one_word(observation: object, hint: str | None) -> None:
    assert hint_of(observation, faces_matter=True) == hint  # type: ignore[arg-type]


def test_of_a_document_only_light_and_focus_matter() -> None:
    assert hint_of(seen(0, faces=()), faces_matter=False) == "good"
    assert hint_of(seen(0, faces=None, camera=replace(SEEING, bright=30.0)), faces_matter=False) == "dark"


def test_one_odd_picture_changes_no_sentence() -> None:
    sight = Sight()
    assert (sight.hint, sight.face_seen) == (None, False)
    for number in range(6):
        sight.see(seen(number, faces=(LARGE,)), faces_matter=True)
    sight.see(seen(7, faces=()), faces_matter=True)
    assert (sight.hint, sight.face_seen) == ("good", False)
    for number in range(6):
        sight.see(seen(8 + number, faces=()), faces_matter=True)
    assert sight.hint == "no_face"


def test_the_preview_is_small() -> None:
    frame = Frame(textured(1).repeat(4, axis=0).repeat(4, axis=1), 0.0, ZERO, 0)
    data = small_jpeg(frame)
    assert data.startswith(b"\xff\xd8")
    assert len(data) < 80_000
    assert frame.frame_wh[0] > PREVIEW_WIDTH
