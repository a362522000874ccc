"""`memory`: whether there is enough for what runs."""

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient
from agent.health import memory_bytes

LOW_SHARE = 0.15
FULL_SHARE = 0.05


class Memory(Check):
    name = "memory"
    title = "Memory"
    means = "How much memory programs could still have, and whether the kernel had to end one since the board started."
    advice = "End what else runs on the board; a booth with a screen needs 2 GB, better 4."

    def look(self, patient: Patient) -> Finding:
        total, available = memory_bytes(patient.root / "proc/meminfo")
        if total is None or available is None:
            return unknown("the kernel does not tell")
        share, value = available / total, round(available / 1e9, 2)
        said = f"{value:.1f} of {total / 1e9:.1f} GB are to be had"
        killed = _killed(patient)
        if share < FULL_SHARE:
            return failed(said, value, "GB")
        if killed:
            return warning(f"{said}; the kernel ended {killed} programs for want of memory", value, "GB")
        return warning(said, value, "GB") if share < LOW_SHARE else ok(said, value, "GB")


def _killed(patient: Patient) -> int:
    for line in (patient.text("proc/vmstat") or "").splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill" and count.isdigit():
            return int(count)
    return 0
