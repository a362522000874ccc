"""The folder that this machine and the devices share, and what this machine itself sees in it.

All look with the same wheel, built once from the checkout: here it is unpacked and put before the checkout's own files,
so that what is edited meanwhile changes nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contract.device import FaceEngineChoice
from contract.manifest import load_manifest
from tests.arm64.clip import FPS, write_clip, write_picture
from tests.arm64.device import FACES, LOCK, PICTURE, engine_in, failures_in, read_lines
from tests.arm64.host import Arm64Error

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Exchange:
    """`video` is a file's name in `folder`; `frame_s` how long one of its pictures lasts."""

    folder: Path
    weights: Path
    video: str
    frame_s: float

    def replay(self, engine: FaceEngineChoice, only_faces: bool) -> list[dict[str, Any]]:
        """The violations that this machine finds with one of the face engines; raises `Arm64Error` without any."""
        out = self.folder / f"here-{engine}"
        weights = FACES if only_faces else str(self.weights)
        said = self._agent(
            "replay", self.video, "--profile", "strict", "--face-engine", engine,
            "--weights-dir", weights, "--events", str(out),
        ).stderr  # fmt: skip
        if failed := failures_in(said):
            raise Arm64Error(f"the agent does not work on this machine, so there is nothing to compare: {failed[0]}")
        if engine_in(said) != engine:
            raise Arm64Error(
                f"face engine {engine} does not run on this machine, so there is nothing to compare:\n{said}"
            )
        events = read_lines(out / f"{Path(self.video).stem}.jsonl")
        if not events:
            raise Arm64Error(f"no rule is broken in {self.video}, so there is nothing to compare")
        return events

    def inspect(self, engine: FaceEngineChoice) -> dict[str, Any]:
        """What this machine measures in the picture."""
        said = self._agent("inspect", "--json", "--face-engine", engine, "--weights-dir", FACES, PICTURE)
        measured: dict[str, Any] = json.loads(said.stdout)
        return measured

    def _agent(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environ = {**os.environ, "PYTHONPATH": str(self.folder / "wheel")}
        command = [sys.executable, "-m", "agent", *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.folder, env=environ)
        if done.returncode:
            raise Arm64Error(
                f"exit {done.returncode} of {' '.join(arguments)} on this machine:\n{done.stdout}{done.stderr}"
            )
        return done


def prepare(folder: Path, weights: Path, video: Path | None) -> Exchange:
    """Fill the folder anew: wheel, lock, clip (or `video`), picture, and what devices run; raises `Arm64Error`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    build_wheel(folder)
    for source in (
        ROOT / "requirements" / LOCK,
        ROOT / "provisioning/system-packages.sh",
        Path(__file__).with_name("probe.py"),
    ):
        shutil.copy(source, folder)
    write_picture(folder / PICTURE)
    copy_face_weights(weights, folder / FACES)
    if video is None:
        return Exchange(folder, weights, write_clip(folder / "clip.mp4").name, 1 / FPS)
    try:
        name = Path(shutil.copy(video, folder / f"video{video.suffix}")).name
    except OSError as error:
        raise Arm64Error(f"{video} cannot be read: {error.strerror}") from error
    return Exchange(folder, weights, name, frame_s_of(folder / name))


def copy_face_weights(weights: Path, folder: Path) -> Path:
    """Without the object detector's a picture takes seconds instead of a minute; the clip has that one at work."""
    folder.mkdir()
    for entry in load_manifest().weights:
        if entry.detector == "faces" and (weights / entry.name).is_file():
            shutil.copy(weights / entry.name, folder)
    return folder


def build_wheel(folder: Path) -> None:
    """The wheel of the checkout, and the same unpacked in `wheel/`; fetches nothing."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "-w", str(folder), str(ROOT)], check=False, capture_output=True, text=True)
    if done.returncode:
        raise Arm64Error(f"the wheel of this checkout cannot be built:\n{done.stderr}")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "wheel")


def frame_s_of(video: Path) -> float:
    """How long one picture of a video lasts; raises `Arm64Error` for what is none."""
    import av

    try:
        with av.open(str(video)) as container:
            rate = container.streams.video[0].average_rate if container.streams.video else None
    except (av.error.FFmpegError, OSError) as error:
        raise Arm64Error(f"{video.name} is not a video that can be read: {error}") from error
    if not rate:
        raise Arm64Error(f"{video.name} does not say how many pictures a second it has")
    return float(1 / rate)
