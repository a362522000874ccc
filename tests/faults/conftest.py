"""What `make faults` runs, and `make test` has not the time for."""

import os

LONG = [
    "test_clocks.py",
    "test_full_disks.py",
    "test_offline_events.py",
    "test_slow_browsers.py",
    "test_stale_broker.py",
]
collect_ignore = [] if "INVIGIL_KILL_ROUNDS" in os.environ else LONG
