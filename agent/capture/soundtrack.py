"""The sound of a video or audio file as a microphone, at its own pace or as fast as it can be read."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from agent.capture.chunker import Chunker
from agent.capture.microphone import AudioChunk
from agent.errors import DetectorError


class Soundtrack:
    """Chunks at their presentation times, in seconds from the start of the file's picture as `ReplayCamera` has it.

    Realtime: `read` sleeps until a chunk is over, and `captured_s` is the monotonic clock. Looping: time rises on over
    the seam. Damaged parts are skipped and counted in `errors`; sound whose time goes back is dropped.
    """

    def __init__(self, source: str | Path, *, realtime: bool = False, loop: bool = False) -> None:
        self.name = f"sound of {source}"
        self.errors = 0
        self._path = Path(source)
        self._realtime, self._loop = realtime, loop
        self._container: Any = None
        self._chunks: Iterator[AudioChunk] = iter(())
        self._offset_s = self._ends_s = 0.0

    def open(self) -> None:
        """Raises `DetectorError` for a file that is none, or has no sound."""
        self._open_file()
        self._offset_s = self._ends_s = time.monotonic() if self._realtime else 0.0

    def read(self) -> AudioChunk | None:
        chunk = next(self._chunks, None)
        if chunk is None and self._loop and self._ends_s > self._offset_s:
            self._offset_s = self._ends_s
            self._open_file()
            chunk = next(self._chunks, None)
        if chunk is None:
            return None
        chunk = AudioChunk(chunk.captured_s + self._offset_s, chunk.samples, chunk.rate_hz)
        self._ends_s = chunk.ends_s
        if self._realtime:
            time.sleep(max(0.0, chunk.ends_s - time.monotonic()))
        return chunk

    def close(self) -> None:
        container, self._container = self._container, None
        self._chunks = iter(())
        if container is not None:
            container.close()

    def _open_file(self) -> None:
        self.close()
        try:
            self._container = av.open(str(self._path))
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise DetectorError(f"{self._path}: no sound can be read ({error})") from error
        if not self._container.streams.audio:
            self.close()
            raise DetectorError(f"{self._path}: has no sound track")
        self._chunks = self._decode(self._container)

    def _decode(self, container: Any) -> Iterator[AudioChunk]:
        stream = container.streams.audio[0]
        first = container.streams.video[0] if container.streams.video else stream
        start_s = float((first.start_time or 0) * first.time_base)
        chunker, ended_s, ready = Chunker(), float("-inf"), deque[AudioChunk]()
        for packet in self._packets(container, stream):
            try:
                for frame in packet.decode():
                    starts_s = max(ended_s, 0.0) if frame.time is None else float(frame.time) - start_s
                    if not starts_s > ended_s - frame.samples / frame.sample_rate / 2:
                        continue
                    ready.extend(chunker.add(frame, starts_s))
                    ended_s = starts_s + frame.samples / frame.sample_rate
            except (av.error.FFmpegError, OSError, ValueError):
                self.errors += 1
            while ready:
                yield ready.popleft()

    def _packets(self, container: Any, stream: Any) -> Iterator[Any]:
        packets = container.demux(stream)
        while True:
            try:
                yield next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, OSError):
                self.errors += 1
                return
