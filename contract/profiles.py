"""Rule profiles: how long and how strictly each rule looks before it raises a violation.

The hub sends one in `desired`; the built-in ones serve until then and in `replay`. A profile is configuration:
read it from a person with `RuleProfile.configure`, which refuses unknown keys.
"""

import difflib
from typing import Any, Final, Literal, Self

from pydantic import Field

from contract.violation import Severity
from contract.wire import InvalidError, Wire

ProfileName = Literal["strict", "standard", "lenient"]


class RuleSettings(Wire):
    """What every rule has."""

    enabled: bool = Field(True, description="an accommodation switches a rule off")
    hold_s: float = Field(description="the condition must last this long, seconds", ge=0, le=600)
    release_s: float = Field(0.5, description="it must be gone this long to end, seconds", ge=0, le=600)
    cooldown_s: float = Field(0.0, description="no second violation of the rule sooner, seconds", ge=0, le=3600)
    merge_s: float = Field(
        0.0, description="one that begins this soon after the last goes on with the last, seconds", ge=0, le=600
    )
    severity: Severity = "medium"
    escalate_after_s: float | None = Field(
        None, description="having lasted this long it becomes the next severity, seconds; never without", ge=0, le=3600
    )


class GazeSettings(RuleSettings):
    """Looking away: the cone in which a candidate may look, degrees from the neutral head pose."""

    yaw_deg: float = Field(28.0, description="left or right of neutral", gt=0, le=90)
    pitch_up_deg: float = Field(20.0, description="above neutral", gt=0, le=90)
    pitch_down_deg: float = Field(25.0, description="below neutral", gt=0, le=90)


class EyesSettings(RuleSettings):
    """Looking away with the eyes alone: apart from a turned head, as people look aside while they think."""

    sight_deg: float = Field(25.0, description="line of sight left or right of neutral", gt=0, le=90)


class PersonSettings(RuleSettings):
    """Somebody else sits there than at the beginning. Off means that no face is learned at all."""

    min_similarity: float = Field(
        0.3,
        description="cosine of two face embeddings below which they are two people; OpenCV publishes 0.363 for SFace, "
        "and what lies between is nobody's business",
        ge=-1,
        le=1,
    )


OBJECTS: Final = frozenset({"cell phone", "laptop", "book", "tv", "remote", "keyboard", "mouse", "backpack"})
"""COCO labels that detectors look for: what of COCO matters in an exam booth. A monitor is a `tv`."""


class ObjectSettings(RuleSettings):
    """Prohibited objects: which COCO labels, and the lowest score that counts for each."""

    min_score: dict[str, float] = Field(
        default_factory=lambda: {"cell phone": 0.3, "laptop": 0.4, "book": 0.4},
        description="COCO label to lowest accepted score; a label that is not named is allowed",
    )

    def unknown(self) -> tuple[str, ...]:
        """What is wrong with each label that no detector looks for, with the nearest one that is looked for.

        Refused where a person writes it (`RuleProfile.configure`). A booth that receives one says so and judges by the
        others: a hub newer than itself may know more labels.
        """
        return tuple(
            f"no detector looks for {label!r}{_nearest(label)}" for label in self.min_score if label not in OBJECTS
        )


def _nearest(label: str) -> str:
    close = difflib.get_close_matches(label.lower(), sorted(OBJECTS), n=1)
    return f" (did you mean {close[0]!r}?)" if close else f" (known: {', '.join(sorted(OBJECTS))})"


SURER: Final = {"cell phone": 0.35, "laptop": 0.4, "book": 0.4}
"""What `strict` takes for a phone was a hand or a bag now and then, for a second, in an hour of sitting still."""

OFF: Final = RuleSettings(enabled=False, hold_s=2.0)
"""Of a rule that a profile from before it does not name."""

SPEAKING_ALLOWED: Final = RuleSettings(enabled=False, hold_s=2.0, release_s=2.0)
"""In every built-in profile: candidates speak with their interviewer. An exam that forbids it enables the rule. The
hold lets a cough or an exclamation pass, the release the pause between two sentences."""


