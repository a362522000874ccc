"""`hub`: whether the hub answers over HTTPS, where evidence goes."""

from agent.doctor.asking import ask_hub
from agent.doctor.check import Check, Finding, failed, ok, warning
from agent.doctor.patient import Patient
from contract.wire import InvalidError

SLOW_MS = 2000.0


class Hub(Check):
    name = "hub"
    title = "Hub"
    means = "The hub answers at its address over HTTPS; pictures and clips are uploaded there."
    advice = "Does the hub run, is the address in device.toml right, does a firewall stand between?"
    limit_s = 8.0

    def look(self, patient: Patient) -> Finding:
        config = patient.config
        try:
            answer = ask_hub(config)
        except InvalidError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                advice = (
                    "Check this device's clock. If it is right: its ca.pem is another hub's; enrol the device again."
                )
                return failed(str(error), advice=advice)
            return failed(str(error))
        took_ms = round(answer.took_ms, 1)
        if answer.status != 200:
            advice = "It is there and not well, or something else answers at this address: look at the hub's log."
            return failed(f"{config.hub.url} answers {answer.status}", advice=advice)
        said = f"answers within {took_ms:.0f} ms"
        return warning(f"{said}, which is slow", took_ms, "ms") if took_ms > SLOW_MS else ok(said, took_ms, "ms")
