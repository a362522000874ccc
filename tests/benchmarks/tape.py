"""Records which calls a pipeline makes to its networks, and makes the same calls again without the pipeline.

The native libraries are wrapped where they are called, so the tape needs to know nothing of who calls them: whatever
the pipeline runs on a frame, the bare calls run on the same input. They run on networks of their own, made with the
same options, as a tracker must not see its frames twice.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ai_edge_litert.interpreter import Interpreter
from mediapipe.tasks.python import vision

MEDIAPIPE = (vision.FaceLandmarker, vision.FaceDetector)


@dataclass(slots=True)
class Tape:
    """`on` while calls are being recorded."""

    on: bool = False
    _frames: list[list[tuple[str, Callable[[int], Any]]]] = field(default_factory=list)
    _twins: dict[int, Any] = field(default_factory=dict)
    _interpreters: dict[int, dict[str, Any]] = field(default_factory=dict)
    _tasks: dict[int, Any] = field(default_factory=dict)

    def next_frame(self) -> None:
        """What is recorded from now on belongs to the next frame."""
        self._frames.append([])

    def play(self, frames: slice, shift_ms: int) -> dict[str, float]:
        """The calls of some frames in the order in which the pipeline made them; processor seconds by network.

        Each takes turns with the others, as in the pipeline: a network that runs by itself again and again finds its
        weights in the processor's cache. Trackers are told that `shift_ms` have passed since.
        """
        took_s: dict[str, float] = defaultdict(float)
        for calls in self._frames[frames]:
            for name, call in calls:
                before_s = time.process_time()
                call(shift_ms)
                took_s[name] += time.process_time() - before_s
        return took_s

    # --- what the wrappers tell it ---

    def made_interpreter(self, interpreter: Any, options: dict[str, Any]) -> None:
        self._interpreters[id(interpreter)] = options

    def made_task(self, task: Any, options: Any) -> None:
        self._tasks[id(task)] = (type(task), options)

    def invoked(self, interpreter: Any, original: "Originals") -> None:
        if not self.on:
            return
        twin = self._interpreter_twin(interpreter, original)
        fed = [one["index"] for one in interpreter.get_input_details()]
        inputs = {index: interpreter.get_tensor(index) for index in fed}
        outputs = [output["index"] for output in interpreter.get_output_details()]

        def call(shift_ms: int) -> None:
            for index, tensor in inputs.items():
                twin.set_tensor(index, tensor)
            original.invoke(twin)
            for index in outputs:
                twin.get_tensor(index)

        options = self._interpreters[id(interpreter)]
        path, content = options.get("model_path"), options.get("model_content") or b""
        self._frames[-1].append((Path(path).name if path else f"network of {len(content)} bytes", call))

    def asked(self, task: Any, method: str, arguments: tuple[Any, ...], original: "Originals") -> None:
        if not self.on:
            return
        kind, options = self._tasks[id(task)]
        if id(task) not in self._twins:
            self._twins[id(task)] = original.create[kind](options)
        twin, run = self._twins[id(task)], original.ask[kind, method]
        if method == "detect_for_video":
            image, at_ms = arguments
            self._frames[-1].append((kind.__name__, lambda shift_ms: run(twin, image, at_ms + shift_ms)))
        else:
            self._frames[-1].append((kind.__name__, lambda shift_ms: run(twin, *arguments)))

    def _interpreter_twin(self, interpreter: Any, original: "Originals") -> Any:
        if id(interpreter) not in self._twins:
            twin = Interpreter.__new__(Interpreter)
            original.init(twin, **self._interpreters[id(interpreter)])
            twin.allocate_tensors()
            self._twins[id(interpreter)] = twin
        return self._twins[id(interpreter)]


@dataclass(frozen=True, slots=True)
class Originals:
    init: Any
    invoke: Any
    create: dict[Any, Any]
    ask: dict[tuple[Any, str], Any]


@contextmanager
def recording() -> Iterator[Tape]:
    """Wrap the libraries; networks must be made inside for their calls to be recorded."""
    tape = Tape()
    methods = [(task, name) for task in MEDIAPIPE for name in ("detect", "detect_for_video")]
    original = Originals(
        Interpreter.__init__,
        Interpreter.invoke,
        {task: task.create_from_options for task in MEDIAPIPE},
        {(task, name): getattr(task, name) for task, name in methods},
    )

    def init(self: Any, *args: Any, **options: Any) -> None:
        names = ("model_path", "model_content")
        options |= dict(zip(names, args, strict=False))
        original.init(self, **options)
        tape.made_interpreter(self, options)

    def invoke(self: Any) -> None:
        tape.invoked(self, original)
        original.invoke(self)

    def create(kind: Any) -> Any:
        def create_from_options(cls: Any, options: Any) -> Any:
            task = original.create[kind](options)
            tape.made_task(task, options)
            return task

        return classmethod(create_from_options)

    def ask(kind: Any, name: str) -> Any:
        def call(self: Any, *args: Any) -> Any:
            tape.asked(self, name, args, original)
            return original.ask[kind, name](self, *args)

        return call

    wrapped = [(Interpreter, "__init__", init), (Interpreter, "invoke", invoke)]
    wrapped += [(task, "create_from_options", create(task)) for task in MEDIAPIPE]
    wrapped += [(task, name, ask(task, name)) for task, name in methods]
    patches = [patch.object(owner, name, wrapper) for owner, name, wrapper in wrapped]
    for one in patches:
        one.start()
    try:
        yield tape
    finally:
        for one in patches:
            one.stop()
