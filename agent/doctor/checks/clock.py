"""`clock`: whether this device's clock is the hub's."""

from agent.doctor.asking import ask_hub
from agent.doctor.check import Check, Finding, duration, failed, ok, unknown, warning
from agent.doctor.patient import Patient
from agent.doctor.systemd import is_here
from agent.programs import ask
from contract.wire import InvalidError

OFF_S = 2.5
"""Two seconds are worth a warning to the hub as well; the hub's answer leaves up to a second open."""
FAR_S = 300.0
"""The hub takes no evidence that is signed ten minutes from its own time."""
SERVICE = "systemd-timesyncd.service"


class Clock(Check):
    name = "clock"
    title = "Clock"
    means = "How far this device's clock is from the hub's; certificates, uploads and times in reports hang on it."
    advice = (
        "Let it reach a time server: timedatectl timesync-status; name the site's own in /etc/systemd/timesyncd.conf."
    )
    limit_s = 8.0
    mends = "starts the time service again, so that it asks its servers at once"

    def look(self, patient: Patient) -> Finding:
        offset_s = ask_hub(patient.config).offset_s
        if offset_s is None:
            return unknown("the hub did not tell its time")
        synchronised = (patient.root / "run/systemd/timesync/synchronized").exists()
        word = "a time server was heard" if synchronised else "no time server is known to have been heard"
        value = round(offset_s, 1)
        if abs(offset_s) <= OFF_S:
            return ok(f"no more than {OFF_S} s from the hub's; {word}", value, "s")
        said = f"{duration(abs(offset_s))} {'ahead of' if offset_s > 0 else 'behind'} the hub; {word}"
        if abs(offset_s) > FAR_S:
            return failed(said, value, "s")
        return warning(said, value, "s")

    def fix(self, patient: Patient) -> str:
        if not is_here(patient.root):
            raise InvalidError("there is no systemd here whose time service could be started again")
        said = ask(["systemctl", "restart", SERVICE], 20.0)
        if not said.done:
            raise InvalidError(said.text[:200] or "systemctl failed")
        return f"started {SERVICE} again; a minute later its clock should be right"
