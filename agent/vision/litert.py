"""The TFLite runtime: the only file that imports it.

`ai_edge_litert` is Google's successor of `tflite_runtime`; the old one is taken where only that is installed (its last
release needs NumPy < 2). Both have the same `Interpreter`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError
from agent.vision.native import quiet_stderr


class Network:
    """One TFLite graph with its tensors allocated. Call it from one thread at a time."""

    def __init__(self, source: Path | bytes, threads: int = 1) -> None:
        """From a file, or from its content where it is part of a bundle; raises `DetectorError`."""
        interpreter_class = _interpreter_class()
        name = source.name if isinstance(source, Path) else "a network of a bundle"
        model = {"model_path": str(source)} if isinstance(source, Path) else {"model_content": source}
        try:
            with quiet_stderr():
                self._interpreter = interpreter_class(**model, num_threads=threads)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise DetectorError(f"{name} cannot be loaded by the TFLite runtime: {error}") from error
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = self._interpreter.get_output_details()

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(int(side) for side in self._input["shape"])

    def __call__(self, tensor: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """Every output tensor, copied, in the graph's order; raises `DetectorError`."""
        try:
            self._interpreter.set_tensor(self._input["index"], tensor)
            self._interpreter.invoke()
            return [np.array(self._interpreter.get_tensor(output["index"])) for output in self._outputs]
        except (ValueError, RuntimeError) as error:
            raise DetectorError(f"the TFLite runtime failed: {error}") from error

    def close(self) -> None:
        """Free the graph, which is the runtime's other moment to talk."""
        with quiet_stderr():
            self._interpreter = None


def _interpreter_class() -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        try:
            from tflite_runtime.interpreter import Interpreter
        except ImportError as error:
            raise DetectorError("no TFLite runtime is installed; run: pip install ai-edge-litert") from error
    return Interpreter
