"""`under_voltage`: whether the power supply is strong enough."""

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.firmware import SINCE_START, UNDER_VOLTAGE, UNKNOWN, throttle_bits
from agent.doctor.patient import Patient


class UnderVoltage(Check):
    name = "under_voltage"
    title = "Power supply"
    means = (
        "Whether the board gets enough voltage; with too little it slows down, loses USB devices, and spoils its card."
    )
    advice = "Use the board maker's own power supply and a short cable; a hub with its own power for hungry cameras."

    def look(self, patient: Patient) -> Finding:
        bits = throttle_bits(patient)
        if bits is None:
            bits = _alarm(patient)
        if bits is None:
            return unknown(UNKNOWN)
        if bits & UNDER_VOLTAGE:
            return failed("too little voltage now")
        if bits & (UNDER_VOLTAGE << SINCE_START):
            return warning("not now; there was too little since the board started")
        return ok("never too little since the board started")


def _alarm(patient: Patient) -> int | None:
    """What the kernel's own driver for a Raspberry Pi's voltage says, where the bits are not to be had."""
    for name in patient.root.glob("sys/class/hwmon/hwmon*/name"):
        if name.read_text().strip() == "rpi_volt":
            text = (name.parent / "in0_lcrit_alarm").read_text().strip()
            return UNDER_VOLTAGE if text == "1" else 0
    return None
