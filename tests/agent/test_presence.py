"""Presence: what is remembered of a face that was lost, and when another look for bodies is asked for."""

from agent.vision.observation import Box, Detection, Face, HeadPose
from agent.vision.presence import LAST_POSE_S, Presence

ASIDE = HeadPose(60, 0, 0)
HEAD = Face((300.0, 110.0, 400.0, 210.0), 0.9, ASIDE)
SITTING: Box = (200.0, 100.0, 500.0, 470.0)
LEANING: Box = (215.0, 110.0, 520.0, 470.0)
ELSEWHERE: Box = (0.0, 100.0, 160.0, 470.0)


def people(at_s: float, *boxes: Box) -> tuple[float, tuple[Detection, ...]]:
    return at_s, tuple(Detection("person", 0.9, box) for box in boxes)


def turned_away() -> Presence:
    presence = Presence()
    assert presence.look([HEAD], people(0.8, SITTING), 1.0) is None
    return presence


def test_a_face_asks_for_nothing() -> None:
    assert not turned_away().asks


def test_the_last_pose_stays_with_a_body_that_stays() -> None:
    presence = turned_away()
    lost = presence.look([], people(1.3, LEANING), 1.5)
    assert lost is not None
    assert (lost.last_pose, lost.missing_s, lost.sure) == (ASIDE, 0.5, True)
    assert not presence.asks


def test_somebody_else_does_not_look_where_the_lost_one_looked() -> None:
    lost = turned_away().look([], people(1.3, ELSEWHERE), 1.5)
    assert lost is not None
    assert lost.last_pose is None


def test_of_several_bodies_the_lost_ones_counts() -> None:
    lost = turned_away().look([], people(1.3, ELSEWHERE, LEANING), 1.5)
    assert lost is not None
    assert lost.body.box_xyxy == LEANING


def test_a_pose_is_not_believed_for_ever() -> None:
    presence, gone_s = turned_away(), 1.0 + LAST_POSE_S
    before, after = (presence.look([], people(at_s, SITTING), at_s) for at_s in (gone_s, gone_s + 0.5))
    assert before is not None
    assert before.last_pose == ASIDE
    assert after is not None
    assert after.last_pose is None


def test_an_empty_chair_is_an_empty_chair() -> None:
    presence = turned_away()
    assert presence.look([], people(1.3), 1.5) is None
    assert not presence.asks


def test_bodies_from_before_the_loss_are_not_sure_and_a_look_is_asked_for() -> None:
    presence = turned_away()
    lost = presence.look([], people(0.8, SITTING), 1.1)
    assert lost is not None
    assert not lost.sure
    assert lost.last_pose == ASIDE
    assert presence.asks
    assert presence.look([], None, 1.2) is None
    assert presence.asks


def test_who_never_showed_a_face_has_been_missing_since_the_first_look() -> None:
    presence = Presence()
    presence.look([], people(0.0, SITTING), 10.0)
    lost = presence.look([], people(11.5, SITTING), 12.0)
    assert lost is not None
    assert (lost.missing_s, lost.last_pose) == (2.0, None)
