"""`inference`: whether the networks are quick enough here."""

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient
from agent.doctor.speed import measure_apart
from contract.messages import DetectorHealth

SLOW_MS = {"faces": 250.0, "objects": 500.0}
"""Beyond, there are fewer than four looks for faces in a second, and two for objects."""
TOO_SLOW = 4
"""Times that."""


class Inference(Check):
    name = "inference"
    title = "Inference speed"
    means = "How long the networks take for one picture; the running agent's own figure, or measured on noise."
    advice = "See temperature, throttling and under-voltage; end what else runs on the board, or take a faster one."
    limit_s = 60.0
    costly = True
    alone = True

    def look(self, patient: Patient) -> Finding:
        detectors = patient.status.health.detectors if patient.status is not None else ()
        broken = [each for each in detectors if each.state == "failed"]
        if broken:
            return failed("; ".join(f"{each.name}: {each.reason}" for each in broken))
        timed = [each for each in detectors if each.inference_ms is not None and each.name in SLOW_MS]
        if timed:
            return _judge_agent(timed)
        if not patient.measures:
            return unknown("nothing was looked at yet", advice="Ask again; it is then measured.")
        speeds = measure_apart(patient.weights_dir, patient.config.vision.face_engine, self.limit_s - 5)
        for name, speed in speeds.items():
            if isinstance(speed, str):
                return failed(f"{name}: {speed}", advice="See the check of the weights.")
        return _judge({name: float(speed) for name, speed in speeds.items()}, "; with a face in the picture it is more")


def _judge_agent(timed: list[DetectorHealth]) -> Finding:
    found = _judge({each.name: each.inference_ms or 0.0 for each in timed})
    shed = next((each for each in timed if each.shed), None)
    if shed is not None and found.state == "ok":
        return warning(f"{found.said}; {shed.reason or 'it looks less often than it should'}", found.value, found.unit)
    return found


def _judge(took_ms: dict[str, float], more: str = "") -> Finding:
    """The value is the slowest's."""
    said = ", ".join(f"{name} {ms:.0f} ms" for name, ms in took_ms.items()) + more
    slowest = round(max(took_ms.values()), 1)
    if any(ms > TOO_SLOW * SLOW_MS[name] for name, ms in took_ms.items()):
        return failed(f"{said}: too slow to monitor with", slowest, "ms")
    if any(ms > SLOW_MS[name] for name, ms in took_ms.items()):
        return warning(f"{said}: slower than it should be", slowest, "ms")
    return ok(said, slowest, "ms")
