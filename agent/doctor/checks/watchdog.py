"""`watchdog`: whether systemd ends an agent that no longer sees."""

from agent.doctor.check import Check, Finding, not_applicable, ok, warning
from agent.doctor.patient import Patient
from agent.doctor.systemd import is_here


class Watchdog(Check):
    name = "watchdog"
    title = "Watchdog"
    means = "systemd starts the agent again when it runs and no longer sees: it feeds the watchdog only while it does."
    advice = "Start the agent as a service: sudo systemctl enable --now invigil-agent; was its unit changed?"

    def look(self, patient: Patient) -> Finding:
        seconds = patient.words.watchdog_s
        if seconds is not None:
            return ok(f"systemd waits {seconds:.0f} s for a sign of life", seconds, "s")
        if not is_here(patient.root):
            return not_applicable("there is no systemd here")
        return warning("the agent runs without one: it was started by hand, or its unit was changed")
