"""The ring: the last minute of encoded pictures and sound in memory, from which clips and recordings are cut."""

import threading
from collections import deque
from typing import Final

from agent.streaming.h264 import EncodedFrame
from agent.streaming.rtp import RtpFrame

RING_S: Final = 60.0
"""A clip of the greatest length, or a segment of the recording, and time to write it on a slow card."""
RING_BYTES: Final = 48 * 2**20
"""Of pictures. At the usual 1 Mbit/s a minute has 7.5 MB; at 20 Mbit/s this is 19 s."""


class PacketRing:
    """Put into by the encoding threads, read by the evidence thread. Any thread; nobody waits for long.

    Beyond `ring_s` or `max_bytes` the oldest pictures go, always up to a keyframe. A clock that goes back empties it.
    """

    def __init__(self, ring_s: float = RING_S, max_bytes: int = RING_BYTES) -> None:
        self._ring_s, self._max_bytes = ring_s, max_bytes
        self._lock = threading.Lock()
        self._video: deque[EncodedFrame] = deque()
        self._sound: deque[RtpFrame] = deque()
        self._bytes = 0

    def put(self, frame: EncodedFrame) -> None:
        with self._lock:
            if self._video and frame.captured_s <= self._video[-1].captured_s:
                self._clear()
            if not self._video and not frame.keyframe:
                return  # nobody could see it
            self._video.append(frame)
            self._bytes += len(frame.data)
            self._forget(frame.captured_s)

    def put_sound(self, chunk: RtpFrame) -> None:
        """20 ms of Opus."""
        with self._lock:
            if self._sound and chunk.captured_s <= self._sound[-1].captured_s - self._ring_s:
                self._sound.clear()
            self._sound.append(chunk)
            while self._sound[-1].captured_s - self._sound[0].captured_s > self._ring_s:
                self._sound.popleft()

    def clear(self) -> None:
        with self._lock:
            self._clear()

    @property
    def size_bytes(self) -> int:
        return self._bytes

    @property
    def newest_s(self) -> float | None:
        """When the newest picture was captured."""
        with self._lock:
            return self._video[-1].captured_s if self._video else None

    @property
    def oldest_s(self) -> float | None:
        with self._lock:
            return self._video[0].captured_s if self._video else None

    def video(self, from_s: float, until_s: float) -> list[EncodedFrame]:
        """Pictures from the last keyframe at or before `from_s`, or the first there is, up to before `until_s`."""
        with self._lock:
            frames = [frame for frame in self._video if frame.captured_s < until_s]
        keyframes = [i for i, frame in enumerate(frames) if frame.keyframe]
        begin = max((i for i in keyframes if frames[i].captured_s <= from_s), default=next(iter(keyframes), None))
        return [] if begin is None else frames[begin:]

    def sound(self, from_s: float, until_s: float) -> list[RtpFrame]:
        with self._lock:
            return [chunk for chunk in self._sound if from_s <= chunk.captured_s < until_s]

    def keyframe_from(self, from_s: float) -> float | None:
        """When the first keyframe at or after `from_s` was captured."""
        with self._lock:
            times = (frame.captured_s for frame in self._video if frame.keyframe and frame.captured_s >= from_s)
            return next(times, None)

    def _clear(self) -> None:
        self._video.clear()
        self._sound.clear()
        self._bytes = 0

    def _forget(self, now_s: float) -> None:
        """Whole groups of pictures: what lies before the first keyframe that is left is of no use."""
        video = self._video
        while video and (now_s - video[0].captured_s > self._ring_s or self._bytes > self._max_bytes):
            self._bytes -= len(video.popleft().data)
            while video and not video[0].keyframe:
                self._bytes -= len(video.popleft().data)
