"""The lines of an exam session's timeline: what was seen, as one sample each half second, written down every ten."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median_low, mode
from typing import Final
from uuid import UUID

from agent.rules.calibration import levelled
from agent.rules.table import EYE_DEG
from agent.vision.observation import Face, Observation, nearest
from contract.calibration import Calibration
from contract.messages import Event, EventBody
from contract.profiles import Rules
from contract.trace import MAX_LABELS, Trace

STEP_MS: Final = 500
"""A glance that a rule can open a violation for lasts a second; half of that shows where it began."""
SAMPLES: Final = 20
"""In one event: ten seconds, after which somebody who watches sees them, and 830 bytes."""

Cone = tuple[int, int, int]


class Tracer:
    """Call from one thread, with observations in order. Keeps at most `SAMPLES` samples and one step's observations."""

    def __init__(self, append_of: Callable[[UUID | None, EventBody], Event | None]) -> None:
        self._append_of = append_of
        self._of: tuple[UUID, Calibration | None, Cone | None] | None = None
        self._least: dict[str, float] = {}
        self._began_s = 0.0
        self._started_at: datetime | None = None
        self._step: list[Observation] = []
        self._samples: list[Sequence[Observation]] = []

    def saw(
        self, observation: Observation, exam_session: UUID, rules: Rules, calibration: Calibration | None = None
    ) -> None:
        """`rules` are those in force, widened for the candidate; the first of an event stand for all of it."""
        of = exam_session, calibration, cone(rules)
        index = int((observation.captured_s - self._began_s) * 1000 // STEP_MS)
        if of != self._of or not len(self._samples) <= index < SAMPLES:
            self.flush()
            self._of, self._began_s, self._started_at = of, observation.captured_s, observation.wall_time
            self._least = least(rules)
            index = 0
        while len(self._samples) < index:
            self._close_step()
        self._step.append(observation)

    def flush(self) -> None:
        """Write down what there is, because nobody looks any more or the ten seconds are over."""
        if self._step:
            self._close_step()
        of, started_at, samples = self._of, self._started_at, self._samples
        self._of, self._started_at, self._samples = None, None, []
        if of is not None and started_at is not None and samples:
            self._append_of(of[0], trace(started_at, samples, of[1], of[2], self._least))

    def _close_step(self) -> None:
        self._samples.append(tuple(self._step))
        self._step.clear()


def cone(rules: Rules) -> Cone | None:
    """To either side, up and down, beyond which a head looks away; None where no rule asks."""
    away = rules.looking_away
    return (round(away.yaw_deg), round(away.pitch_up_deg), round(away.pitch_down_deg)) if away.enabled else None


def least(rules: Rules) -> dict[str, float]:
    """From which score on a thing is worth a line: half of what the rule wants. Below that detectors see ghosts."""
    asked = rules.prohibited_object
    return {label: score / 2 for label, score in asked.min_score.items()} if asked.enabled else {}


def trace(
    started_at: datetime,
    samples: Sequence[Sequence[Observation]],
    calibration: Calibration | None,
    limits: Cone | None,
    least_score: Mapping[str, float],
) -> Trace:
    """`samples` are the observations of one step each, none where nobody looked."""
    seen = [[each for each in step if each.living is not None and each.camera.sees] for step in samples]
    heads = [[_head(each, calibration) for each in step] for step in seen]
    things = (item for step in samples for each in step for item in each.objects or ())
    labels = sorted({item.label for item in things if item.score >= least_score.get(item.label, 2.0)})[:MAX_LABELS]
    return Trace(
        started_at=started_at,
        step_ms=STEP_MS,
        faces=tuple(_commonest(min(20, len(each.living or ())) for each in step) for step in seen),
        hidden=_line(_commonest(int(_hidden(each)) for each in step) for step in seen),
        yaw_deg=_line(_middle(face.pose.yaw_deg for face in step if face and face.pose) for step in heads),
        pitch_deg=_line(_middle(face.pose.pitch_deg for face in step if face and face.pose) for step in heads),
        eyes_deg=_line(_middle(EYE_DEG * face.gaze[0] for face in step if face and face.gaze) for step in heads),
        speech=_line(_most(_speech(each) for each in step) for step in samples),
        objects={label: tuple(_most(_score(each, label) for each in step) for step in samples) for label in labels},
        cone_deg=limits,
    )


def _line(values: Iterable[int | None]) -> tuple[int | None, ...]:
    """Empty where nothing of it was known."""
    line = tuple(values)
    return line if any(value is not None for value in line) else ()


def _head(observation: Observation, calibration: Calibration | None) -> Face | None:
    if not observation.living:
        return None
    face = nearest(observation.living)
    return face if calibration is None else levelled(face, calibration)


def _hidden(observation: Observation) -> bool:
    return observation.faceless is not None and observation.faceless.sure


def _score(observation: Observation, label: str) -> int | None:
    if observation.objects is None:
        return None
    return round(100 * min(1.0, max((item.score for item in observation.objects if item.label == label), default=0.0)))


def _speech(observation: Observation) -> int | None:
    """0 while nobody speaks: a window of the network alone says little."""
    if observation.speech is None:
        return None
    return 0 if observation.speech.since_s is None else round(100 * min(1.0, max(0.0, observation.speech.probability)))


def _commonest(values: Iterable[int]) -> int | None:
    known = list(values)
    return mode(known) if known else None


def _middle(values: Iterable[float]) -> int | None:
    """Not the mean: one look that took a hand for a head would move it."""
    known = list(values)
    return max(-180, min(180, round(median_low(known)))) if known else None


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)
