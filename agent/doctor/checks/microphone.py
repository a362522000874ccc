"""`microphone`: whether there is one, and it delivers. An agent that runs decides itself when to listen."""

from agent.capture.alsa import inputs
from agent.capture.microphones import open_microphone
from agent.doctor.check import Check, Finding, failed, not_applicable, ok, warning
from agent.doctor.patient import Patient
from agent.errors import DetectorError
from contract.device import MicrophoneConfig


class Microphone(Check):
    name = "microphone"
    title = "Microphone"
    means = "A microphone is there; it is listened to for a moment only where no agent runs, and nothing is kept."
    advice = 'Check its plug; list what there is: invigil-agent microphones. A booth without one: kind = "none".'
    limit_s = 12.0

    def look(self, patient: Patient) -> Finding:
        config = patient.config.microphone
        if config.kind == "none":
            return not_applicable("this booth has none, by its device.toml")
        heard = patient.status.microphone if patient.status is not None else "none"
        if patient.status is not None and heard in {"ok", "lost"}:
            said = patient.status.microphone_detail
            return ok(f"{said} delivers sound") if heard == "ok" else failed(said or "it is lost")
        if patient.agent == "absent":
            return _listen(config)
        return self._there(patient, config)

    def _there(self, patient: Patient, config: MicrophoneConfig) -> Finding:
        """While nobody is to listen: whether there is an input at all."""
        if config.kind == "replay":
            return ok("a file is played instead of one")
        found = [each for each in inputs(patient.root / "proc/asound/pcm") if each.startswith("plughw")]
        if not found:
            return warning("no sound card of this device has an input; speech is not heard", 0, "inputs")
        return ok(f"{len(found)} sound inputs; closed, as nobody is to listen now", len(found), "inputs")


def _listen(config: MicrophoneConfig) -> Finding:
    microphone = open_microphone(config)
    if microphone is None:
        return not_applicable("this booth has none, by its device.toml")
    try:
        microphone.open()
        microphone.read()
    except DetectorError as error:
        return warning(f"{error}; speech is not heard"[:300])
    finally:
        microphone.close()
    return ok(f"{microphone.name} delivers sound")