class Rules(Wire):
    no_face: RuleSettings
    multiple_faces: RuleSettings
    looking_away: GazeSettings
    prohibited_object: ObjectSettings
    camera_blocked: RuleSettings
    camera_frozen: RuleSettings
    eyes_away: EyesSettings = EyesSettings(enabled=False, hold_s=4.0, severity="low")
    camera_dark: RuleSettings = OFF
    camera_blurred: RuleSettings = OFF
    camera_moved: RuleSettings = OFF
    person_changed: PersonSettings = PersonSettings(enabled=False, hold_s=2.0, severity="high")
    speech: RuleSettings = SPEAKING_ALLOWED


class RuleProfile(Wire):
    name: str = Field(min_length=1, max_length=60)
    version: int = Field(1, ge=1)
    rules: Rules

    @classmethod
    def configure(cls, data: dict[str, Any]) -> Self:
        """A profile written by a person; raises `InvalidError` also for an object that no detector looks for."""
        profile = super().configure(data)
        if unknown := profile.rules.prohibited_object.unknown():
            raise InvalidError("; ".join(f"rules.prohibited_object.min_score: {problem}" for problem in unknown))
        return profile


def _profile(
    name: ProfileName,
    holds_s: tuple[float, float, float, float, float, float],
    *,
    cone: float,
    merge_s: float,
    escalate_after_s: float,
) -> RuleProfile:
    no_face, several, away, item, blocked, frozen = holds_s
    return RuleProfile(
        name=name,
        rules=Rules(
            no_face=RuleSettings(hold_s=no_face, merge_s=merge_s, severity="high"),
            multiple_faces=RuleSettings(hold_s=several, merge_s=merge_s, severity="high"),
            looking_away=GazeSettings(
                hold_s=away,
                merge_s=merge_s,
                escalate_after_s=escalate_after_s,
                yaw_deg=28 * cone,
                pitch_up_deg=20 * cone,
                pitch_down_deg=25 * cone,
            ),
            prohibited_object=ObjectSettings(
                hold_s=item,
                release_s=1.0,
                merge_s=2 * merge_s,
                severity="high",
                **({"min_score": SURER} if name != "strict" else {}),
            ),
            camera_blocked=RuleSettings(hold_s=blocked, merge_s=merge_s, severity="high"),
            camera_frozen=RuleSettings(hold_s=frozen, merge_s=merge_s, escalate_after_s=escalate_after_s),
            **(_finer(away, 2 * blocked, merge_s) if name != "strict" else {}),
        ),
    )


def _finer(away_s: float, badly_s: float, merge_s: float) -> dict[str, RuleSettings]:
    """A glance of the eyes, a camera that sees worse without being blind, and another person (with weights only)."""
    low = RuleSettings(hold_s=badly_s, release_s=1.0, merge_s=2 * merge_s, severity="low", escalate_after_s=60)
    return {
        "eyes_away": EyesSettings(hold_s=1.5 * away_s, merge_s=merge_s, severity="low"),
        "camera_dark": low,
        "camera_blurred": low,
        "camera_moved": low.model_copy(update={"severity": "medium"}),
        "person_changed": PersonSettings(hold_s=away_s, release_s=1.0, merge_s=10 * merge_s, severity="high"),
    }


PROFILES: Final[dict[ProfileName, RuleProfile]] = {
    "strict": _profile("strict", (1.0, 0.5, 1.0, 0.5, 1.0, 2.0), cone=1.0, merge_s=0, escalate_after_s=15),
    "standard": _profile("standard", (2.0, 1.0, 3.0, 2.0, 2.0, 5.0), cone=1.1, merge_s=3, escalate_after_s=20),
    "lenient": _profile("lenient", (5.0, 2.0, 6.0, 3.0, 4.0, 10.0), cone=1.3, merge_s=5, escalate_after_s=30),
}
"""`strict` holds are fixed by the scorers, who know six kinds only, and it shows every interval apart; the others trade
reaction time for fewer interruptions, and what comes back within `merge_s` is one item for a proctor."""
