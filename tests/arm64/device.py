"""One booth device under emulation: the agent as a technician installs it, and what it sees."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from contract.device import FaceEngineChoice
from tests.arm64.host import Arm64Error, lent_paths
from tests.arm64.tree import Run, Tree

INSTALLED: Final = "/opt/invigil"
PYTHON: Final = f"{INSTALLED}/venv/bin/python"
AGENT: Final = f"{INSTALLED}/venv/bin/invigil-agent"
WEIGHTS: Final = f"{INSTALLED}/weights"
EXCHANGE: Final = "/mnt"
"""Where a device sees the folder that it shares with this machine."""
LOCK: Final = "agent.txt"
PICTURE: Final = "picture.png"
FACES: Final = "faces"
"""Names in the exchange folder; the last is one of weights."""
NOTHING_STARTS: Final = 2
"""Exit code of the agent (agent/__main__.py)."""
HAS_ATOMICS: Final[Mapping[str, bool]] = {
    "cortex-a53": False,  # Raspberry Pi 3
    "cortex-a57": False,  # Jetson Nano, TX2
    "cortex-a72": False,  # Raspberry Pi 4
    "cortex-a76": True,  # Raspberry Pi 5
}
"""Known processors, and whether MediaPipe's arm64 wheel runs on them."""


@dataclass(frozen=True)
class Sight:
    """What a replay gave."""

    lines: list[dict[str, Any]]
    engine: str
    """Which face engine ran; empty: none, and `said` tells why."""
    said: str
    run: Run


@dataclass(frozen=True)
class Device:
    """`exchange` is a folder of this machine with wheel, lock, clip and picture in it; see `tests.arm64.exchange`."""

    tree: Tree
    exchange: Path
    weights: Path

    def install(self, pip_settings: Mapping[str, str]) -> bool:
        """System packages, virtual environment, locked packages, agent. Whether there was anything to do.

        What stands is recorded in the tree by the hashes of lock and wheel; raises `Arm64Error`.
        """
        wheel = next(self.exchange.glob("*.whl"))
        wanted = {name: hashlib.sha256((self.exchange / name).read_bytes()).hexdigest() for name in (LOCK, wheel.name)}
        stamp = self.tree.path / INSTALLED.lstrip("/") / "installed.json"
        stands: dict[str, str] = json.loads(stamp.read_text()) if stamp.exists() else {}
        if stands == wanted:
            return False
        pip_cache = self.tree.cache / "pip"
        pip_cache.mkdir(parents=True, exist_ok=True)
        online = replace(
            self.tree,
            binds={
                **{path: str(path) for path in lent_paths(pip_settings)},
                pip_cache: "/var/cache/pip",
                self.exchange: EXCHANGE,
            },
        )
        environ = {**pip_settings, "PIP_CACHE_DIR": "/var/cache/pip", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        if stands.get(LOCK) != wanted[LOCK]:
            stamp.unlink(missing_ok=True)
            online.run("sh", f"{EXCHANGE}/system-packages.sh", "agent", environ=environ)
            online.run("python3", "-m", "venv", "--clear", f"{INSTALLED}/venv", environ=environ)
            install = (PYTHON, "-m", "pip", "install", "--require-hashes", "-r", f"{EXCHANGE}/{LOCK}")
            online.run(*install, environ=environ)
            stamp.write_text(json.dumps({LOCK: wanted[LOCK]}))
        install = (PYTHON, "-m", "pip", "install", "--no-index", "--no-deps", "--force-reinstall")
        online.run(*install, f"{EXCHANGE}/{wheel.name}", environ=environ)
        online.run(PYTHON, "-m", "pip", "check", environ=environ)
        stamp.write_text(json.dumps(wanted))
        return True

    def probe(self, cpu: str) -> dict[str, Any]:
        """What it says it is; raises `Arm64Error` where that is not what the agent counts on."""
        said: dict[str, Any] = json.loads(self._run(cpu, PYTHON, f"{EXCHANGE}/probe.py").stdout)
        if said["machine"] != "aarch64" or not said["socket_number_is_right"]:
            raise Arm64Error(f"{cpu} is not an arm64 whose socket(2) the fence knows: {said}")
        runs = not said["why_no_mediapipe"]
        if cpu in HAS_ATOMICS and runs is not HAS_ATOMICS[cpu]:
            raise Arm64Error(f"{cpu}: MediaPipe is thought {'' if runs else 'not '}to run there: {said}")
        return said

    def replay(self, cpu: str, engine: FaceEngineChoice, video: str, *, only_faces: bool) -> Sight:
        """The violations of a video in the exchange folder, with or without those that objects make."""
        weights = f"{EXCHANGE}/{FACES}" if only_faces else WEIGHTS
        out = f"{self.tree.release}-{cpu}-{engine}"
        run = self._run(
            cpu, AGENT, "replay", f"{EXCHANGE}/{video}", "--profile", "strict", "--face-engine", engine,
            "--weights-dir", weights, "--events", f"{EXCHANGE}/{out}",
        )  # fmt: skip
        return Sight(
            read_lines(self.exchange / out / f"{Path(video).stem}.jsonl"), engine_in(run.stderr), run.stderr, run
        )

    def inspect(self, cpu: str, engine: FaceEngineChoice) -> dict[str, Any]:
        """What is measured in the picture's faces."""
        measured: dict[str, Any] = json.loads(self._inspect(cpu, engine, 0).stdout)
        return measured

    def refusal(self, cpu: str, engine: FaceEngineChoice) -> str:
        """What is said where an engine must not run; raises `Arm64Error` if it runs all the same, or crashes."""
        return self._inspect(cpu, engine, NOTHING_STARTS).stderr

    def _inspect(self, cpu: str, engine: FaceEngineChoice, ends: int) -> Run:
        command = ("inspect", "--json", "--face-engine", engine, "--weights-dir", f"{EXCHANGE}/{FACES}")
        return self._run(cpu, AGENT, *command, f"{EXCHANGE}/{PICTURE}", ends=ends)

    def _run(self, cpu: str, *command: str, ends: int = 0) -> Run:
        """Without a network: a booth sees with nothing but its weights."""
        binds = {self.exchange: EXCHANGE, self.weights: WEIGHTS}
        return self.tree.run(*command, cpu=cpu, offline=True, binds=binds, ends=ends)


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def engine_in(log: str) -> str:
    """The face engine that the agent's log names (`faces detector: face engine litert; …`)."""
    _, _, named = log.partition("face engine ")
    return named.split(";")[0].split()[0] if named else ""


def failures_in(log: str) -> list[str]:
    """What the agent's log calls an error. A detector that fails does not end a replay, it only sees nothing."""
    return [line for line in log.splitlines() if " ERROR " in line]
