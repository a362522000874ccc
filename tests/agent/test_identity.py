"""The identity watch: whom it learns, when it looks, when it doubts, and what it forgets.

Pictures here are plain patterns whose brightness stands for a person; the network's place is taken by a table, as what
is tested is everything around it. `test_recognition` runs a real network.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest

from agent.frame import BgrImage, Frame
from agent.rules.engine import Closed, Engine, Opened
from agent.vision.face_embedding import Embedding
from agent.vision.identity import (
    CALM_S,
    COMPARE_LOOKS,
    DOUBT_S,
    EMPTY_S,
    LEARN_LOOKS,
    NOBODY_SAYS,
    IdentityWatch,
    Sitting,
)
from agent.vision.observation import CameraState, Face, FivePoints, HeadPose, Identity
from contract.profiles import PROFILES
from contract.violation import Violation
from tests.support.observations import SEEING, ZERO, seen

ANNA, BERTA = 200, 120
"""Grey levels of the light squares in their pictures."""
ALIKE = {ANNA: (1.0, 0.0), BERTA: (0.1, 0.995)}
"""Berta is like Anna by 0.1, as strangers are."""
NOBODY: tuple[Face, ...] = ()


class Table:
    """Knows a person by the brightness of the picture."""

    weights: Mapping[str, str] = {"table": "a" * 64}

    def __init__(self) -> None:
        self.given: list[Embedding] = []
        self.odd_looks = 0

    def crop(self, image: BgrImage, points_xy: FivePoints) -> BgrImage:
        return image[:112, :112]

    def embed(self, crop: BgrImage) -> Embedding:
        if self.odd_looks:
            self.odd_looks -= 1
            self.given.append(np.asarray((-1, 0), np.float32))
        else:
            self.given.append(np.asarray(ALIKE[int(crop.max())], np.float32))
        return self.given[-1]


def picture(person: int) -> BgrImage:
    """Squares of eight pixels, which are as sharp as can be."""
    light = (np.indices((480, 640)) // 8).sum(axis=0) % 2
    return np.repeat((light * person).astype(np.uint8)[:, :, None], 3, axis=2)


def sitting_face(left: float = 200.0, *, yaw_deg: float = 0.0, pitch_deg: float = 0.0, eyes_px: float = 50.0) -> Face:
    box = (left, 100.0, left + 150, 280.0)
    points = tuple((left + x, y) for x, y in ((50, 160), (50 + eyes_px, 160), (75, 190), (55, 220), (95, 220)))
    return Face(box, 0.9, HeadPose(yaw_deg, pitch_deg, 0.0), points_xy=points)


class Booth:
    """Ten frames a second of somebody, with the profile's rules over what the watch says."""

    def __init__(self, sitting: Sitting = NOBODY_SAYS) -> None:
        self.table = Table()
        self.watch = IdentityWatch(self.table, sitting)
        self.engine = Engine(PROFILES["standard"], {"table": "a" * 64}, detector_of={"table": "identity"})
        self.now_s = 0.0
        self.said: list[Identity | None] = []
        self.opened: list[Violation] = []
        self.closed: list[Violation] = []

    def see(
        self,
        seconds: float,
        person: int = ANNA,
        faces: tuple[Face, ...] | None = None,
        camera: CameraState = SEEING,
        image: BgrImage | None = None,
    ) -> Identity | None:
        """What was said at the end."""
        shown = (sitting_face(),) if faces is None else faces
        image = picture(person) if image is None else image
        for _ in range(round(seconds * 10)):
            self.now_s = round(self.now_s + 0.1, 3)
            frame = Frame(image, self.now_s, ZERO + timedelta(seconds=self.now_s), 0)
            who = self.watch.follow(shown, camera, self.now_s)
            if self.watch.wants(shown, camera, self.now_s):
                self.watch.look(frame, shown[0], self.now_s)
                who = self.watch.follow(shown, camera, self.now_s)
            self.said.append(who)
            changes = self.engine.step(replace(seen(self.now_s, faces=shown, camera=camera), identity=who))
            people = [change for change in changes if change.violation.kind == "person_changed"]
            self.opened += [change.violation for change in people if isinstance(change, Opened)]
            self.closed += [change.violation for change in people if isinstance(change, Closed)]
        return self.said[-1]

    @property
    def looks(self) -> int:
        return len(self.table.given)


