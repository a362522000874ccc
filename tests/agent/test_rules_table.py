"""Each row of the table: what breaks the rule, what does not, and when nobody can say."""

from dataclasses import replace

import pytest

from agent.rules.table import BODY_S, RULES, Finding, Findings
from agent.vision.observation import CameraState, Detection, Face, Faceless, HeadPose, Identity, Observation
from contract.profiles import PROFILES, Rules
from tests.support.observations import SEEING, ZERO, face, item, seen

STRICT = PROFILES["strict"].rules
STANDARD = PROFILES["standard"].rules
COVERED = replace(SEEING, blocked=True, edges=0.6)
FROZEN = replace(SEEING, frozen=True, still_s=3.5)


def find(kind: str, observation: Observation, rules: Rules = STRICT) -> Findings:
    (rule,) = [rule for rule in RULES if rule.name == kind]
    return rule.find(observation, rules)


def labels(findings: Findings) -> list[str | None]:
    assert findings is not None
    return [finding.label for finding in findings]


def notes(findings: Findings) -> list[str | None]:
    assert findings is not None
    return [finding.note for finding in findings]


def test_every_rule_of_a_profile_has_a_row() -> None:
    assert [rule.name for rule in RULES] == list(Rules.model_fields)


def test_no_face() -> None:
    assert find("no_face", seen(0)) == (Finding(measured=0, limit=1),)
    assert find("no_face", seen(0, faces=(face(),))) == ()


def test_multiple_faces_is_as_sure_as_its_second_face() -> None:
    assert find("multiple_faces", seen(0, faces=(face(),))) == ()
    found = find("multiple_faces", seen(0, faces=(face(score=0.9), face(score=0.6))))
    assert found == (Finding(measured=2, limit=1, confidence=0.6),)


@pytest.mark.parametrize(
    ("yaw_deg", "pitch_deg", "direction"),
    [
        (0, 0, None),
        (27, 0, None),
        (29, 0, "left"),
        (-29, 0, "right"),
        (0, 21, "up"),
        (0, -24, None),
        (0, -26, "down"),
        (50, -30, "left"),
        (30, 40, "up"),
    ],
)
def test_looking_away_names_the_direction_in_the_picture(yaw_deg: float, pitch_deg: float, direction: str) -> None:
    found = find("looking_away", seen(0, faces=(face(yaw_deg, pitch_deg),)))
    assert labels(found) == ([direction] if direction else [])


def test_looking_away_says_how_far_and_how_far_is_allowed() -> None:
    (found,) = find("looking_away", seen(0, faces=(face(-40),))) or ()
    assert (found.measured, found.limit) == (40, STRICT.looking_away.yaw_deg)


def test_the_nearest_face_is_the_candidates() -> None:
    behind = face(60, size=40)
    assert find("looking_away", seen(0, faces=(behind, face(0, size=150)))) == ()


def test_an_empty_chair_does_not_look_away() -> None:
    assert find("looking_away", seen(0)) == ()


def test_a_face_without_pose_cannot_be_judged() -> None:
    assert find("looking_away", seen(0, faces=(Face((0, 0, 9, 9), 0.9, None),))) is None


def test_objects_count_from_their_own_score_on() -> None:
    allowed = (item("cell phone", 0.29), item("laptop", 0.39), item("person", 0.99))
    assert find("prohibited_object", seen(0, objects=allowed)) == ()
    found = find(
        "prohibited_object", seen(0, objects=(item("cell phone", 0.3), item("cell phone", 0.5), item("book", 0.9)))
    )
    assert found == (
        Finding("book", 0.9, 0.4, 0.9),
        Finding("cell phone", 0.5, 0.3, 0.5),
    )


def test_a_covered_camera() -> None:
    assert find("camera_blocked", seen(0)) == ()
    assert find("camera_blocked", seen(0, camera=COVERED)) == (Finding(measured=0.6, limit=2.4),)


def test_a_frozen_camera_began_when_the_picture_stopped() -> None:
    assert find("camera_frozen", seen(0)) == ()
    (found,) = find("camera_frozen", seen(0, camera=FROZEN)) or ()
    assert found.lasting_s == 3.5


def test_a_camera_that_sees_badly() -> None:
    assert find("camera_dark", seen(0, camera=replace(SEEING, bright=15.0))) == (Finding(measured=15.0, limit=20.0),)
    assert find("camera_blurred", seen(0, camera=replace(SEEING, focus=1.1))) == (Finding(measured=1.1, limit=1.3),)
    moved = find("camera_moved", seen(0, camera=replace(SEEING, shift=0.125, moved=True)))
    assert moved == (Finding(measured=12.5, limit=4.0),)
    assert [find(f"camera_{what}", seen(0)) for what in ("dark", "blurred", "moved")] == [()] * 3


@pytest.mark.parametrize(
    ("similarity", "said"), [(0.9, ()), (0.363, ()), (0.362, None), (0.3, None), (0.29, ("found",)), (-0.2, ("found",))]
)
def test_another_person_is_one_who_is_clearly_unlike(similarity: float, said: tuple[str] | None) -> None:
    who = Identity(similarity, looks=3, learned_at=ZERO)
    found = find("person_changed", replace(seen(1, faces=(face(),)), identity=who), STANDARD)
    assert (found if not found else ("found",)) == said
    if found:
        assert found == (Finding(measured=similarity, limit=0.3, looks=3, learned_at=ZERO),)


