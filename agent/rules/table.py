"""The rules, one row each: what in an observation breaks them. How long it must last is the engine's business.

A row's `find` returns the findings of one observation, an empty tuple when all is well, or None when nobody could look:
the detector was off or not due, or the camera was covered or frozen. "Not looked" neither holds nor releases.

Faces that are pictures (`Face.still`, `Face.worn`) count for nothing here: neither as a second person, nor as somebody
in the chair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from agent.vision.observation import (
    MIN_BRIGHT,
    MIN_FOCUS,
    MIN_SHIFT,
    MIN_SPEECH,
    SAME_PERSON,
    Face,
    HeadPose,
    Observation,
    nearest,
)
from contract.profiles import Rules
from contract.violation import Direction, Note, ViolationKind


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach in one observation."""

    label: str | None = None
    measured: float | None = None
    limit: float | None = None
    confidence: float | None = None
    lasting_s: float = 0.0
    """How long the condition has already lasted when the detector can first be sure of it, seconds."""
    looks: int | None = None
    learned_at: datetime | None = None
    note: Note | None = None


EYE_DEG: Final = 35.0
"""Turn of the eye at a blendshape of 1: about as far as eyes go before the head follows."""

BODY_S: Final = 2.0
"""How long a body must have shown no face before that counts as no face, seconds. A head bowed over a keyboard, a hand
at the face or a sneeze lasts less; who hides the face for longer is found all the same, with the true start."""

Findings = tuple[Finding, ...] | None


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    """Of its settings in a profile."""
    kind: ViolationKind
    unit: str
    detector: Literal["faces", "objects", "tamper", "identity", "voice"]
    """Whose weights had a say."""
    find: Callable[[Observation, Rules], Findings]
    each_label: bool = False
    """Whether every label is a violation of its own (two objects), or one violation has the commonest (a direction)."""


def _no_face(observation: Observation, rules: Rules) -> Findings:
    """An empty chair at once; a body without a face later, and not while it is looking away."""
    if observation.living is None or not observation.camera.sees:
        return None
    if observation.living:
        return ()
    lost = observation.faceless
    if lost is None or not lost.sure:
        return (Finding(measured=0, limit=1, note=_pictures(observation)),)
    if lost.missing_s < BODY_S or way_out(lost.last_pose, rules) is not None:
        return ()
    return (Finding(measured=0, limit=1, lasting_s=lost.missing_s, note="body_without_face"),)


def _multiple_faces(observation: Observation, rules: Rules) -> Findings:
    faces = observation.living
    if faces is None or not observation.camera.sees:
        return None
    count = len(faces)
    if count < 2:
        return ()
    second = sorted((face.score for face in faces), reverse=True)[1]
    return (Finding(measured=count, limit=1, confidence=second, note=_pictures(observation)),)


def _pictures(observation: Observation) -> Note | None:
    """Said where the count of faces leaves some out, as everybody who looks at the snapshot sees them."""
    faces = observation.faces or ()
    if any(face.worn for face in faces):
        return "worn_picture"
    return "still_picture" if any(face.still for face in faces) else None


def _looking_away(observation: Observation, rules: Rules) -> Findings:
    """A turned head; it is still turned when nobody finds a face in it any more and the body has stayed."""
    if observation.living is None or not observation.camera.sees:
        return None
    lost = observation.faceless
    note: Note | None = None
    if observation.living:
        face = nearest(observation.living)
        pose, score = face.pose, face.score
        if pose is None:
            return None
    elif lost is not None:
        pose, score, note = lost.last_pose, lost.body.score, "body_without_face"
    else:
        return ()
    away = way_out(pose, rules)
    if away is None:
        return ()
    direction, measured_deg, limit_deg = away
    return (Finding(label=direction, measured=measured_deg, limit=limit_deg, confidence=score, note=note),)


def _eyes_away(observation: Observation, rules: Rules) -> Findings:
    """A glance with the eyes alone: where the line of sight leaves the screen and the head does not.

    Sideways only: blendshapes take a lowered lid, a blink or a small face for eyes that look down. Eyes that turn
    against the head rest on the screen, so what counts is the sum of both angles. Nobody can say while a face is so far
    or turned that its eyes were not found.
    """
    if observation.living is None or not observation.camera.sees:
        return None
    if not observation.living:
        return ()
    face = nearest(observation.living)
    if face.pose is None or face.gaze is None:
        return None
    if direction_of(face, rules) is not None:
        return ()
    sight_deg, limit_deg = face.pose.yaw_deg + EYE_DEG * face.gaze[0], rules.eyes_away.sight_deg
    if abs(sight_deg) <= limit_deg:
        return ()
    return (Finding("left" if sight_deg > 0 else "right", abs(sight_deg), limit_deg, face.score),)


