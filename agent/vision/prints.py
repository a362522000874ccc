"""Tells faces that somebody wears or holds before them from people: they lie on a body below its head, and have none.

A skull on a shirt, a portrait on a bag or the cover of a magazine is a face to every network, and it moves as living
faces do. But whoever it belongs to has another head, above it, and no second body is seen whose head it could be. So
what counts is where it lies: within the sides of a body, below the chin of that body's own head, and not where the head
of any body must be (`agent.vision.heads`).

One look is not believed for long. Each face is followed, and how long it lay so is held against how long it did not: a
person who steps before somebody else was a person before. A head on somebody's lap whose body nobody finds betrays
itself by moving sideways against both the other's head and their body; what is worn goes with the body.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from agent.vision.boxes import iou, overlap_of_smaller
from agent.vision.heads import is_head_of
from agent.vision.observation import Box, Detection, Face

MARGIN: Final = 1 / 12
"""Share of a face's box above its brow and below its chin: landmarks end there, and the box goes on by a tenth."""
ASIDE: Final = 1.0
"""How far the middle of what is worn lies to the side of the head's, in widths of that head: shoulders are less than
three heads wide."""
SAME_BODY: Final = 0.5
"""Intersection over union of a body's box in two looks, as in `agent.vision.presence`."""
SAME_FACE: Final = 0.5
"""Share of the smaller box that a face has in common with itself in two looks: a hand before a print moves its box."""
HEAD_S: Final = 30.0
"""How long the place of a head is remembered whose body is not seen."""
MAX_TORSOS: Final = 16
"""Bodies remembered at most, the one that was not seen for longest dropped first."""
FOLLOWED_S: Final = 2.0
"""How long a face is remembered that is not found, so that one that flickers is judged once."""
FIRST_S: Final = 0.1
"""What the first look at a face counts: as the next one at full pace."""
LOOK_S: Final = 0.5
"""What one look counts at most, however slow the pace is."""
LIVING_WEIGHT: Final = 4.0
"""A moment as a person's head weighs as much as four on a body: a person missed is worse than a print told of."""
WORN_S: Final = 2.0
"""At most held against a face: somebody whose body is found after that lives half a second later."""
LIVED_S: Final = 10.0
"""At most held in favour of a face, and at once for one that moves by itself. Whoever has been there for some seconds
stays when somebody else's body is all that is seen behind them; they have been told of long before it is used up."""
STEADY_S: Final = 1.0
"""A face must be found in every look for so long before its own movement counts: one that flickers has no place."""
MOVES_S: Final = 10.0
"""How far back its movement is looked at."""
MOVES: Final = 0.35
"""Share of its width, against both head and body. Leaning over moves a head against the print below it, but that hardly
against the body; arms move the body's box, but neither of the others. Sideways only: who bows moves all three."""
MAX_STEPS: Final = 100
"""Looks of one face remembered at most, the oldest dropped first: ten seconds at full pace."""


@dataclass(frozen=True, slots=True)
class _Torso:
    """A body and where its head was when that was last seen."""

    body_xyxy: Box
    head_xyxy: Box
    seen_s: float
    """When the body was seen."""
    head_s: float
    """When the head was."""


@dataclass(frozen=True, slots=True)
class _Step:
    """How far a face's middle was to the side of the head's and the body's above it, in widths of the face."""

    at_s: float
    from_head: float
    from_body: float


@dataclass(frozen=True, slots=True)
class _Followed:
    """One face over time."""

    box_xyxy: Box
    seen_s: float
    worn_s: float
    """How long it lay on a body, less what speaks for a person; worn while that is more than nothing."""
    steps: tuple[_Step, ...] = ()
    """Since it is found in every look."""


