"""What the agent's eyes hold in memory, in a process of their own: `python -m tests.benchmarks.memory VIDEO SECONDS`.

Prints resident memory after so much of the video, and the most it ever was, in bytes.
"""

import json
import subprocess
import sys
from pathlib import Path

SECONDS = 20.0


def measure(video: Path, seconds: float = SECONDS) -> tuple[float, float]:
    """Resident now and at most, bytes, of a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", str(video), str(seconds)]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True, timeout=300)
    resident, most = json.loads(done.stdout.splitlines()[-1])
    return resident, most


def watch(video: Path, seconds: float) -> None:
    """What `replay` does, to the end of the video or of the time."""
    from agent.capture.camera import EndOfVideo
    from agent.capture.replay import ReplayCamera
    from agent.rules.engine import Engine
    from agent.vision.analyzer import Analyzer
    from contract.manifest import default_weights_dir, load_manifest
    from contract.profiles import PROFILES

    camera = ReplayCamera(video)
    camera.open()
    analyzer = Analyzer(load_manifest(), default_weights_dir())
    engine = Engine(PROFILES["strict"], analyzer.models())
    try:
        while (frame := camera.read()).captured_s < seconds:
            engine.step(analyzer.analyze(frame))
    except EndOfVideo:
        pass
    lines = Path("/proc/self/status").read_text().splitlines()
    held = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    print(json.dumps([held["VmRSS"], held["VmHWM"]]))
    analyzer.close()
    camera.close()


if __name__ == "__main__":
    watch(Path(sys.argv[1]), float(sys.argv[2]))
