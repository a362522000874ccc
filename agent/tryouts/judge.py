"""`invigil-agent judge`: the process that looks at one clip and prints how far it is, as one state a line."""

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from agent.capture.camera import CameraError
from agent.capture.replay import EPOCH, ReplayCamera
from agent.evaluation.recording import record
from agent.programs import step_back
from contract.device import FaceEngineChoice
from contract.profiles import RuleProfile
from contract.tries import CLIP_SECONDS_MAX, SPANS_MAX, TryFound, TrySpan, TryStateReply
from contract.violation import Violation

SAY_EVERY_S: Final = 0.5


def judge_clip(
    clip: Path, profiles: Sequence[RuleProfile], try_id: UUID, weights_dir: Path | None, engine: FaceEngineChoice
) -> None:
    """Prints a `TryStateReply` in JSON now and then, and the last one when it is done or has failed."""
    step_back()
    said_s = 0.0
    state = TryStateReply(try_id=try_id, state="looking")
    print(state.model_dump_json(), flush=True)
    try:
        whole_s = min(_duration_s(clip) or CLIP_SECONDS_MAX, CLIP_SECONDS_MAX)

        def looked(at_s: float) -> None:
            nonlocal said_s, state
            share = min(1.0, at_s / whole_s) if whole_s > 0 else 0.0
            state = TryStateReply(try_id=try_id, state="looking", share=share, looked_s=at_s)
            if time.monotonic() - said_s >= SAY_EVERY_S:
                said_s = time.monotonic()
                print(state.model_dump_json(), flush=True)

        recording = record(clip, weights_dir, engine, looked, CLIP_SECONDS_MAX)
    except CameraError as error:
        state = state.model_copy(update={"state": "failed", "reason": str(error).removeprefix(f"{clip}: ")[:300]})
    else:
        done = {
            "state": "done",
            "share": 1.0,
            "cut": recording.cut,
            "blind": tuple(line[:200] for line in recording.detectors_off),
            "found": tuple(_found(recording.violations(profile)) for profile in profiles),
        }
        state = state.model_copy(update=done)
    print(state.model_dump_json(), flush=True)


def _duration_s(clip: Path) -> float | None:
    camera = ReplayCamera(clip)
    camera.open()
    try:
        return camera.duration_s
    finally:
        camera.close()


def _found(violations: Sequence[Violation]) -> TryFound:
    first = violations[:SPANS_MAX]
    return TryFound(spans=tuple(map(_span, first)), left_out=len(violations) - len(first))


def _span(violation: Violation) -> TrySpan:
    why = violation.explanation
    return TrySpan(
        kind=violation.kind,
        label=violation.label,
        severity=violation.severity,
        started_s=_seconds(violation.started_at),
        opened_s=_seconds(violation.opened_at),
        ended_s=_seconds(violation.ended_at or violation.opened_at),
        measured=None if why.measured is None else round(why.measured, 3),
        limit=None if why.limit is None else round(why.limit, 3),
        unit=why.unit[:40],
    )


def _seconds(stamp: datetime) -> float:
    return round(max(0.0, (stamp - EPOCH).total_seconds()), 2)
