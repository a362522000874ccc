"""`outbox`: how many events wait for the hub, and whether their file is sound."""

from agent.config import outbox_path
from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient
from agent.doctor.waiting import read_waiting

BEHIND = 1000
"""A busy hour has some hundred."""


class Outbox(Check):
    name = "outbox"
    title = "Outbox"
    means = "Events that the hub has not acknowledged wait on this device's disk; none is lost, and few should wait."
    advice = "See hub, broker and time since the last acknowledgement. Do not delete the file: events would be lost."

    def look(self, patient: Patient) -> Finding:
        path = outbox_path(patient.config)
        status = patient.status
        if status is not None:
            depth, in_memory = status.health.outbox_depth, status.health.errors.get("events_waiting_in_memory", 0)
        elif not path.exists():
            return unknown("there is none yet: no agent has run here")
        else:
            waiting = read_waiting(path)
            if waiting.problem:
                return failed(waiting.problem, advice="The agent moves a damaged one aside at its next start; keep it.")
            depth, in_memory = waiting.depth, 0
        if in_memory:
            return failed(f"{in_memory} events are in memory only: the disk takes none", in_memory, "events")
        aside = len(
            [each for each in path.parent.glob(f"{path.name}.damaged-*") if each.suffix[-4:] not in {"-wal", "-shm"}]
        )
        said = f"{depth} events wait"
        if aside:
            advice = "Keep it for somebody who can read it, then move it away; see the checks of the disk."
            return warning(f"{said}; {aside} damaged files lie aside", depth, "events", advice=advice)
        return warning(said, depth, "events") if depth > BEHIND else ok(said, depth, "events")
