"""Whether this installation works on this board: everything loads, and every network whose weights are here looks at a
drawn picture. No camera, no hub, nothing written; an update asks it before it switches (ADR 46)."""

import importlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import numpy as np

from agent.frame import BgrImage, Frame
from agent.vision.analyzer import Analyzer
from contract.device import DeviceConfig, load_device_config
from contract.manifest import default_weights_dir, load_manifest

PROGRAM: Final = (
    "agent.app",
    "agent.streaming.service",
    "agent.uplink.uplink",
    "agent.evidence.recorder",
    "cryptography",
)
LOOKS: Final = 3
"""The second and third find what was set up by the first."""
STEP_S: Final = 0.5
"""Between them, in the picture's own time: longer than any detector's pace."""


@dataclass(frozen=True, slots=True)
class Part:
    """`off`: its weights are not here, or it is not asked for."""

    name: str
    state: Literal["ok", "off", "failed"]
    reason: str
    took_ms: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def self_test(config_path: Path | None) -> list[Part]:
    """One line for the program, one for the configuration where there is one, one for each detector."""
    parts = [_part("program", _load)]
    config: DeviceConfig | None = None
    if config_path is not None:

        def read() -> None:
            nonlocal config
            config = load_device_config(config_path)

        parts.append(_part("config", read))
    return parts + _detectors(config)


def _part(name: str, work: Callable[[], None]) -> Part:
    began_s = time.monotonic()
    try:
        work()
    except Exception as error:
        return Part(name, "failed", f"{type(error).__name__}: {error}"[:300], _since_ms(began_s))
    return Part(name, "ok", "", _since_ms(began_s))


def _load() -> None:
    for name in PROGRAM:
        importlib.import_module(name)


def _detectors(config: DeviceConfig | None) -> list[Part]:
    began_s = time.monotonic()
    folder = (config.weights_dir if config else None) or default_weights_dir()
    try:
        analyzer = Analyzer(
            load_manifest(), folder, face_engine=config.vision.face_engine if config else "auto", governor=None
        )
    except Exception as error:
        return [Part("detectors", "failed", f"{type(error).__name__}: {error}"[:300], _since_ms(began_s))]
    try:
        picture = drawn()
        for look in range(LOOKS):
            analyzer.analyze(Frame(picture, look * STEP_S, datetime.now(UTC), look))
        return [
            Part(
                each.name,
                "ok" if each.state == "on" else each.state,
                each.reason,
                each.inference_ms if each.inference_ms is not None and math.isfinite(each.inference_ms) else 0.0,
            )
            for each in analyzer.detectors()
        ]
    finally:
        analyzer.close()


def drawn() -> BgrImage:
    """A face as a child draws it, 640 x 480 with noise: nobody's picture, and not one value everywhere."""
    picture = np.random.default_rng(7).normal(150, 12, (480, 640, 3)).clip(0, 255).astype(np.uint8)
    cv2.ellipse(picture, (320, 230), (110, 150), 0, 0, 360, (140, 170, 220), -1)
    for x in (280, 360):
        cv2.circle(picture, (x, 200), 14, (40, 40, 40), -1)
    cv2.ellipse(picture, (320, 300), (45, 18), 0, 0, 180, (60, 60, 150), 6)
    return picture


def _since_ms(began_s: float) -> float:
    return round((time.monotonic() - began_s) * 1000, 1)
