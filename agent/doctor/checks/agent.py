"""`agent`: whether the agent runs, and speaks."""

from agent.doctor.check import Check, Finding, duration, failed, ok, warning
from agent.doctor.patient import Patient
from agent.doctor.systemd import show
from contract.wire import InvalidError

UNIT = "invigil-agent.service"
RESTARTS = 3


class Agent(Check):
    name = "agent"
    title = "Agent"
    means = "The agent runs and says how it is; without it nobody is monitored here."
    advice = "sudo systemctl restart invigil-agent; why it ended: journalctl -u invigil-agent -n 50."

    def look(self, patient: Patient) -> Finding:
        unit = {} if patient.inside else show(UNIT, "ActiveState", "Result", "NRestarts", root=patient.root)
        if patient.problem:
            raise InvalidError("device.toml cannot be read, so nobody knows where the agent would say how it is")
        if patient.agent == "silent":
            return failed("its process is there and has not said anything for more than half a minute")
        if patient.status is None:
            state = unit.get("ActiveState", "")
            why = f"; systemd says {state} ({unit.get('Result', '?')})" if state else ""
            return failed(f"no agent runs{why}")
        up_s = patient.status.health.uptime_s
        restarts = int(unit.get("NRestarts") or 0)
        if restarts >= RESTARTS:
            return warning(f"runs for {duration(up_s)}, and was started again {restarts} times by itself", up_s, "s")
        return ok(f"runs for {duration(up_s)} as process {patient.status.pid}", up_s, "s")
