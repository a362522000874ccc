"""What is seen right now, told to those who watch and asked for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from agent.rules.calibration import levelled
from agent.rules.engine import Standing
from agent.vision.observation import Box as Pixels
from agent.vision.observation import Face, Observation
from contract.boxes import Box
from contract.calibration import Calibration
from contract.sights import MOST_HZ, RuleState, Sights

MOST_BOXES: Final = 20
HOLDS_S: Final = 0.6
"""Faces are looked for ten times a second and objects three times, less often under load."""


class Showing:
    """Call from one thread. `wanted` says whether anybody asks; while nobody does, this costs that question."""

    def __init__(self, wanted: Callable[[], bool], show: Callable[[str], None]) -> None:
        self._wanted, self._show = wanted, show
        self._shown_s = float("-inf")
        self._faces: Observation | None = None
        self._objects: Observation | None = None

    def saw(
        self, observation: Observation, standing: Callable[[], Sequence[Standing]], calibration: Calibration | None
    ) -> None:
        """`standing` are the rules' conditions, asked for only if they are shown. At most `MOST_HZ`.

        Not every look is for faces and for objects: the last of either holds for `HOLDS_S`, or boxes would flicker.
        """
        self._faces = observation if observation.faces is not None else self._faces
        self._objects = observation if observation.objects is not None else self._objects
        since_s = observation.captured_s - self._shown_s
        if 0 <= since_s < 0.9 / MOST_HZ or not self._wanted():
            return
        self._shown_s = observation.captured_s
        faces, objects = _still(self._faces, observation), _still(self._objects, observation)
        whole = replace(observation, faces=faces.faces if faces else None, objects=objects.objects if objects else None)
        self._show(sights(whole, standing(), calibration).model_dump_json())


def _still(before: Observation | None, now: Observation) -> Observation | None:
    """The observation before, while it still says something of the picture."""
    if before is None or before.frame_wh != now.frame_wh:
        return None
    return before if 0 <= now.captured_s - before.captured_s <= HOLDS_S else None


def sights(observation: Observation, standing: Sequence[Standing], calibration: Calibration | None = None) -> Sights:
    width, height = observation.frame_wh
    faces = observation.faces or ()
    boxes = [_face(face, observation.frame_wh, calibration) for face in faces]
    boxes += [
        Box(label=item.label[:40], score=_score(item.score), xyxy=_shares(item.box_xyxy, observation.frame_wh))
        for item in observation.objects or ()
    ]
    points = [(_share(x / width), _share(y / height)) for face in faces for x, y in face.points_xy or ()]
    return Sights(
        frame_wh=observation.frame_wh,
        boxes=tuple(boxes[:MOST_BOXES]),
        points=tuple(points[: 2 * MOST_BOXES]),
        speaking=observation.speech is not None and observation.speech.since_s is not None,
        rules=tuple(
            RuleState(
                rule=each.rule,
                kind=each.kind,
                label=each.label,
                lasted_s=round(max(0.0, each.lasted_s), 1),
                hold_s=each.hold_s,
                severity=each.severity,
            )
            for each in standing
        )[:24],
    )


def _face(face: Face, frame_wh: tuple[int, int], calibration: Calibration | None) -> Box:
    pose = (face if calibration is None else levelled(face, calibration)).pose
    return Box(
        label="face" if face.lives else "picture",
        score=_score(face.score),
        xyxy=_shares(face.box_xyxy, frame_wh),
        yaw_deg=round(pose.yaw_deg, 1) if pose else None,
        pitch_deg=round(pose.pitch_deg, 1) if pose else None,
    )


def _shares(box: Pixels, frame_wh: tuple[int, int]) -> tuple[float, float, float, float]:
    (width, height), (left, top, right, bottom) = frame_wh, box
    return _share(left / width), _share(top / height), _share(right / width), _share(bottom / height)


def _share(value: float) -> float:
    return round(max(-1.0, min(2.0, value)), 3)


def _score(value: float) -> float:
    return round(max(0.0, min(1.0, value)), 2)
