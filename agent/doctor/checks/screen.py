"""`screen`: whether a browser shows the candidate's page."""

from agent.doctor.check import Check, Finding, failed, not_applicable, ok, warning
from agent.doctor.patient import Patient
from agent.doctor.systemd import is_here, show

UNIT = "invigil-screen.service"


class Screen(Check):
    name = "screen"
    title = "Screen"
    means = "A browser shows the booth's own page, on which candidates check in and read messages."
    advice = (
        "sudo systemctl restart invigil-screen; why it ended: journalctl -u invigil-screen -n 50. Is the display on?"
    )

    def look(self, patient: Patient) -> Finding:
        if not patient.config.screen.enabled:
            return not_applicable("this booth has none, by its device.toml")
        if patient.words.health.screen.connected:
            return ok("a browser shows the page")
        unit = {} if patient.inside else show(UNIT, "ActiveState", "Result", root=patient.root)
        state = unit.get("ActiveState", "")
        why = f"; {UNIT} is {state} ({unit.get('Result', '?')})" if state else ""
        said = f"no browser shows the page{why}"
        return failed(said) if is_here(patient.root) else warning(said)
