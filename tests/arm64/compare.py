"""Whether two machines saw the same: the events of a clip, and what is measured in one picture.

The tolerances are those that hold the two face engines to each other, and one frame for times.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Line = Mapping[str, Any]
"""One JSON line of `invigil-agent replay` or `inspect`."""

TIMES: Final = ("started_at", "opened_at", "ended_at")
ANGLES: Final = ("yaw_deg", "pitch_deg", "roll_deg")
MAX_SCORE: Final = 0.05
MAX_ANGLE_DEG: Final = 2.0
MAX_CORNER: Final = 0.02
"""Of a box, as a share of its width: one for the landmarks, one because corners are the outermost of many points."""
ROUNDING_S: Final = 0.002


def different_events(here: Sequence[Line], there: Sequence[Line], frame_s: float) -> list[str]:
    """One sentence per difference; none where both tell the same. `frame_s` is how far times may lie apart."""
    if _named(here) != _named(there):
        return [f"{_listed(there)} instead of {_listed(here)}"]
    return [
        f"{_name(expected)}: {problem}"
        for expected, found in zip(_sorted(here), _sorted(there), strict=True)
        for problem in _event(expected, found, frame_s)
    ]


def different_pictures(here: Line, there: Line) -> list[str]:
    """The same for what `inspect` says about one picture."""
    said = []
    for kind in ("faces", "detections"):
        expected, found = here[kind], there[kind]
        labels = [[item.get("label", "face") for item in items] for items in (expected, found)]
        if labels[0] != labels[1]:
            said.append(f"{kind}: {labels[1]} instead of {labels[0]}")
            continue
        for first, second, label in zip(expected, found, labels[0], strict=True):
            said += [f"{label}: {problem}" for problem in _item(first, second)]
    return said


def most_apart(here: Sequence[Line], there: Sequence[Line], names: Sequence[str]) -> float:
    """The largest difference of numbers of these names; for the report, after the two were found to agree."""
    pairs = zip(here, there, strict=True)
    return max(
        (abs(first[name] - second[name]) for first, second in pairs for name in names if first.get(name) is not None),
        default=0.0,
    )


def in_order(events: Sequence[Line]) -> list[Line]:
    """As `different_events` pairs them."""
    return _sorted(events)


def _event(expected: Line, found: Line, frame_s: float) -> Iterator[str]:
    for name in TIMES:
        yield from _apart(expected, found, name, frame_s + ROUNDING_S)
    yield from _apart(expected, found, "confidence", MAX_SCORE)


def _item(expected: Line, found: Line) -> Iterator[str]:
    yield from _apart(expected, found, "score", MAX_SCORE)
    for name in ANGLES:
        yield from _apart(expected, found, name, MAX_ANGLE_DEG)
    if expected.get("direction") != found.get("direction"):
        yield f"direction {found.get('direction')} instead of {expected.get('direction')}"
    box, other = expected["box_xyxy"], found["box_xyxy"]
    limit = MAX_CORNER * (box[2] - box[0])
    if max(abs(a - b) for a, b in zip(box, other, strict=True)) > limit:
        yield f"box {other} instead of {box}, more than {limit:.1f} pixels"


def _apart(expected: Line, found: Line, name: str, limit: float) -> Iterator[str]:
    first, second = expected.get(name), found.get(name)
    if (first is None) != (second is None) or (
        first is not None and second is not None and abs(first - second) > limit
    ):
        yield f"{name} {second} instead of {first} (±{limit:.3g})"


def _sorted(events: Sequence[Line]) -> list[Line]:
    return sorted(events, key=lambda event: (_name(event), event["started_at"]))


def _named(events: Sequence[Line]) -> list[str]:
    return sorted(_name(event) for event in events)


def _name(event: Line) -> str:
    return f"{event['kind']} ({event['label']})" if event.get("label") else str(event["kind"])


def _listed(events: Sequence[Line]) -> str:
    return ", ".join(_named(events)) or "nothing"
