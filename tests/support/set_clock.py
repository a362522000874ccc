"""A wall clock of its own for a Python program, which a test sets while it runs.

Everything in the process that asks `datetime` or `time.time` what time it is gets the set one; the monotonic clocks go
on as they are, as when NTP or a person sets a machine's clock. libfaketime would reach libraries in C as well, but the
hub's threads were measured to stand still under it; and the kernel has no name space for this clock.
"""

from pathlib import Path

from tests.support.processes import ROOT

SITE = '''"""Before anything else is imported: `datetime.now` and `time.time` of this process are set ahead or back."""

import ctypes
import datetime
import gc
import os
import time
from pathlib import Path

_OFFSET = Path(__file__).with_name("offset")
_true_time, _true_now = time.time, datetime.datetime.now
_read = [0, 0.0]


def offset_s():
    changed = os.stat(_OFFSET).st_mtime_ns
    if changed != _read[0]:
        _read[:] = [changed, float(_OFFSET.read_text())]
    return _read[1]


def now(cls, tz=None):
    return _true_now(tz) + datetime.timedelta(seconds=offset_s())


gc.get_referents(datetime.datetime.__dict__)[0]["now"] = classmethod(now)
ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
time.time = lambda: _true_time() + offset_s()
'''


class SetClock:
    """`environment` is for the programs that go by it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._file = folder / "offset"
        (folder / "sitecustomize.py").write_text(SITE)
        self.environment = {"PYTHONPATH": f"{folder}:{ROOT}"}
        self.set(0)

    def set(self, offset_s: int) -> None:
        """So far ahead of the true time, or behind it."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{offset_s}\n")
        new.replace(self._file)
        self.offset_s = offset_s
