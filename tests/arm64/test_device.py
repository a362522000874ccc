"""What is read from an agent's log."""

from tests.arm64.device import engine_in, failures_in

LOG = """\
2026-01-01 10:00:00,000 INFO agent.vision.slot: faces detector: face engine litert; no mediapipe: too old
2026-01-01 10:00:01,000 ERROR agent.vision.slot: tamper detector failed: AttributeError: 'T' object has no attribute 'x'
clip.mp4: 3 violation(s)
"""


def test_the_engine_that_ran_is_named() -> None:
    assert engine_in(LOG) == "litert"
    assert engine_in("faces detector is off: no weights\n") == ""


def test_a_detector_that_failed_is_not_overlooked() -> None:
    (failure,) = failures_in(LOG)
    assert "tamper detector failed" in failure
    assert failures_in("clip.mp4: 3 violation(s)\n") == []
