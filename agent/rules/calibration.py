"""From five looked-at dots to a candidate's calibration, and from that to angles and limits that are fair.

A camera stands beside or above the screen, people sit askew and carry their heads differently. What a rule judges is
therefore the turn away from how this candidate looks at the middle of the screen. The cone is never narrower than the
profile's: five dots show what a candidate must be able to do, not what is suspicious.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Final, Literal, get_args

from agent.vision.observation import Face, HeadPose, Observation
from contract.calibration import Calibration
from contract.profiles import Rules
from contract.wire import InvalidError

Dot = Literal["middle", "left", "right", "top", "bottom"]
"""Where on the screen, as the candidate sees it."""

MIN_LOOKS: Final = 5
"""Half a second of faces at ten a second; the eyes need that long to arrive and rest."""
MAX_UNREST_DEG: Final = 5.0
"""Median distance from the median: a head at rest has one or two degrees, noise of the estimate included."""
MAX_ASKEW_DEG: Final = 35.0
"""Of the middle dot. A camera farther aside cannot tell where somebody looks; it must be placed anew."""
MAX_REACH_DEG: Final = 40.0
"""A screen that takes more is not one that a candidate sits before; most turn the head by 5 to 15 and the eyes do the
rest."""
MARGIN_DEG: Final = 8.0
"""Beyond the farthest dot: the estimate's error, and a candidate who leans."""


def calibrate(looks: Mapping[Dot, Sequence[Face]]) -> Calibration:
    """From the faces seen while each dot was looked at; raises `InvalidError` that says what to repeat."""
    angles = {dot: _at_rest(dot, looks.get(dot, ())) for dot in get_args(Dot)}
    yaw_deg, pitch_deg = angles["middle"]
    if max(abs(yaw_deg), abs(pitch_deg)) > MAX_ASKEW_DEG:
        raise InvalidError("the camera stands too far aside: place it nearer to the screen's middle and repeat")
    sideways = max(abs(angles[dot][0] - yaw_deg) for dot in ("left", "right"))
    up, down = max(0.0, angles["top"][1] - pitch_deg), max(0.0, pitch_deg - angles["bottom"][1])
    if max(sideways, up, down) > MAX_REACH_DEG:
        raise InvalidError("the head turned too far for a dot on a screen: look at each dot and repeat")
    eyes = [face.gaze[0] for face in looks["middle"] if face.gaze is not None]
    return Calibration(
        yaw_deg=round(yaw_deg, 1),
        pitch_deg=round(pitch_deg, 1),
        eyes_left=round(median(eyes), 2) if eyes else 0.0,
        reach_yaw_deg=round(sideways, 1),
        reach_up_deg=round(up, 1),
        reach_down_deg=round(down, 1),
    )


def _at_rest(dot: Dot, faces: Sequence[Face]) -> tuple[float, float]:
    """Yaw and pitch while one dot was looked at."""
    poses = [face.pose for face in faces if face.pose is not None]
    if len(poses) < MIN_LOOKS:
        raise InvalidError(f"the face was hardly seen at the {dot} dot: {len(poses)} of {MIN_LOOKS} looks; repeat")
    yaw_deg, pitch_deg = median(pose.yaw_deg for pose in poses), median(pose.pitch_deg for pose in poses)
    unrest = median(max(abs(pose.yaw_deg - yaw_deg), abs(pose.pitch_deg - pitch_deg)) for pose in poses)
    if unrest > MAX_UNREST_DEG:
        raise InvalidError(f"the head did not rest at the {dot} dot; repeat")
    return yaw_deg, pitch_deg


def levelled(face: Face, calibration: Calibration) -> Face:
    """The face as if this candidate's straight ahead were the camera's."""
    gaze = face.gaze
    if gaze is not None:
        gaze = (max(-1.0, min(1.0, gaze[0] - calibration.eyes_left)), gaze[1])
    return replace(face, pose=_levelled_pose(face.pose, calibration), gaze=gaze)


def all_levelled(observation: Observation, calibration: Calibration) -> Observation:
    """The same for all faces, and for the one that was lost."""
    faces, lost = observation.faces, observation.faceless
    if faces:
        faces = tuple(levelled(face, calibration) for face in faces)
    if lost is not None:
        lost = replace(lost, last_pose=_levelled_pose(lost.last_pose, calibration))
    return replace(observation, faces=faces, faceless=lost)


def _levelled_pose(pose: HeadPose | None, calibration: Calibration) -> HeadPose | None:
    if pose is None:
        return None
    yaw_deg, pitch_deg = pose.yaw_deg - calibration.yaw_deg, pose.pitch_deg - calibration.pitch_deg
    return replace(pose, yaw_deg=yaw_deg, pitch_deg=pitch_deg)


def widened(rules: Rules, calibration: Calibration) -> Rules:
    """The rules with a cone in which this candidate can see the whole screen."""
    cone = rules.looking_away
    return rules.model_copy(
        update={
            "looking_away": cone.model_copy(
                update={
                    "yaw_deg": max(cone.yaw_deg, calibration.reach_yaw_deg + MARGIN_DEG),
                    "pitch_up_deg": max(cone.pitch_up_deg, calibration.reach_up_deg + MARGIN_DEG),
                    "pitch_down_deg": max(cone.pitch_down_deg, calibration.reach_down_deg + MARGIN_DEG),
                }
            )
        }
    )
