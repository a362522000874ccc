"""What the agent says of itself: health for the hub every two seconds, and its status for programs on this device."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.capture.microphone import MicrophoneThread
from agent.capture.thread import CaptureThread
from agent.doctor.sight import light_in
from agent.doctor.waiting import written_at
from agent.evidence.spool import Spool
from agent.frame import LatestFrame
from agent.health import (
    Trouble,
    board_uptime_s,
    disk_free_bytes,
    disk_total_bytes,
    load_1m,
    memory_bytes,
    temperature_c,
    throttle_bits,
    throttled,
)
from agent.screen.server import ScreenServer
from agent.status import AgentStatus, boot_id, boottime_s
from agent.streaming.service import Streaming
from agent.upkeep import SITTING
from agent.uplink.outbox import Outbox
from agent.uplink.uplink import Uplink
from agent.vision.analyzer import Analyzer
from contract.device import DeviceConfig
from contract.live import Screen
from contract.messages import Health
from contract.sitting import SittingState


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfReport:
    """The parts that are asked. Any thread; both methods raise `StorageError`."""

    config: DeviceConfig
    version: str
    capture: CaptureThread
    slot: LatestFrame
    analyzer: Analyzer
    trouble: Trouble
    outbox: Outbox
    spool: Spool
    streaming: Streaming | None
    screen: ScreenServer | None
    microphone: MicrophoneThread | None
    uplink: Uplink
    sitting: Callable[[], SittingState | None]
    watchdog_s: Callable[[], float | None]
    began_s: float = field(default_factory=time.monotonic)

    def health(self) -> Health:
        capture, errors = self.capture, self.trouble.snapshot()
        if capture.errors:
            errors["camera"] = capture.errors
        if unseen := self.analyzer.failures + self.analyzer.refused:
            errors["vision"] = errors.get("vision", 0) + unseen
        if self.outbox.waiting:
            errors["events_waiting_in_memory"] = self.outbox.waiting
        files = self.spool.files()
        memory_total, memory_available = memory_bytes()
        return Health(
            at=datetime.now(UTC),
            version=self.version,
            uptime_s=round(time.monotonic() - self.began_s, 1),
            camera=capture.state,
            camera_detail=capture.detail[:300],
            capture_fps=round(capture.fps, 1),
            frames_dropped=self.slot.dropped,
            detectors=self.analyzer.detectors(),
            outbox_depth=self.outbox.depth,
            spool_files=len(files),
            spool_bytes=sum(file.size_bytes for file in files),
            disk_free_bytes=disk_free_bytes(self.config.state_dir),
            temperature_c=temperature_c(),
            throttled=throttled(),
            throttle_bits=throttle_bits(),
            board_uptime_s=board_uptime_s(),
            disk_total_bytes=disk_total_bytes(self.config.state_dir),
            memory_total_bytes=memory_total,
            memory_available_bytes=memory_available,
            load_1m=load_1m(),
            errors=errors,
            viewers=self.streaming.viewers() if self.streaming is not None else (),
            streams=self.streaming.streams() if self.streaming is not None else (),
            screen=self.screen.screen() if self.screen is not None else Screen(),
        )

    def status(self) -> AgentStatus:
        """For the doctor; without those who watch and speak, as it may leave the device in a support bundle."""
        health, ear = self.health(), self.microphone
        waits = self.outbox.pending(1)
        brightness, covered = self._light()
        return AgentStatus(
            pid=os.getpid(),
            boot_id=boot_id(),
            boottime_s=boottime_s(),
            at=health.at,
            health=health.model_copy(
                update={"viewers": (), "screen": Screen(connected=health.screen.connected)},
            ),
            exam_session_on=self.sitting() in SITTING,
            connected=self.uplink.connected,
            hub_here=self.uplink.hub_here,
            hub_version=self.uplink.hub_version,
            last_ack_at=self.uplink.last_ack_at,
            waiting_since=written_at(waits[0].payload) if waits else None,
            watchdog_s=self.watchdog_s(),
            brightness=brightness,
            covered=covered,
            microphone=ear.state if ear is not None else "none",
            microphone_detail=ear.detail[:300] if ear is not None else "",
        )

    def _light(self) -> tuple[float | None, bool | None]:
        """Of the newest picture, whether or not anybody looks at it."""
        frame = self.capture.latest
        if frame is None or self.capture.state != "ok":
            return None, None
        try:
            return light_in(frame)
        except ValueError:
            return None, None
