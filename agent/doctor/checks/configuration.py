"""`configuration`: whether device.toml can be read, and describes a booth rather than a demonstration."""

from agent.doctor.check import Check, Finding, failed, ok, warning
from agent.doctor.patient import Patient


class Configuration(Check):
    name = "configuration"
    title = "Configuration"
    means = "device.toml can be read and every key in it is known; without it the agent does not start."
    advice = "Mend the line that is named, or enrol the device again: invigil device enrol."

    def look(self, patient: Patient) -> Finding:
        if patient.problem:
            return failed(patient.problem)
        config = patient.config
        if config.camera.kind == "replay":
            return warning(
                f"booth {config.booth} plays a file instead of a camera",
                advice='For a real booth set kind = "auto" in [camera] of device.toml.',
            )
        return ok(f"booth {config.booth}, hub {config.hub.url}")
