"""Five dots, and what they change: straight ahead is the candidate's own."""

import pytest

from agent.rules.calibration import MARGIN_DEG, Dot, calibrate, levelled, widened
from agent.rules.engine import Engine
from agent.vision.observation import Face, HeadPose
from contract.calibration import Calibration
from contract.profiles import PROFILES
from contract.wire import InvalidError
from tests.support.observations import seen

STANDARD = PROFILES["standard"]
ASIDE = Calibration(yaw_deg=-20, pitch_deg=-15, eyes_left=0.3)


def look(yaw_deg: float, pitch_deg: float, eyes_left: float | None = 0.0) -> Face:
    gaze = None if eyes_left is None else (eyes_left, 0.0)
    return Face((0.0, 0.0, 100.0, 100.0), 0.9, HeadPose(yaw_deg, pitch_deg, 0.0), gaze)


def dots(**changed: list[Face]) -> dict[Dot, list[Face]]:
    """Somebody 10 degrees to the left of the camera's axis and 5 below, who turns the head a little for every dot."""
    looks: dict[Dot, list[Face]] = {
        "middle": [look(10, -5, 0.1) for _ in range(8)],
        "left": [look(18, -5) for _ in range(8)],
        "right": [look(1, -4) for _ in range(8)],
        "top": [look(10, 1) for _ in range(8)],
        "bottom": [look(11, -17) for _ in range(8)],
    }
    return {dot: changed.get(dot, faces) for dot, faces in looks.items()}


def found(face: Face, calibration: Calibration | None, hz: int = 10) -> set[tuple[str, str | None]]:
    engine = Engine(STANDARD, {}, calibration=calibration)
    changes = [change for n in range(20 * hz) for change in engine.step(seen(n / hz, faces=(face,)))]
    return {(change.violation.explanation.rule, change.violation.label) for change in changes}


def test_five_dots_give_the_middle_and_how_far_the_head_turns() -> None:
    expected = Calibration(yaw_deg=10, pitch_deg=-5, eyes_left=0.1, reach_yaw_deg=9, reach_up_deg=6, reach_down_deg=12)
    assert calibrate(dots()) == expected


def test_a_blink_and_a_missed_frame_change_nothing() -> None:
    middle = [*(look(10, -5, 0.1) for _ in range(6)), look(40, 30), Face((0, 0, 9, 9), 0.5, None)]
    assert calibrate(dots(middle=middle)) == calibrate(dots())


def test_somebody_who_only_moves_the_eyes_reaches_nothing_with_the_head() -> None:
    still = {dot: [look(0, 0)] * 8 for dot in dots()}
    assert calibrate(still) == Calibration()


def test_without_gaze_the_head_alone_is_calibrated() -> None:
    assert calibrate(dots(middle=[look(10, -5, None)] * 8)).eyes_left == 0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"left": []}, "at the left dot: 0 of 5"),
        ({"top": [look(10, 1)] * 4}, "at the top dot: 4 of 5"),
        ({"right": [look(yaw, 0) for yaw in range(0, 80, 10)]}, "did not rest at the right dot"),
        ({"middle": [look(60, 0)] * 8}, "camera stands too far aside"),
        ({"bottom": [look(10, -60)] * 8}, "too far for a dot on a screen"),
    ],
)
def test_what_cannot_be_true_must_be_repeated(changed: dict[str, list[Face]], says: str) -> None:
    with pytest.raises(InvalidError, match=says):
        calibrate(dots(**changed))


def test_looking_at_the_screen_past_a_camera_that_stands_aside_is_not_looking_away() -> None:
    ahead, elsewhere = look(-35, -15, 0.3), look(12, -15, 0.3)
    assert found(ahead, None) == {("looking_away", "right")}
    assert found(ahead, ASIDE) == set()
    assert found(elsewhere, None) == set()
    assert found(elsewhere, ASIDE) == {("looking_away", "left")}


def test_what_is_measured_is_told_against_the_candidates_own_middle() -> None:
    engine = Engine(STANDARD, {}, calibration=ASIDE)
    opened = [change for n in range(60) for change in engine.step(seen(n / 10, faces=(look(20, -15),)))]
    assert opened[0].violation.explanation.measured == 40


def test_the_cone_grows_to_the_screen_and_never_shrinks() -> None:
    cone = STANDARD.rules.looking_away
    wide = widened(STANDARD.rules, Calibration(reach_yaw_deg=40, reach_up_deg=2, reach_down_deg=30)).looking_away
    assert (wide.yaw_deg, wide.pitch_up_deg, wide.pitch_down_deg) == (40 + MARGIN_DEG, cone.pitch_up_deg, 38)
    assert widened(STANDARD.rules, Calibration()) == STANDARD.rules


def test_a_face_of_which_little_is_known_stays_so() -> None:
    unknown = Face((0, 0, 9, 9), 0.5, None)
    assert levelled(unknown, ASIDE) == unknown


# --- eyes alone ---


def test_eyes_that_leave_the_screen_are_told_apart_from_a_turned_head() -> None:
    assert found(look(0, 0, 0.9), None) == {("eyes_away", "left")}
    assert found(look(0, 0, -0.9), None) == {("eyes_away", "right")}
    assert found(look(50, 0, 0.9), None) == {("looking_away", "left")}


def test_eyes_that_stay_on_the_screen_while_the_head_turns_are_not_away() -> None:
    assert found(look(25, 0, -0.8), None) == set()
    assert found(look(25, 0, 0.3), None) == {("eyes_away", "left")}


def test_a_candidate_whose_eyes_rest_aside_is_judged_from_there() -> None:
    assert found(look(-5, 0, -0.65), None) == {("eyes_away", "right")}
    assert found(look(-5, 0, -0.65), Calibration(yaw_deg=-5, eyes_left=-0.4)) == set()


def test_glances_blinks_and_speech_do_not_count() -> None:
    """Two seconds aside while thinking; lids down four times a minute; the jaw moves the pose by some degrees."""
    engine, changes = Engine(STANDARD, {}), []
    for n in range(1200):
        now_s = n / 10
        aside = 0.95 if now_s % 12 < 2 else 0.0
        lids = -0.9 if now_s % 4 < 0.3 else -0.1
        face = Face((0.0, 0.0, 100.0, 100.0), 0.9, HeadPose(0, -3 if n % 4 < 2 else 3, 0), (aside, lids))
        changes += engine.step(seen(now_s, faces=(face,)))
    assert changes == []


def test_a_hand_that_hides_the_eyes_says_nothing_of_them() -> None:
    assert found(look(0, 0, None), None) == set()


def test_strict_leaves_the_eyes_to_people() -> None:
    assert not PROFILES["strict"].rules.eyes_away.enabled
    assert STANDARD.rules.eyes_away.severity == "low"
    assert STANDARD.rules.eyes_away.hold_s > STANDARD.rules.looking_away.hold_s