def test_nobody_can_say_who_sits_there_before_a_face_was_learned() -> None:
    assert find("person_changed", seen(1, faces=(face(),)), STANDARD) is None
    assert find("person_changed", seen(1), STANDARD) == (), "an empty chair is nobody else"


def test_a_profile_may_ask_for_more_likeness() -> None:
    strict = STANDARD.person_changed.model_copy(update={"min_similarity": 0.5})
    rows = STANDARD.model_copy(update={"person_changed": strict})
    like = replace(seen(1, faces=(face(),)), identity=Identity(0.45, looks=3, learned_at=ZERO))
    assert find("person_changed", like, rows)


@pytest.mark.parametrize("kind", ["camera_blurred", "camera_moved"])
def test_nobody_can_say_more_of_a_dark_picture_than_that_it_is_dark(kind: str) -> None:
    assert find(kind, seen(0, camera=replace(SEEING, bright=15.0, focus=1.1, moved=True))) is None


@pytest.mark.parametrize("camera", [COVERED, FROZEN])
@pytest.mark.parametrize("kind", ["camera_dark", "camera_blurred", "camera_moved"])
def test_nobody_can_say_what_a_blind_camera_has_besides(kind: str, camera: CameraState) -> None:
    assert find(kind, seen(0, camera=camera)) is None


@pytest.mark.parametrize("camera", [COVERED, FROZEN])
@pytest.mark.parametrize("kind", ["no_face", "multiple_faces", "looking_away", "prohibited_object"])
def test_nobody_can_say_what_a_camera_that_does_not_see_would_show(kind: str, camera: CameraState) -> None:
    everything = seen(0, faces=(face(50), face()), objects=(item("book", 0.9),))
    assert find(kind, everything) is not None
    assert find(kind, replace(everything, camera=camera)) is None


@pytest.mark.parametrize("kind", ["no_face", "multiple_faces", "looking_away", "prohibited_object"])
def test_not_looked_is_not_nothing(kind: str) -> None:
    assert find(kind, seen(0, faces=None, objects=None)) is None


# --- a body without a face, and faces that are pictures ---

BODY = Detection("person", 0.8, (100.0, 50.0, 500.0, 470.0))


def lost(missing_s: float, pose: HeadPose | None, *, sure: bool = True) -> Observation:
    return replace(seen(9.0), faceless=Faceless(BODY, missing_s, pose, sure))


def test_a_turned_head_that_no_network_finds_goes_on_looking_away() -> None:
    observation = lost(20.0, HeadPose(60, 0, 0))
    assert find("looking_away", observation) == (Finding("left", 60, 28, 0.8, note="body_without_face"),)
    assert find("no_face", observation) == ()


def test_a_body_without_a_face_is_no_empty_chair_at_once() -> None:
    for pose in (None, HeadPose(5, 0, 0)):
        assert find("no_face", lost(BODY_S - 0.1, pose)) == ()
        found = Finding(measured=0, limit=1, lasting_s=BODY_S, note="body_without_face")
        assert find("no_face", lost(BODY_S, pose)) == (found,)
        assert find("looking_away", lost(BODY_S, pose)) == ()


def test_a_picture_that_is_left_out_is_said() -> None:
    """Who sees a poster in the snapshot reads why it counts for nothing."""
    poster, somebody = replace(face(), still=True), face(yaw_deg=50)
    assert notes(find("no_face", seen(0, faces=(poster,)))) == ["still_picture"]
    assert notes(find("multiple_faces", seen(0, faces=(somebody, poster, somebody)))) == ["still_picture"]
    assert notes(find("multiple_faces", seen(0, faces=(somebody, somebody)))) == [None]
    assert notes(find("looking_away", seen(0, faces=(somebody, poster)))) == [None]
    shirt = replace(face(), worn=True)
    assert notes(find("no_face", seen(0, faces=(shirt,)))) == ["worn_picture"]
    assert notes(find("multiple_faces", seen(0, faces=(somebody, shirt, somebody, poster)))) == ["worn_picture"]


def test_a_body_seen_only_before_the_face_was_lost_excuses_nothing() -> None:
    assert find("no_face", lost(0.3, HeadPose(60, 0, 0), sure=False)) == (Finding(measured=0, limit=1),)


def test_a_picture_of_a_face_counts_for_nothing() -> None:
    aside = face(yaw_deg=50, size=200)
    for picture, note in ((replace(aside, still=True), "still_picture"), (replace(aside, worn=True), "worn_picture")):
        assert find("multiple_faces", seen(0, faces=(picture, face()))) == ()
        assert notes(find("no_face", seen(0, faces=(picture,)))) == [note]
        assert find("looking_away", seen(0, faces=(picture, face()))) == ()
        assert find("eyes_away", seen(0, faces=(picture,))) == ()


@pytest.mark.parametrize("rule", ["camera_blocked", "camera_frozen", "camera_dark", "camera_blurred", "camera_moved"])
def test_where_nobody_measured_nobody_says_that_the_camera_is_well(rule: str) -> None:
    assert find(rule, seen(0, camera=replace(SEEING, known=False))) is None
