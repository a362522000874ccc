"""The rule against speaking: what it holds, for how long, whose voice it names, and what it does not know."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from agent.rules.engine import Change, Closed, Engine, Opened, Updated
from agent.rules.table import RULES
from agent.vision.observation import Speaker, Speech
from contract.profiles import PROFILES, SPEAKING_ALLOWED, RuleProfile
from tests.support.observations import SEEING, seen

FORBIDDEN = SPEAKING_ALLOWED.model_copy(update={"enabled": True, "merge_s": 5.0})
QUIET = Speech(0.02, None)


def engine() -> Engine:
    rules = PROFILES["strict"].rules.model_copy(update={"speech": FORBIDDEN})
    rules = rules.model_copy(update={"no_face": rules.no_face.model_copy(update={"enabled": False})})
    models = {"ggml-silero.bin": "5" * 64, "faces.task": "6" * 64}
    served = {"ggml-silero.bin": "voice", "faces.task": "faces"}
    return Engine(RuleProfile(name="quiet", rules=rules), models, detector_of=served)


def heard(*stretches: tuple[float, float, Speaker], until_s: float) -> Iterable[Change]:
    """What the engine says at 15 frames a second of somebody who speaks from, to, and who it is."""
    watching = engine()
    for number in range(round(until_s * 15)):
        at_s = number / 15
        speech = QUIET
        for since_s, to_s, speaker in stretches:
            if since_s + 0.25 <= at_s < to_s:  # the detector is sure a quarter of a second late
                speech = Speech(0.93, since_s, speaker)
        yield from watching.step(seen(at_s, speech=speech))


def test_no_built_in_profile_forbids_speaking() -> None:
    assert not any(profile.rules.speech.enabled for profile in PROFILES.values())


def test_speech_that_lasts_is_one_violation_from_its_first_sound() -> None:
    opened, closed = heard((3.0, 7.0, "unknown"), until_s=12)
    assert isinstance(opened, Opened)
    assert isinstance(closed, Closed)
    violation = closed.violation
    assert (violation.kind, violation.label) == ("speech", None)
    assert (violation.started_at.second, violation.opened_at.second) == (3, 5)
    assert violation.ended_at is not None
    assert violation.ended_at.second == 7
    assert violation.confidence == pytest.approx(0.93)
    why = violation.explanation
    assert (why.measured, why.limit, why.unit) == (0.93, 0.5, "probability")
    assert why.models == {"ggml-silero.bin": "5" * 64}, "the networks for faces had no say"


def test_a_cough_is_none() -> None:
    assert list(heard((3.0, 3.9, "unknown"), (6.0, 6.8, "candidate"), until_s=10)) == []


def test_pauses_between_sentences_do_not_make_two_of_one() -> None:
    talk: list[tuple[float, float, Speaker]] = [(2.0, 4.5, "unknown"), (6.0, 9.0, "unknown"), (12.5, 15.0, "unknown")]
    changes = list(heard(*talk, until_s=25))
    assert len({change.violation.violation_id for change in changes}) == 1
    assert [type(change) for change in changes] == [Opened, Closed, Updated, Closed]


@pytest.mark.parametrize("speaker", ["candidate", "other"])
def test_it_names_whose_voice_it_is_as_soon_as_that_shows(speaker: Speaker) -> None:
    watching, opened = engine(), list[Change]()
    for number in range(60):
        at_s = number / 15
        speaking = Speech(0.9, 0.0, speaker if at_s >= 1.3 else "unknown")
        opened += watching.step(seen(at_s, speech=speaking))
    assert [change.violation.label for change in opened] == [speaker], "although unknown was there more often"


def test_a_covered_camera_does_not_make_it_deaf() -> None:
    (rule,) = [rule for rule in RULES if rule.name == "speech"]
    blind = seen(9.0, faces=None, camera=replace(SEEING, blocked=True), speech=Speech(0.9, 8.0))
    assert rule.find(blind, engine().profile.rules) not in ((), None)


def test_nobody_listened_is_not_silence() -> None:
    (rule,) = [rule for rule in RULES if rule.name == "speech"]
    assert rule.find(seen(9.0), engine().profile.rules) is None
    assert rule.find(seen(9.0, speech=QUIET), engine().profile.rules) == ()