@pytest.fixture
def booth() -> Booth:
    """Anna is known."""
    booth = Booth(Sitting(uuid4()))
    booth.see(15)
    return booth


def test_a_face_is_learned_from_several_looks_and_then_compared() -> None:
    booth = Booth()
    assert booth.see(LEARN_LOOKS - 1) is None
    assert booth.watch.about == f"learns the candidate's face: {LEARN_LOOKS - 1} of {LEARN_LOOKS} good looks"
    booth.see(1)
    assert booth.watch.about.startswith("knows the candidate's face since 00:00:0")
    who = booth.see(COMPARE_LOOKS + 0.5)
    assert who is not None
    assert who.similarity == pytest.approx(1.0)
    assert who.looks == COMPARE_LOOKS
    assert ZERO < who.learned_at <= ZERO + timedelta(seconds=LEARN_LOOKS + 1)


def test_while_the_same_face_stays_looks_are_rare(booth: Booth) -> None:
    before = booth.looks
    booth.see(120)
    assert booth.looks - before == pytest.approx(120 / CALM_S, abs=1)
    assert booth.opened == []


def test_another_face_after_an_empty_chair_is_another_person(booth: Booth) -> None:
    left_s = booth.now_s
    booth.see(3, faces=NOBODY)
    booth.see(20, BERTA)
    (violation,) = booth.opened
    why = violation.explanation
    assert (violation.kind, violation.severity, violation.label) == ("person_changed", "high", None)
    assert why.measured == pytest.approx(0.1, abs=0.001)
    assert (why.limit, why.rule, why.models) == (0.3, "person_changed", {"table": "a" * 64})
    assert why.looks is not None
    assert why.looks >= COMPARE_LOOKS
    assert why.learned_at is not None
    assert why.learned_at < ZERO + timedelta(seconds=left_s)
    hold_s = PROFILES["standard"].rules.person_changed.hold_s
    assert violation.opened_at <= ZERO + timedelta(seconds=left_s + 3 + COMPARE_LOOKS + hold_s + 1)


def test_it_ends_when_the_candidate_is_back(booth: Booth) -> None:
    booth.see(3, faces=NOBODY)
    booth.see(20, BERTA)
    booth.see(3, faces=NOBODY)
    (ended,) = booth.closed
    booth.see(30)
    assert ended.explanation.learned_at is not None
    assert len(booth.opened) == 1
    assert booth.engine.open == ()


def test_the_same_face_after_an_empty_chair_is_the_same_person(booth: Booth) -> None:
    before = booth.looks
    booth.see(60, faces=NOBODY)
    assert booth.see(COMPARE_LOOKS - 1) is None, "so few looks say nothing"
    who = booth.see(20)
    assert who is not None
    assert who.similarity == pytest.approx(1.0)
    assert booth.looks - before > COMPARE_LOOKS
    assert booth.opened == []


def test_a_swap_before_the_camera_is_seen_at_the_calm_pace(booth: Booth) -> None:
    booth.see(60)
    swapped_s = booth.now_s
    booth.see(25, BERTA)
    (violation,) = booth.opened
    hold_s = PROFILES["standard"].rules.person_changed.hold_s
    assert violation.opened_at <= ZERO + timedelta(seconds=swapped_s + CALM_S + COMPARE_LOOKS + hold_s + 1)


def test_one_odd_look_is_nobody_else_but_makes_it_look_again_at_once(booth: Booth) -> None:
    booth.see(30)
    before, booth.table.odd_looks = booth.looks, 1
    while booth.table.odd_looks:
        booth.see(0.1)
    booth.see(1.1)
    assert booth.looks - before == 2
    booth.see(30)
    assert booth.opened == []


def test_after_several_faces_nothing_said_before_counts(booth: Booth) -> None:
    assert booth.said[-1] is not None
    two = (sitting_face(), sitting_face(400.0))
    before = booth.looks
    assert booth.see(5, faces=two) is None
    assert booth.looks == before, "of two nobody can say who is the candidate"
    assert booth.see(COMPARE_LOOKS - 1, BERTA) is None
    booth.see(15, BERTA)
    assert len(booth.opened) == 1


