"""`throttling`: whether the board slows itself down."""

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.firmware import CAPPED, SINCE_START, SOFT_LIMIT, THROTTLED, UNKNOWN, throttle_bits
from agent.doctor.patient import Patient

WORDS = {
    CAPPED: "its clock is capped",
    THROTTLED: "it is throttled",
    SOFT_LIMIT: "it has reached the soft limit of heat",
}


class Throttling(Check):
    name = "throttling"
    title = "Throttling"
    means = "Whether the board's firmware slows the processor down, now or since the board started."
    advice = "See temperature and under-voltage: it slows down for one of the two."

    def look(self, patient: Patient) -> Finding:
        bits = throttle_bits(patient)
        if bits is None:
            return unknown(UNKNOWN)
        now = [said for bit, said in WORDS.items() if bits & bit]
        if now:
            return failed(", ".join(now))
        if bits & ((CAPPED | THROTTLED | SOFT_LIMIT) << SINCE_START):
            return warning("not now; it did since the board started")
        return ok("neither now nor since the board started")
