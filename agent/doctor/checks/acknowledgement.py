"""`acknowledgement`: how long ago the hub last took what was sent."""

from datetime import UTC, datetime

from agent.config import outbox_path
from agent.doctor.check import Check, Finding, duration, failed, ok, warning
from agent.doctor.patient import Patient
from agent.doctor.waiting import read_waiting

SLOW_S = 60.0
LONG_S = 3600.0


class Acknowledgement(Check):
    name = "acknowledgement"
    title = "Last acknowledgement"
    means = "How long the oldest event has waited for the hub to say that it is stored; nothing is deleted before."
    advice = "See hub and broker. Where both are well, look at the hub's own log and its /readyz."

    def look(self, patient: Patient) -> Finding:
        now, status = datetime.now(UTC), patient.status
        if status is not None:
            since, heard = status.waiting_since, status.last_ack_at
        else:
            path = outbox_path(patient.config)
            since, heard = read_waiting(path).since if path.exists() else None, None
        last = f"; the last came {duration(max(0.0, (now - heard).total_seconds()))} ago" if heard else ""
        if since is None:
            return ok(f"nothing waits{last}", 0, "s")
        waited_s = max(0.0, (now - since).total_seconds())
        said, value = f"the oldest event waits for {duration(waited_s)}{last}", round(waited_s)
        if waited_s >= LONG_S:
            return failed(said, value, "s")
        return warning(said, value, "s") if waited_s >= SLOW_S else ok(said, value, "s")