def test_a_face_that_is_suddenly_elsewhere_may_be_another(booth: Booth) -> None:
    booth.see(60)
    assert booth.see(0.5, faces=(sitting_face(440.0),)) is None
    assert booth.see(COMPARE_LOOKS + 1, faces=(sitting_face(440.0),)) is not None


def test_an_unlike_face_is_looked_at_each_second_for_a_while_only(booth: Booth) -> None:
    booth.see(3, faces=NOBODY)
    booth.see(DOUBT_S + 10, BERTA)
    before = booth.looks
    booth.see(100, BERTA)
    assert booth.looks - before == pytest.approx(100 / CALM_S, abs=1)
    assert len(booth.opened) == 1


BLURRED = np.full((480, 640, 3), 200, np.uint8)


@pytest.mark.parametrize(
    ("face", "camera", "image"),
    [
        (sitting_face(yaw_deg=25), SEEING, None),
        (sitting_face(pitch_deg=-25), SEEING, None),
        (sitting_face(eyes_px=20), SEEING, None),
        (replace(sitting_face(), points_xy=None), SEEING, None),
        (replace(sitting_face(), pose=None), SEEING, None),
        (sitting_face(), replace(SEEING, blocked=True), None),
        (sitting_face(), replace(SEEING, frozen=True), None),
        (sitting_face(), replace(SEEING, bright=10.0), None),
        (sitting_face(), replace(SEEING, focus=1.1), None),
        (sitting_face(), SEEING, BLURRED),
        (sitting_face(), SEEING, picture(40)),
    ],
)
def test_a_bad_look_is_no_look(face: Face, camera: CameraState, image: BgrImage | None) -> None:
    booth = Booth()
    booth.see(20, faces=(face,), camera=camera, image=image)
    assert booth.looks == 0


def test_two_who_take_turns_are_never_learned_as_one() -> None:
    booth = Booth()
    for _ in range(6):
        booth.see(2, ANNA)
        booth.see(2, BERTA)
    assert booth.watch.about.startswith("learns")
    booth.see(LEARN_LOOKS + 1, ANNA)
    assert booth.watch.about.startswith("knows")


def test_learning_begins_anew_when_the_chair_was_empty() -> None:
    booth = Booth()
    booth.see(3)
    booth.see(2, faces=NOBODY)
    booth.see(1)
    assert booth.watch.about.startswith("learns the candidate's face: 1 of")


def test_another_sitting_forgets_and_overwrites_what_was_learned(booth: Booth) -> None:
    assert any(vector.any() for vector in vars(booth.watch).values() if isinstance(vector, np.ndarray))
    kept = [vector for vector in vars(booth.watch).values() if isinstance(vector, np.ndarray)]
    booth.watch.sits(Sitting(uuid4()))
    assert not any(vector.any() for vector in kept)
    assert not any(isinstance(vector, np.ndarray) for vector in vars(booth.watch).values())
    assert not any(vector.any() for vector in booth.table.given[:LEARN_LOOKS]), "nor is any look that was learned"
    assert booth.see(0.1) is None
    booth.see(30, BERTA)
    assert booth.opened == [], "the next candidate is learned, not compared with the last"


def test_the_same_sitting_said_again_changes_nothing() -> None:
    sitting = Sitting(uuid4())
    booth = Booth(sitting)
    booth.see(12)
    booth.watch.sits(Sitting(sitting.exam_session))
    assert booth.see(0.1) is not None


def test_an_exam_session_outlasts_a_long_empty_chair(booth: Booth) -> None:
    booth.see(EMPTY_S + 60, faces=NOBODY)
    booth.see(20, BERTA)
    assert len(booth.opened) == 1


def test_without_an_exam_session_who_comes_after_a_long_empty_chair_is_the_next_candidate() -> None:
    booth = Booth()
    booth.see(15)
    booth.see(EMPTY_S + 60, faces=NOBODY)
    booth.see(30, BERTA)
    assert booth.opened == []
    assert booth.watch.about.startswith("knows")


def test_nothing_but_the_similarity_leaves_the_watch(booth: Booth, caplog: pytest.LogCaptureFixture) -> None:
    who = booth.see(0.1)
    assert who is not None
    assert {name: type(getattr(who, name)) for name in who.__slots__}.keys() == {"similarity", "looks", "learned_at"}
    assert isinstance(who.similarity, float)
    booth.watch.forget()
    assert caplog.messages == [] or all("[" not in message for message in caplog.messages)
