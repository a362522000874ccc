"""Stretches of a recording without video: shown as what they are, never skipped over in silence."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from hub.views import HoleView, SegmentView

SEAM: Final = timedelta(seconds=0.5)
"""Pieces are cut at keyframes: what lies between the last frame of one and the first of the next is shorter than this
at two frames a second, the slowest that is recorded."""


def holes(segments: Sequence[SegmentView]) -> Iterator[HoleView]:
    """`segments` oldest first; they may overlap. The holes lie between the first one's start and the last one's end."""
    covered = segments[0].started_at if segments else None
    for segment in segments:
        if covered is not None and segment.started_at - covered > SEAM:
            yield HoleView(started_at=covered, ended_at=segment.started_at, reason="not_recorded")
        if not segment.available:
            reason = "deleted" if segment.deleted_at else "dropped" if segment.dropped else "on_its_way"
            yield HoleView(started_at=segment.started_at, ended_at=segment.ended_at, reason=reason)
        covered = max(covered or segment.ended_at, segment.ended_at)
