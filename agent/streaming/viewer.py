"""One who watches: which frames are sent to them and which are left out, and how their stream is doing."""

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from agent.streaming.link import Link
from agent.streaming.rtp import RtpFrame
from contract.live import Rendition, RenditionWish, ViewerStats

QUEUE_BYTES: Final = 48_000
"""What may wait in our socket for one viewer: 0.4 s of the high rendition. Above it frames are left out up to the next
keyframe, so that a viewer who comes back to speed sees now, not then."""
DRAINED_BYTES: Final = 4_000
"""A keyframe is asked for again below that; it would only stand in the same queue before."""
WINDOW_S: Final = 2.0
ASK_AGAIN_S: Final = 1.0
"""A viewer that waits for a keyframe asks for one that often: one may get lost."""


class Counters(Protocol):
    packets: int
    bytes: int
    frames: int
    resent: int


class Sender(Protocol):
    """What a viewer needs of the sender of its video or audio."""

    @property
    def counters(self) -> Counters: ...

    @property
    def open(self) -> bool:
        """Whether the connection stands."""

    @property
    def waiting_bytes(self) -> int: ...

    def send_frame(self, frame: RtpFrame, now_s: float) -> None: ...

    def send_report(self, now_s: float) -> None: ...


class Viewer:
    """Streaming loop only. `on_open` is told when frames can be sent; `ask` asks for a keyframe of a rendition."""

    def __init__(
        self,
        peer_id: UUID,
        name: str,
        wish: RenditionWish,
        on_open: Callable[[], None],
        ask: Callable[[Rendition], None],
    ) -> None:
        self.peer_id, self.name = peer_id, name
        self.link = Link(wish)
        self.video: Sender | None = None
        self.audio: Sender | None = None
        self.skipped = 0
        self.rendition: Rendition = self.link.rendition
        """What is sent; follows `link.rendition` at its next keyframe."""
        self.heard_s = time.monotonic()
        """When anything last came from this viewer's browser."""
        self._since = datetime.now(UTC)
        self._on_open, self._ask = on_open, ask
        self._waits = True
        self._asked_s = float("-inf")
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=8)
        """Time, frames and bytes sent until then, about two a second."""

    # --- frames out ---

    def offer(self, frame: RtpFrame, now_s: float) -> None:
        """A frame of any rendition, or sound; sent if it is this viewer's."""
        if frame.rendition is None:
            if self.audio is not None and self.audio.waiting_bytes < QUEUE_BYTES:
                self.audio.send_frame(frame, now_s)
            return
        sender = self.video
        if sender is None or not sender.open:
            return
        if frame.rendition != self.rendition:
            if frame.rendition != self.link.rendition or not frame.keyframe:
                return
            self.rendition, self._waits = frame.rendition, False
        waiting = sender.waiting_bytes
        if waiting > QUEUE_BYTES:
            self._waits = True
            self.link.congested(now_s)
        if self._waits and (not frame.keyframe or waiting > QUEUE_BYTES):
            self.skipped += sender.counters.frames > 0
            if waiting < DRAINED_BYTES:
                self.ask_keyframe(now_s)
            return
        self._waits = False
        sender.send_frame(frame, now_s)

    def lost_frames(self) -> None:
        """Some never came here: what follows cannot be decoded until the next keyframe."""
        self._waits = True

    @property
    def connected(self) -> bool:
        return self.video is not None and self.video.open

    @property
    def hears(self) -> bool:
        return self.audio is not None and self.audio.open

    @property
    def needs(self) -> set[Rendition]:
        """Renditions that must be encoded for this viewer: what it gets, and what it is about to get."""
        return {self.rendition, self.link.rendition} if self.connected else set()

    def ask_keyframe(self, now_s: float) -> None:
        """Of the rendition this viewer waits for, once in a while."""
        if now_s - self._asked_s >= ASK_AGAIN_S:
            self._asked_s = now_s
            self._ask(self.link.rendition)

    # --- feedback in (agent.streaming.sender.Feedback, of the video) ---

    def opened(self) -> None:
        self.heard()
        self._on_open()
        self.ask_keyframe(self.heard_s)

    def heard(self) -> None:
        self.heard_s = time.monotonic()

    def keyframe_wanted(self) -> None:
        self.heard()
        self._ask(self.rendition)

    def reported(self, expected: int, lost: int, round_trip_s: float | None) -> None:
        self.heard()
        self.link.reported(self.heard_s, expected, lost, round_trip_s, self.rates(self.heard_s)[1])
        self.turn(self.heard_s)

    def estimated(self, bitrate_bps: int) -> None:
        self.heard()
        self.link.estimated(bitrate_bps)

    def turn(self, now_s: float) -> None:
        """Ask for the keyframe at which another rendition begins, if another is due."""
        if self.link.rendition != self.rendition:
            self.ask_keyframe(now_s)

    # --- figures ---

    def mark(self, now_s: float) -> None:
        """Note what has been sent; called about twice a second."""
        if self.video is not None:
            counters = self.video.counters
            audio = self.audio.counters.bytes if self.audio is not None else 0
            self._marks.append((now_s, counters.frames, counters.bytes + audio))
        while len(self._marks) > 2 and now_s - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()

    def rates(self, now_s: float) -> tuple[float, float]:
        """Frames and bits per second over the last `WINDOW_S`."""
        if not self._marks or self.video is None:
            return 0.0, 0.0
        since_s, frames, sent = self._marks[0]
        if now_s - since_s < 0.1:
            return 0.0, 0.0
        counters = self.video.counters
        audio = self.audio.counters.bytes if self.audio is not None else 0
        return (counters.frames - frames) / (now_s - since_s), (counters.bytes + audio - sent) * 8 / (now_s - since_s)

    def stats(self) -> ViewerStats:
        fps, bitrate_bps = self.rates(time.monotonic())
        round_trip_s = self.link.round_trip_s
        return ViewerStats(
            peer_id=self.peer_id,
            name=self.name,
            since=self._since,
            state="connected" if self.connected else "connecting",
            rendition=self.rendition,
            fps=round(fps, 1),
            bitrate_bps=int(bitrate_bps),
            loss=self.link.loss,
            round_trip_ms=None if round_trip_s is None else round(round_trip_s * 1000, 1),
            resent=self.video.counters.resent if self.video is not None else 0,
            skipped=self.skipped,
        )
