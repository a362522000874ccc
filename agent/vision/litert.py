"""The TFLite runtime: the only file that imports it.

`ai_edge_litert` is Google's successor of `tflite_runtime`; the old one is taken where only that is installed (its last
release needs NumPy < 2). Both have the same `Interpreter`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

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
        fed = self._interpreter.get_input_details()[0]
        self.input_shape = tuple(int(side) for side in fed["shape"])
        self._input: Callable[[], NDArray[Any]] = self._interpreter.tensor(fed["index"])
        self._outputs: list[Callable[[], NDArray[Any]]] = [
            self._interpreter.tensor(output["index"]) for output in self._interpreter.get_output_details()
        ]

    @property
    def input(self) -> NDArray[Any]:
        """The input tensor itself, to be written before `run`; copying 2 MB into it costs more than resizing a picture.

        Whoever holds it, or a slice of it, keeps the graph from running: `run` then raises.
        """
        return self._input()

    def run(self) -> Sequence[NDArray[Any]]:
        """Every output tensor itself, in the graph's order; raises `DetectorError`.

        They are overwritten by the next run, which fails while somebody still holds one: keep copies of what is needed.
        """
        try:
            self._interpreter.invoke()
            return [output() for output in self._outputs]
        except (ValueError, RuntimeError) as error:
            raise DetectorError(f"the TFLite runtime failed: {error}") from error

    def close(self) -> None:
        """Free the graph, which is the runtime's other moment to talk."""
        with quiet_stderr():
            del self._input, self._outputs, self._interpreter


def _interpreter_class() -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        try:
            from tflite_runtime.interpreter import Interpreter
        except ImportError as error:
            raise DetectorError("no TFLite runtime is installed; run: pip install ai-edge-litert") from error
    return Interpreter
