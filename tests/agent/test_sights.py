"""What is seen right now is told to those who ask, ten times a second at most, and to nobody else."""

from dataclasses import replace

from agent.rules.engine import Engine, Standing
from agent.sights import Showing, sights
from agent.vision.observation import Observation, Speech
from contract.calibration import Calibration
from contract.profiles import PROFILES
from contract.sights import Sights
from tests.support.observations import face, item, seen


class Asker:
    def __init__(self) -> None:
        self.asks = False
        self.shown: list[Sights] = []
        self.questions = 0
        self.showing = Showing(lambda: self.asks, lambda text: self.shown.append(Sights.parse(text)))

    def look(self, observation: Observation) -> None:
        self.showing.saw(observation, self._standing, None)

    def _standing(self) -> tuple[Standing, ...]:
        self.questions += 1
        return ()


def test_nothing_is_made_while_nobody_asks_and_little_while_somebody_does() -> None:
    asker = Asker()
    for i in range(30):
        asker.look(seen(i / 30))
    assert (asker.shown, asker.questions) == ([], 0)
    asker.asks = True
    for i in range(30, 90):
        asker.look(seen(i / 30))
    assert 15 <= len(asker.shown) <= 21
    asker.look(seen(0.0))
    assert len(asker.shown) <= 22, "a source that began anew is shown at once"


def test_a_face_that_was_not_looked_for_this_time_is_still_there_and_no_longer_than_it_may_be() -> None:
    asker = Asker()
    asker.asks = True
    asker.look(seen(1.0, faces=(face(),), objects=(item("cell phone", 0.6),)))
    asker.look(seen(1.2, faces=None, objects=None))
    asker.look(seen(1.4, faces=(), objects=None))
    asker.look(seen(2.2, faces=None, objects=None))
    assert [[box.label for box in shown.boxes] for shown in asker.shown] == [
        ["face", "cell phone"],
        ["face", "cell phone"],
        ["cell phone"],
        [],
    ]


def test_boxes_are_shares_of_the_picture_and_angles_are_against_the_calibrated_middle() -> None:
    someone = replace(face(12.0, 3.0), box_xyxy=(64.0, 48.0, 320.0, 240.0), points_xy=((64.0, 240.0),))
    phone = item("cell phone", 0.614)
    seen_now = seen(1.0, faces=(someone, replace(face(), still=True)), objects=(phone,), speech=Speech(0.9, 0.5))
    found = sights(seen_now, (), Calibration(yaw_deg=10.0, pitch_deg=5.0))
    first, picture, thing = found.boxes
    assert (first.label, first.xyxy, first.yaw_deg, first.pitch_deg) == ("face", (0.1, 0.1, 0.5, 0.5), 2.0, -2.0)
    assert (picture.label, thing.label, thing.score) == ("picture", "cell phone", 0.61)
    assert (found.points, found.speaking) == (((0.1, 0.5),), True)


def standing(engine: Engine) -> tuple[Standing, ...]:
    return engine.standing


def test_a_rule_says_how_long_its_condition_has_lasted_and_when_it_became_a_violation() -> None:
    engine = Engine(PROFILES["strict"], {})
    hold_s = PROFILES["strict"].rules.looking_away.hold_s
    assert standing(engine) == ()
    for i in range(int(hold_s * 10) - 1):
        engine.step(seen(i / 10, faces=(face(60.0),)))
    (pending,) = standing(engine)
    assert (pending.rule, pending.label, pending.hold_s, pending.severity) == ("looking_away", "left", hold_s, None)
    assert 0 < pending.lasted_s < hold_s
    for i in range(int(hold_s * 10) - 1, int(hold_s * 10) + 3):
        engine.step(seen(i / 10, faces=(face(60.0),)))
    (open_now,) = standing(engine)
    assert open_now.severity == PROFILES["strict"].rules.looking_away.severity
    (told,) = sights(seen(2.0), engine.standing).rules
    assert (told.kind, told.lasted_s >= hold_s) == ("looking_away", True)
