"""`temperature`: whether the board is too hot."""

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient

HOT_C = 80.0
"""Where a Raspberry Pi begins to slow down."""
TOO_HOT_C = 85.0
"""Where it slows down as far as it can."""
BELIEVED_C = (-40.0, 150.0)


class Temperature(Check):
    name = "temperature"
    title = "Temperature"
    means = "The hottest place that the board measures; above 80 °C a Raspberry Pi slows down, and looks less often."
    advice = "Give it air: a fan or a heat sink, out of the sun, not in a closed box."

    def look(self, patient: Patient) -> Finding:
        measured = [_read_c(path.read_text()) for path in patient.root.glob("sys/class/thermal/thermal_zone*/temp")]
        known = [celsius for celsius in measured if celsius is not None]
        if not known:
            return unknown("not known on this board: it does not measure it")
        hottest = round(max(known), 1)
        said = f"{hottest:.0f} °C"
        if hottest >= TOO_HOT_C:
            return failed(said, hottest, "°C")
        return warning(said, hottest, "°C") if hottest >= HOT_C else ok(said, hottest, "°C")


def _read_c(text: str) -> float | None:
    """None for what no board has; some report zero or a made-up figure for a sensor that is off."""
    try:
        celsius = int(text) / 1000
    except ValueError:
        return None
    return celsius if BELIEVED_C[0] < celsius < BELIEVED_C[1] and celsius != 0 else None
