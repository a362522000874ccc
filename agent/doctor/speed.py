"""How long the networks take for one picture on this device: measured by a process of its own, which can be ended."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.programs import ask, step_back
from agent.vision.faces import FaceDetector
from agent.vision.native import one_opencv_thread
from agent.vision.objects import load_object_detector
from agent.vision.views import whole
from contract.device import FaceEngineChoice
from contract.manifest import default_weights_dir, load_manifest
from contract.wire import InvalidError

LOOKS: Final = 8
WARM_UP: Final = 2
PICTURE_WH: Final = (640, 480)

Speeds = dict[str, float | str]
"""By detector: milliseconds for one look, or why it does not start."""

_SPEEDS: Final = TypeAdapter(Speeds)


def measure(weights_dir: Path | None, face_engine: FaceEngineChoice) -> Speeds:
    """Looks at noise, in which there is nothing to be found: what is found would only take longer. Steps back behind
    the process that watches."""
    step_back()
    manifest, folder = load_manifest(), weights_dir or default_weights_dir()
    one_opencv_thread()
    picture: BgrImage = np.random.default_rng(1).integers(0, 255, (PICTURE_WH[1], PICTURE_WH[0], 3), dtype=np.uint8)
    speeds: Speeds = {}
    try:
        faces = FaceDetector(manifest, folder, video=False, engine=face_engine)
        speeds["faces"] = _median_ms(lambda: faces.detect(picture, 0.0))
        faces.close()
    except (InvalidError, DetectorError) as error:
        speeds["faces"] = str(error)
    try:
        objects = load_object_detector(manifest, folder)
        speeds["objects"] = _median_ms(lambda: objects.look(picture, whole(*PICTURE_WH)))
        objects.close()
    except (InvalidError, DetectorError) as error:
        speeds["objects"] = str(error)
    return speeds


def measure_apart(weights_dir: Path, face_engine: FaceEngineChoice, timeout_s: float) -> Speeds:
    """The same in a process of its own; raises `InvalidError` where it does not get there in time."""
    command = [sys.executable, "-m", "agent", "speed", "--weights-dir", str(weights_dir), "--face-engine", face_engine]
    said = ask(command, timeout_s)
    try:
        return _SPEEDS.validate_json(said.text.strip().rpartition("\n")[2])
    except ValidationError:
        last = said.text.strip().rpartition("\n")[2]
        raise InvalidError(f"the networks could not be timed: {last[:200] or f'exit code {said.code}'}") from None


def print_speeds(speeds: Speeds) -> None:
    """For `measure_apart`, on the last line."""
    print(json.dumps(speeds), flush=True)


def _median_ms(look: Callable[[], object]) -> float:
    took_s = []
    for _ in range(WARM_UP + LOOKS):
        began_s = time.perf_counter()
        look()
        took_s.append(time.perf_counter() - began_s)
    return round(statistics.median(took_s[WARM_UP:]) * 1000, 1)
