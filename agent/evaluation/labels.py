"""Labelled footage: the file in which a person wrote down what happens when in some videos.

The format is documented in docs/accuracy.md. A file is read video by video, so that one bad entry costs only itself.
"""

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from contract.wire import InvalidError, Wire, explain

FACES: Final = ("no_face", "multiple_faces", "looking_away")
OBJECTS: Final = {"phone": "cell phone", "laptop": "laptop", "book": "book"}
CLASS_OF_LABEL: Final = {
    **{face: face for face in FACES},
    **{label: f"object:{coco}" for label, coco in OBJECTS.items()},
    "covered": "camera_blocked",
    "frozen": "camera_frozen",
}
"""Label of the footage to the class that is scored for it: a kind of violation, objects apart."""
CLASSES: Final = tuple(CLASS_OF_LABEL.values())
DIRECTIONS: Final = ("left", "right", "up", "down")
KNOWN: Final = frozenset(
    {*CLASS_OF_LABEL, "face_ok", "gaze_only", "dim", "not_prohibited_object", "transition", "ignore"}
    | {f"{prefix}_{direction}" for prefix in ("away", "gaze") for direction in DIRECTIONS}
)
TOUCH_S: Final = 0.05
"""Intervals this close follow each other without a hole: labels are written down to a frame or so."""


class Interval(Wire):
    """What holds between two moments. Keys that are not named here (notes, sources) are the labeller's own."""

    t0: float = Field(ge=0)
    t1: float
    labels: tuple[str, ...] = Field(min_length=1)
    confidence: Literal["high", "medium", "low"] = "high"
    face_confidence: Literal["high", "medium", "low"] = "high"
    dont_care: tuple[str, ...] = ()

    @field_validator("labels", "dont_care")
    @classmethod
    def _known(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        for label in labels:
            if label not in KNOWN:
                close = difflib.get_close_matches(label, sorted(KNOWN), n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(KNOWN))}"
                raise ValueError(f"unknown label {label!r} ({hint})")
        return labels

    @model_validator(mode="after")
    def _forward(self) -> "Interval":
        if self.t1 <= self.t0:
            raise ValueError(f"ends at {self.t1:g} s, before it begins at {self.t0:g} s")
        return self


class LabelledVideo(Wire):
    id: str = Field(pattern=r"^\w[\w.-]*$", max_length=100, description="name of its events file")
    file: str = Field(description="the video, beside the labels file")
    duration: float = Field(gt=0, description="seconds")
    grace_s: float = Field(0.7, ge=0, le=5, description="labels are no more exact than this at their edges, seconds")
    intervals: tuple[Interval, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "LabelledVideo":
        """Intervals follow each other from the first second to the last: what nobody labelled cannot be scored."""
        at_s = 0.0
        for interval in self.intervals:
            if interval.t0 < at_s - TOUCH_S:
                raise ValueError(
                    f"the interval from {interval.t0:g} s begins before {at_s:g} s, where the last one ends"
                )
            if interval.t0 > at_s + TOUCH_S:
                raise ValueError(f"nothing is labelled from {at_s:g} to {interval.t0:g} s; label it, if only 'ignore'")
            at_s = interval.t1
        if abs(at_s - self.duration) > TOUCH_S:
            raise ValueError(f"the labels end at {at_s:g} s and the video at {self.duration:g} s")
        return self


@dataclass(frozen=True, slots=True)
class Footage:
    """The videos of some label files, with where they lie, and what was wrong with the others."""

    videos: tuple[tuple[LabelledVideo, Path], ...]
    errors: tuple[str, ...]


def read_labels(files: list[Path]) -> Footage:
    """Every usable video of these files. What is not usable is told in `errors`, one line each."""
    videos: list[tuple[LabelledVideo, Path]] = []
    errors: list[str] = []
    seen: set[str] = set()
    for file in files:
        try:
            entries = _entries(file)
        except InvalidError as error:
            errors.append(str(error))
            continue
        for number, entry in enumerate(entries, 1):
            try:
                video = _video(entry)
                path = file.parent / video.file
                if video.id in seen:
                    raise InvalidError("there is another video of this id; its events would overwrite these")
                if not _is_file(path):
                    raise InvalidError(f"no such file: {path}")
            except InvalidError as error:
                name = entry.get("id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
                errors.append(f"{file}: video {name}: {error}")
                continue
            seen.add(video.id)
            videos.append((video, path))
    return Footage(tuple(videos), tuple(errors))


def _entries(file: Path) -> list[Any]:
    try:
        entries = json.loads(file.read_text())["videos"]
    except OSError as error:
        raise InvalidError(f"{file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"{file}: not JSON ({error})") from error
    except (KeyError, TypeError) as error:
        raise InvalidError(f'{file}: no labels; it must be an object with a list "videos"') from error
    if not isinstance(entries, list):
        raise InvalidError(f'{file}: "videos" is not a list')
    return entries


def _is_file(path: Path) -> bool:
    """False also for what no file can be called."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _video(entry: Any) -> LabelledVideo:
    try:
        return LabelledVideo.model_validate(entry)
    except ValidationError as error:
        raise InvalidError(explain(error)) from error
