"""What the command line says where something is missing on the device."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def replay(modules: Path) -> subprocess.CompletedProcess[str]:
    """With `modules` before what is installed."""
    return subprocess.run(
        [sys.executable, "-m", "agent", "replay", "session.mp4", "--events", str(modules / "events")],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(modules)},
    )


def test_a_missing_system_library_is_named_with_what_to_install(tmp_path: Path) -> None:
    """A fresh Debian has no libgthread-2.0.so.0, and then OpenCV says just this."""
    missing = "libgthread-2.0.so.0: cannot open shared object file: No such file or directory"
    (tmp_path / "cv2.py").write_text(f"raise ImportError({missing!r})")
    done = replay(tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"✗ {missing}",
        "  → on Debian and Raspberry Pi OS: sudo apt install libgl1 libglib2.0-0",
    ]


def test_a_module_that_is_missing_is_a_fault_of_ours_and_shown_whole(tmp_path: Path) -> None:
    (tmp_path / "cv2.py").write_text("import no_such_module")
    assert "ModuleNotFoundError" in replay(tmp_path).stderr
