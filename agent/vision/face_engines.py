"""Which face engine runs on this device: chosen, or the first that can.

What would end the process is not tried: `MediapipeFaces` asks the processor first.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from agent.errors import DetectorError
from agent.vision.facemesh import FaceEngine
from agent.vision.litert_faces import LitertFaces
from agent.vision.mediapipe_faces import MediapipeFaces
from contract.device import FaceEngineChoice

ENGINES: Final[Mapping[str, Callable[[Mapping[str, Path], bool], FaceEngine]]] = {
    "litert": LitertFaces,
    "mediapipe": MediapipeFaces,
}
"""In the order in which `auto` tries them (docs/decisions/0009)."""


def start_face_engine(choice: FaceEngineChoice, paths: Mapping[str, Path], video: bool) -> tuple[FaceEngine, str]:
    """The engine, and a sentence that says which it is and why not another; raises `DetectorError`.

    An engine chosen by name is not replaced by the other: who chose it wants to know that it does not run.
    """
    failed: list[str] = []
    for name in ENGINES if choice == "auto" else (choice,):
        try:
            engine = ENGINES[name](paths, video)
        except DetectorError as error:
            failed.append(f"no {name}: {error}")
        else:
            return engine, "; ".join([f"face engine {name}", *failed])
    raise DetectorError("; ".join(failed))