class Prints:
    """Follows the faces of one camera. Call from one thread, with frames in order."""

    def __init__(self) -> None:
        self._torsos: list[_Torso] = []
        self._followed: list[_Followed] = []
        self._now_s = float("-inf")

    def look(
        self, faces: Sequence[Face], bodies: tuple[float, tuple[Detection, ...]] | None, now_s: float
    ) -> tuple[Face, ...]:
        """The faces, with those marked that are worn.

        `bodies`: when the whole picture was last looked at and who was there; None if that is unknown. Where the head
        is lost, bodies from before say nothing: somebody else may sit there.
        """
        if now_s < self._now_s:
            self._torsos, self._followed = [], []
        self._now_s = now_s
        looked_s, boxes = (bodies[0], [body.box_xyxy for body in bodies[1]]) if bodies is not None else (now_s, [])
        torsos = [one for one in self._find_heads(faces, boxes, now_s) if one.head_s == now_s or looked_s > one.head_s]
        before, after = [one for one in self._followed if now_s - one.seen_s <= FOLLOWED_S], list[_Followed]()
        for face in faces:
            known = max(before, key=lambda one: overlap_of_smaller(one.box_xyxy, face.box_xyxy), default=None)
            if known is not None and overlap_of_smaller(known.box_xyxy, face.box_xyxy) > SAME_FACE:
                before.remove(known)
            else:
                known = None
            after.append(_judged(face.box_xyxy, known, torsos, boxes, now_s))
        self._followed = after + [replace(one, steps=()) for one in before]
        return tuple(
            replace(face, worn=True) if one.worn_s > 0 else face for face, one in zip(faces, after, strict=True)
        )

    def _find_heads(self, faces: Sequence[Face], boxes: Sequence[Box], now_s: float) -> list[_Torso]:
        """The bodies there are whose heads are known, seen now or before."""
        before = sorted((one for one in self._torsos if now_s - one.seen_s <= HEAD_S), key=lambda one: -one.seen_s)
        torsos = []
        for body in boxes:
            heads = [(face.box_xyxy, now_s) for face in faces if is_head_of(face.box_xyxy, body)]
            known = max(before, key=lambda one: iou(one.body_xyxy, body), default=None)
            if known is not None and iou(known.body_xyxy, body) >= SAME_BODY:
                before.remove(known)
                heads = heads or [(known.head_xyxy, known.head_s)]
            if heads:
                head, head_s = max(heads, key=lambda seen: seen[0][3])
                torsos.append(_Torso(body, head, now_s, head_s))
        self._torsos = [*torsos, *before][:MAX_TORSOS]
        return torsos


def lies_on_body(face: Box, torsos: Sequence[tuple[Box, Box]], bodies: Sequence[Box]) -> bool | None:
    """Whether a face lies below the head of a body and is none itself; None where nobody can say.

    `torsos`: bodies and their heads, as far as these are known.
    """
    if not bodies:
        return None
    if any(is_head_of(face, body) for body in bodies) or not any(_within(face, body) for body in bodies):
        return False
    heads = [head for body, head in torsos if _within(face, body)]
    return any(_below(face, head) for head in heads) if heads else None


def _judged(
    face: Box, known: _Followed | None, torsos: Sequence[_Torso], bodies: Sequence[Box], now_s: float
) -> _Followed:
    """The face with this look added to what is known of it."""
    worn_s, steps = (known.worn_s, known.steps) if known is not None else (0.0, ())
    look_s = min(now_s - known.seen_s, LOOK_S) if known is not None else FIRST_S
    on_body = lies_on_body(face, [(torso.body_xyxy, torso.head_xyxy) for torso in torsos], bodies)
    if on_body:
        steps = (*(step for step in steps if now_s - step.at_s <= MOVES_S), _step(face, torsos, now_s))[-MAX_STEPS:]
        worn_s = -LIVED_S if _moves(steps) else min(worn_s + look_s, WORN_S)
    elif on_body is False:
        steps, worn_s = (), max(worn_s - LIVING_WEIGHT * look_s, -LIVED_S)
    return _Followed(face, now_s, worn_s, steps)


def _step(face: Box, torsos: Sequence[_Torso], now_s: float) -> _Step:
    torso = next(one for one in torsos if _within(face, one.body_xyxy) and _below(face, one.head_xyxy))
    width = max(face[2] - face[0], 1.0)
    head, body = ((_middle(face) - _middle(box)) / width for box in (torso.head_xyxy, torso.body_xyxy))
    return _Step(now_s, head, body)


def _moves(steps: Sequence[_Step]) -> bool:
    """Whether it goes its own way, and not with the head or the body above."""
    if steps[-1].at_s - steps[0].at_s < STEADY_S:
        return False
    heads, bodies = [step.from_head for step in steps], [step.from_body for step in steps]
    return min(max(heads) - min(heads), max(bodies) - min(bodies)) > MOVES


def _within(face: Box, body: Box) -> bool:
    """Whether the face lies between the body's sides, and its middle between top and bottom."""
    return body[0] <= face[0] and face[2] <= body[2] and body[1] <= (face[1] + face[3]) / 2 <= body[3]


def _below(face: Box, head: Box) -> bool:
    brow, chin = face[1] + MARGIN * (face[3] - face[1]), head[3] - MARGIN * (head[3] - head[1])
    return brow >= chin and abs(_middle(face) - _middle(head)) <= ASIDE * (head[2] - head[0])


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2
