"""What the steps of an exam session say of its time: where the candidate sat, and when somebody should have looked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, get_args

from contract.sitting import ENDED, SittingStep
from hub.reports.spans import Span

MOVES: Final = {"ready": "checked_in", "started": "in_progress", "returned": "in_progress"}
"""What a booth tells of and what changes the state, and to what. One that came too late changed nothing, and says the
state that it came in."""
TOLD: Final = frozenset(get_args(SittingStep)) | {"late_step"}
ARRIVES: Final = frozenset({"code_accepted", "notice_acknowledged", "photo_taken", "calibrated", "ready"})
"""The candidate is in the booth."""
WATCHED: Final = frozenset({"admitted", "in_progress"})
STANDING: Final = frozenset({"paused", "on_break"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What counts of a step."""

    at: datetime
    action: str
    state: str
    booth_id: str | None


@dataclass(frozen=True, slots=True)
class Stay:
    booth_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Timeline:
    stays: tuple[Stay, ...]
    expected: tuple[Span, ...]
    """When violations count: from admission to the end, without what stood still."""
    standing: tuple[tuple[str, Span], ...]
    """`paused` and `on_break`, each with its time."""
    code_at: datetime | None
    admitted_at: datetime | None


def read(steps: Sequence[Taken], until: datetime) -> Timeline:
    """`steps` in the order of time. What lasts still lasts until `until`."""
    moves = [each for each in steps if _counts(each)]
    lasting = [(each.state, Span(each.at, after)) for each, after in _lasting(moves, until)]
    return Timeline(
        stays=tuple(_stays(steps, until)),
        expected=tuple(span for state, span in lasting if state in WATCHED and span.last > span.first),
        standing=tuple(
            (state, span) for state, span in _joined(lasting) if state in STANDING and span.last > span.first
        ),
        code_at=next((each.at for each in steps if each.action == "code_accepted"), None),
        admitted_at=next((each.at for each in moves if each.state == "admitted"), None),
    )


def _counts(step: Taken) -> bool:
    return step.action not in TOLD or MOVES.get(step.action) == step.state


def _lasting(moves: Sequence[Taken], until: datetime) -> Iterator[tuple[Taken, datetime]]:
    yield from ((each, after.at) for each, after in pairwise(moves))
    if moves and moves[-1].state not in ENDED:
        yield moves[-1], max(until, moves[-1].at)


def _joined(lasting: Sequence[tuple[str, Span]]) -> Iterator[tuple[str, Span]]:
    """A break that was extended is one break."""
    last: tuple[str, Span] | None = None
    for state, span in lasting:
        if last and last[0] == state:
            last = state, Span(last[1].first, span.last)
            continue
        if last:
            yield last
        last = state, span
    if last:
        yield last


def _stays(steps: Sequence[Taken], until: datetime) -> Iterator[Stay]:
    """From when the candidate is there; a step that names another booth is the move to it."""
    booth_id: str | None = None
    since: datetime | None = None
    for step in steps:
        here = step.action in ARRIVES or step.state not in ("scheduled", *ENDED)
        if since is None and not here:
            continue
        if since is None:
            since, booth_id = step.at, step.booth_id
        elif step.booth_id is not None and step.booth_id != booth_id and step.action not in TOLD:
            if booth_id is not None:
                yield Stay(booth_id, Span(since, step.at))
            since, booth_id = step.at, step.booth_id
        if step.state in ENDED and step.action not in TOLD:
            until = step.at
            break
    if since is not None and booth_id is not None:
        yield Stay(booth_id, Span(since, max(until, since)))
