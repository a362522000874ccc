"""The recorder: keeps the last minute of video while an exam is monitored, and cuts clips and segments out of it."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from agent.errors import StorageError
from agent.evidence import mp4
from agent.evidence.clip import boxes_beside, of_one_size, unbroken
from agent.evidence.recording import JUST_AFTER_S, Recording
from agent.evidence.ring import PacketRing
from agent.evidence.spool import Spool
from agent.evidence.takes import Take, Takes
from agent.health import Trouble
from agent.rules.engine import Change, Closed, Opened
from agent.streaming.audio import AudioThread
from agent.streaming.h264 import EncodedFrame
from agent.streaming.rendition import RenditionThread
from agent.streaming.rtp import RtpFrame
from agent.vision.observation import Observation
from contract.chain import sha256_hex
from contract.messages import DropReason, EventBody, EvidenceAdded, EvidenceDropped, SegmentRecorded
from contract.violation import EvidenceRef, EvidenceRole, Severity

log = logging.getLogger(__name__)

KEYFRAME_EVERY_S: Final = 2.0
"""How much earlier than asked for a clip may begin."""
KEYFRAME_ASKED_S: Final = KEYFRAME_EVERY_S - 0.15
"""The next frame is made one: at 15 frames a second and with some jitter that is within the two seconds."""
LOOK_S: Final = 0.25
_WHY: Final[dict[str, DropReason]] = {"no_room": "spool_full", "full": "disk_full"}
SITTINGS_KEPT: Final = 8
"""Changes of exam session within what is still to be written: seconds after each."""
LOOKS_KEPT: Final = 1800
"""Observations for the boxes beside a clip: a minute at 30 a second. The oldest is forgotten."""


class Recorder:
    """One thread, which alone puts files together and writes them. What others call costs them a lock, no more."""

    def __init__(
        self,
        encoder: RenditionThread,
        spool: Spool,
        append: Callable[[UUID | None, EventBody], object],
        trouble: Trouble,
        audio: AudioThread | None = None,
    ) -> None:
        self._encoder, self._spool, self._append, self._trouble = encoder, spool, append, trouble
        self._audio = audio
        self._ring = PacketRing()
        self._looks: deque[Observation] = deque(maxlen=LOOKS_KEPT)
        self._lock = threading.Lock()
        self._takes = Takes()
        self._filming = False
        self._recorded = Recording()
        self._sittings: deque[tuple[float, UUID | None]] = deque([(float("-inf"), None)], maxlen=SITTINGS_KEPT)
        """Since which picture which exam session was on, the newest last."""
        self._keyframe_s = float("-inf")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, join_s: float = 5.0) -> None:
        """What is being filmed is written as far as it came. After the monitor, before the encoder."""
        self.film(False)
        self._stop.set()
        self._thread.join(join_s)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def newest_s(self) -> float | None:
        """When the newest picture was captured that a clip could show."""
        return self._ring.newest_s

    def film(
        self, wanted: bool, *, recording: bool = False, with_sound: bool = False, sitting: UUID | None = None
    ) -> None:
        """The encoder and the microphone run only so long. What was filmed stays for the clips that still wait, and
        for no others: `sitting` is the exam session, and none is shown in another's evidence."""
        with self._lock:
            newest_s = self._ring.newest_s
            another = sitting != self._sittings[-1][1]
            if newest_s is not None and (wanted != self._filming or another):
                self._takes.cut(newest_s)
                self._recorded.cut(newest_s)
            if another:
                self._sittings.append((float("-inf") if newest_s is None else newest_s, sitting))
            if wanted != self._filming:
                self._filming = wanted
                (self._encoder.subscribe if wanted else self._encoder.unsubscribe)(self._take_frame)
            self._recorded.want(wanted and recording, newest_s)
            if self._audio is not None and wanted and with_sound:
                self._audio.start(self._ring.put_sound)
            elif self._audio is not None:
                self._audio.leave(self._ring.put_sound)

    def saw(self, observation: Observation) -> None:
        self._looks.append(observation)

    def noted(self, change: Change, now_s: float, now_at: datetime) -> None:
        """A violation opened, goes on or closed. The time is the last frame's that was looked at, on both clocks."""
        violation = change.violation
        with self._lock:
            if not self._filming:
                return
            clock_s = time.monotonic()
            match change:
                case Opened():
                    began_s = now_s - (now_at - violation.started_at).total_seconds()
                    self._takes.opened(
                        violation.violation_id, violation.severity, began_s=began_s, now_s=now_s, clock_s=clock_s
                    )
                case Closed(ended_s=ended_s):
                    self._takes.closed(violation.violation_id, ended_s, now_s=now_s, clock_s=clock_s)
                case _:
                    self._takes.goes_on(violation.violation_id, violation.severity)

    def _take_frame(self, frame: EncodedFrame) -> None:
        """In the encoding thread."""
        self._ring.put(frame)
        if frame.keyframe:
            self._keyframe_s = frame.captured_s
        elif not 0 <= frame.captured_s - self._keyframe_s < KEYFRAME_ASKED_S:
            self._encoder.request_keyframe()

    # --- the thread ---

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            with self._lock:
                due = self._takes.due(self._ring.newest_s, time.monotonic())
                stretch = self._recorded.due(self._ring)
            self._write_all(due)
            self._write_segments(stretch)
        with self._lock:
            left = self._takes.all()
            stretches = list(iter(lambda: self._recorded.due(self._ring), None))
        self._write_all(left)
        for stretch in stretches:
            self._write_segments(stretch)

    def _write_all(self, takes: list[Take]) -> None:
        for take in takes:
            try:
                self._write(take)
            except StorageError as error:
                self._trouble.count("evidence_lost", f"{error} A violation has no clip.", times=len(take.ends_s))
            except Exception as error:
                self._trouble.count("evidence_lost", times=len(take.ends_s))
                log.exception("A clip could not be written: %s", error)

    def _write(self, take: Take) -> None:
        filmed = self._ring.video(take.from_s, take.until_s + JUST_AFTER_S)
        frames = of_one_size([frame for frame in filmed if frame.captured_s > take.not_before_s])
        if not frames:
            raise StorageError("Nothing was filmed.")
        data = mp4.mux(frames, self._heard(frames))
        boxes = boxes_beside(sha256_hex(data), frames, tuple(self._looks)).to_json()
        taken_at = frames[0].wall_time
        for content, reference in (
            (data, reference_to(data, "clip", mp4.MEDIA_TYPE, taken_at)),
            (boxes, reference_to(boxes, "boxes", "application/json", taken_at)),
        ):
            named_by = [EvidenceAdded(violation_id=violation_id, evidence=reference) for violation_id in take.ends_s]
            self._keep(content, reference, take.severity, self._sitting_of(frames), named_by)
        log.info("Clip of %.1f s for %d violation(s).", mp4.duration_s(frames), len(take.ends_s))

    def _write_segments(self, stretch: tuple[float, float] | None) -> None:
        if stretch is None:
            return
        filmed = [frame for frame in self._ring.video(*stretch) if frame.captured_s >= stretch[0]]
        for frames in unbroken(filmed):
            try:
                self._write_segment(frames)
            except Exception as error:
                self._trouble.count("evidence_lost", f"A piece of the recording could not be written ({error}).")
                log.debug("recording", exc_info=True)

    def _write_segment(self, frames: list[EncodedFrame]) -> None:
        sound = self._heard(frames)
        data, began_at = mp4.mux(frames, sound), frames[0].wall_time
        reference = reference_to(data, "segment", mp4.MEDIA_TYPE, began_at)
        named_by = SegmentRecorded(
            evidence=reference,
            started_at=began_at,
            ended_at=began_at + timedelta(seconds=mp4.duration_s(frames)),
            has_sound=bool(sound),
        )
        self._keep(data, reference, "low", self._sitting_of(frames), [named_by])

    def _heard(self, frames: list[EncodedFrame]) -> list[RtpFrame]:
        return self._ring.sound(frames[0].captured_s, frames[-1].captured_s)

    def _sitting_of(self, frames: list[EncodedFrame]) -> UUID | None:
        """The exam session that was on when they were filmed: none shows two. It may have ended since."""
        with self._lock:
            begun = [sitting for since_s, sitting in self._sittings if since_s < frames[-1].captured_s]
            return begun[-1] if begun else self._sittings[-1][1]

    def _keep(
        self,
        data: bytes,
        reference: EvidenceRef,
        severity: Severity,
        sitting: UUID | None,
        named_by: Sequence[EventBody],
    ) -> None:
        """The file is on disk before an event names it. One that finds no place is named, and then told to be lost."""
        reason: DropReason | None = None
        try:
            self._spool.put(data, reference.media_type, role=reference.role, severity=severity)
        except StorageError as error:
            reason = _WHY.get(error.kind, "write_failed")
            self._trouble.count("evidence_lost", str(error))
        for body in named_by:
            self._append(sitting, body)
        if reason is not None:
            self._append(sitting, EvidenceDropped(sha256=reference.sha256, role=reference.role, reason=reason))


def reference_to(data: bytes, role: EvidenceRole, media_type: str, taken_at: datetime) -> EvidenceRef:
    return EvidenceRef(
        sha256=sha256_hex(data), role=role, media_type=media_type, size_bytes=len(data), taken_at=taken_at
    )
