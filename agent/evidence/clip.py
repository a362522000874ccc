"""A clip: the video around a violation, and the boxes beside it."""

from collections.abc import Sequence
from itertools import dropwhile, groupby
from typing import Final

from agent.evidence.mp4 import duration_s
from agent.streaming.h264 import EncodedFrame
from agent.vision.observation import Detection, Face, Observation
from contract.boxes import Box, ClipBoxes, Look

HOLE_S: Final = 2.0
"""Without a picture for so long nobody filmed: that is shown as a gap, not as a picture that stands still."""


def of_one_size(frames: Sequence[EncodedFrame]) -> list[EncodedFrame]:
    """The longest stretch that begins with a keyframe and has one size: a camera that came back may have another."""
    stretches = [list(stretch) for _, stretch in groupby(frames, key=lambda frame: frame.frame_wh)]
    return max((list(dropwhile(_no_keyframe, stretch)) for stretch in stretches), key=len, default=[])


def unbroken(frames: Sequence[EncodedFrame]) -> list[list[EncodedFrame]]:
    """Stretches of one size without a hole, each from its first keyframe on: what a file of a recording may hold."""
    stretches: list[list[EncodedFrame]] = []
    for frame in frames:
        last = stretches[-1][-1] if stretches else None
        if last is None or frame.frame_wh != last.frame_wh or frame.captured_s - last.captured_s > HOLE_S:
            stretches.append([])
        stretches[-1].append(frame)
    begun = (list(dropwhile(_no_keyframe, stretch)) for stretch in stretches)
    return [stretch for stretch in begun if stretch]


def _no_keyframe(frame: EncodedFrame) -> bool:
    return not frame.keyframe


def boxes_beside(sha256: str, frames: Sequence[EncodedFrame], observations: Sequence[Observation]) -> ClipBoxes:
    """What vision saw while the clip was filmed; `frames` are the clip's, `observations` may reach beyond them."""
    began_s, lasts_s = frames[0].captured_s, duration_s(frames)
    seen = [each for each in observations if began_s <= each.captured_s < began_s + lasts_s]
    return ClipBoxes(
        clip_sha256=sha256,
        started_at=frames[0].wall_time,
        duration_s=round(lasts_s, 3),
        frame_wh=seen[0].frame_wh if seen else frames[0].frame_wh,
        looks=tuple(_look(each, began_s) for each in seen),
    )


def _look(observation: Observation, began_s: float) -> Look:
    boxes = [_face(face, observation.frame_wh) for face in observation.faces or ()]
    boxes += [_box(item, observation.frame_wh) for item in observation.objects or ()]
    speaking = observation.speech is not None and observation.speech.since_s is not None
    return Look(at_s=round(observation.captured_s - began_s, 3), boxes=tuple(boxes), speaking=speaking)


def _face(face: Face, frame_wh: tuple[int, int]) -> Box:
    pose = face.pose
    return Box(
        label="face",
        score=_score(face.score),
        xyxy=_shares(face.box_xyxy, frame_wh),
        yaw_deg=None if pose is None else round(pose.yaw_deg, 1),
        pitch_deg=None if pose is None else round(pose.pitch_deg, 1),
    )


def _box(item: Detection, frame_wh: tuple[int, int]) -> Box:
    return Box(label=item.label, score=_score(item.score), xyxy=_shares(item.box_xyxy, frame_wh))


def _score(score: float) -> float:
    return round(min(1.0, max(0.0, score)), 3)


def _shares(
    box_xyxy: tuple[float, float, float, float], frame_wh: tuple[int, int]
) -> tuple[float, float, float, float]:
    """A box that reaches far beyond the picture is cut where the contract ends."""
    left, top, right, bottom = (
        round(min(2.0, max(-1.0, side / frame_wh[i % 2])), 4) for i, side in enumerate(box_xyxy)
    )
    return left, top, right, bottom