def _prohibited_object(observation: Observation, rules: Rules) -> Findings:
    if observation.objects is None or not observation.camera.sees:
        return None
    limits = rules.prohibited_object.min_score
    best: dict[str, float] = {}
    for item in observation.objects:
        if item.label in limits and item.score >= max(limits[item.label], best.get(item.label, 0.0)):
            best[item.label] = item.score
    return tuple(Finding(label, score, limits[label], min(score, 1.0)) for label, score in sorted(best.items()))


def _camera_blocked(observation: Observation, rules: Rules) -> Findings:
    camera = observation.camera
    if not camera.known:
        return None
    return (Finding(measured=camera.edges, limit=camera.min_edges),) if camera.blocked else ()


def _camera_frozen(observation: Observation, rules: Rules) -> Findings:
    camera = observation.camera
    if not camera.known:
        return None
    return (
        (Finding(measured=camera.still_s, limit=rules.camera_frozen.hold_s, lasting_s=camera.still_s),)
        if camera.frozen
        else ()
    )


def _camera_dark(observation: Observation, rules: Rules) -> Findings:
    camera = observation.camera
    if not camera.known or not camera.sees:
        return None
    return (Finding(measured=camera.bright, limit=MIN_BRIGHT),) if camera.dark else ()


def _camera_blurred(observation: Observation, rules: Rules) -> Findings:
    camera = observation.camera
    if not camera.known or not camera.sees or camera.dark:
        return None
    return (Finding(measured=camera.focus, limit=MIN_FOCUS),) if camera.blurred else ()


def _camera_moved(observation: Observation, rules: Rules) -> Findings:
    camera = observation.camera
    if not camera.known or not camera.sees or camera.dark:
        return None
    return (Finding(measured=100 * camera.shift, limit=100 * MIN_SHIFT),) if camera.moved else ()


def _person_changed(observation: Observation, rules: Rules) -> Findings:
    """Between the profile's limit and `SAME_PERSON` nobody can say: a mask or a beard of foam is not another person.

    An empty chair is nobody else, and `no_face` tells of it.
    """
    if observation.living is None or not observation.camera.sees:
        return None
    if not observation.living:
        return ()
    who, limit = observation.identity, rules.person_changed.min_similarity
    if who is None or limit <= who.similarity < SAME_PERSON:
        return None
    if who.similarity >= limit:
        return ()
    return (Finding(measured=round(who.similarity, 3), limit=limit, looks=who.looks, learned_at=who.learned_at),)


def _speech(observation: Observation, rules: Rules) -> Findings:
    """Heard, not seen: it counts whatever the camera shows. Without a label nobody can tell whose voice it is."""
    speech = observation.speech
    if speech is None:
        return None
    if speech.since_s is None:
        return ()
    label = None if speech.speaker == "unknown" else speech.speaker
    lasting_s = max(0.0, observation.captured_s - speech.since_s)
    return (Finding(label, speech.probability, MIN_SPEECH, speech.probability, lasting_s),)


def direction_of(face: Face, rules: Rules) -> tuple[Direction, float, float] | None:
    """Where the face looks outside the allowed cone, the angle and its limit in degrees; None inside the cone."""
    return way_out(face.pose, rules)


def way_out(pose: HeadPose | None, rules: Rules) -> tuple[Direction, float, float] | None:
    """The same for a pose; None also where it is unknown. The direction's limit is exceeded by the greatest factor."""
    if pose is None:
        return None
    cone = rules.looking_away
    sides: tuple[tuple[Direction, float, float], ...] = (
        ("left", pose.yaw_deg, cone.yaw_deg),
        ("right", -pose.yaw_deg, cone.yaw_deg),
        ("up", pose.pitch_deg, cone.pitch_up_deg),
        ("down", -pose.pitch_deg, cone.pitch_down_deg),
    )
    beyond = [side for side in sides if side[1] > side[2]]
    return max(beyond, key=lambda side: side[1] / side[2]) if beyond else None


RULES: Final[tuple[Rule, ...]] = (
    Rule("no_face", "no_face", "faces", "faces", _no_face),
    Rule("multiple_faces", "multiple_faces", "faces", "faces", _multiple_faces),
    Rule("looking_away", "looking_away", "deg", "faces", _looking_away),
    Rule("prohibited_object", "prohibited_object", "score", "objects", _prohibited_object, each_label=True),
    Rule("camera_blocked", "camera_blocked", "grey levels/px", "tamper", _camera_blocked),
    Rule("camera_frozen", "camera_frozen", "s", "tamper", _camera_frozen),
    Rule("eyes_away", "looking_away", "deg", "faces", _eyes_away),
    Rule("camera_dark", "camera_dark", "grey levels", "tamper", _camera_dark),
    Rule("camera_blurred", "camera_blurred", "", "tamper", _camera_blurred),
    Rule("camera_moved", "camera_moved", "% of width", "tamper", _camera_moved),
    Rule("person_changed", "person_changed", "similarity", "identity", _person_changed),
    Rule("speech", "speech", "probability", "voice", _speech),
)
