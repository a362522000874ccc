"""The composition root of `invigil-agent run`: what is started, in which order, and what stops it."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from agent.capture.camera import CameraError
from agent.capture.microphone import MicrophoneThread
from agent.capture.microphones import open_microphone
from agent.capture.probe import open_camera
from agent.capture.thread import CaptureThread
from agent.commands import Commands
from agent.config import agent_version, outbox_path, spool_dir
from agent.doctor.rounds import Rounds
from agent.errors import DetectorError, StorageError
from agent.evidence.keyring import spool_keys
from agent.evidence.recorder import Recorder
from agent.evidence.snapshot import take_snapshot
from agent.evidence.spool import Spool
from agent.evidence.uploader import Uploader
from agent.facts import device_facts
from agent.frame import FrameTap, LatestFrame
from agent.health import (
    Trouble,
    temperature_c,
    throttled,
)
from agent.identity import Identity
from agent.logbook import Logbook
from agent.monitor import Monitor
from agent.recovery import close_what_was_left_open
from agent.screen.server import ScreenServer
from agent.selfreport import SelfReport
from agent.sights import Showing
from agent.sitting.desk import Desk, Surroundings
from agent.sitting.photos import Photos
from agent.status import EVERY_S as STATUS_EVERY_S
from agent.status import write_status
from agent.streaming.audio import AudioThread
from agent.streaming.encoder import settings_of
from agent.streaming.encoders import factories
from agent.streaming.rendition import RenditionThread
from agent.streaming.service import Streaming
from agent.supervisor import Progress, Supervisor
from agent.tryouts.tryouts import Tryouts
from agent.updates import Updates, releases_root
from agent.upkeep import Upkeep
from agent.uplink.hub_clock import HubClock
from agent.uplink.outbox import Outbox
from agent.uplink.uplink import Uplink
from agent.vision.analyzer import Analyzer
from agent.vision.governor import Governor, Heat
from agent.vision.listener import Listener
from contract.device import DeviceConfig
from contract.live import Screen
from contract.manifest import default_weights_dir, load_manifest
from contract.messages import ErrorReply, EvidenceDropped, MessageRead, Reported, SnapshotReply
from contract.sitting import SittingState
from contract.wire import InvalidError

log = logging.getLogger(__name__)

BEAT_S: Final = 2.0
ALIVE_EVERY_S: Final = 4.0
"""How exactly the next start knows when a killed agent was last alive; each write costs one flush of the disk."""

CHECKPOINT_EVERY_S: Final = 20.0
"""DESIGN asks for a signature at least every 30 s while events come."""

HUB_PATIENCE_S: Final = 60.0
"""After a start the hub may still come: before it said what time it is, no exam is ended for the time being up."""

RESTART_EXIT: Final = 75
"""EX_TEMPFAIL of sysexits.h: a supervisor that restarts on failure alone does so as well."""


def run(config: DeviceConfig) -> int:
    """Watch until SIGTERM or SIGINT. Exit codes: 0 stopped cleanly, 1 a part died, 2 cannot start,
    75 somebody asked for a restart."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logbook = Logbook()
    logging.getLogger().addHandler(logbook)
    stop = _stop_on_signals()
    try:
        agent = Agent(config, logbook)
    except (InvalidError, StorageError, DetectorError, CameraError) as error:
        log.error("The agent cannot start: %s", error)
        return 2
    return watch(agent, stop)


def watch(agent: "Agent", stop: threading.Event) -> int:
    """Start, beat and stop `agent`; gives the exit code."""
    agent.upkeep.on_restart = stop.set
    agent.start()
    supervisor, progress = Supervisor(), agent.progress()
    agent.watchdog_s = supervisor.watchdog_s
    supervisor.ready()
    dead = None
    while dead is None and not stop.wait(BEAT_S):
        agent.beat()
        dead = agent.dead_part()
        if dead is None and progress.made():
            supervisor.alive(agent.status())
    supervisor.stopping()
    if dead:
        log.critical("The %s thread died; leaving, so that the service manager starts the agent again.", dead)
    agent.stop(cleanly=dead is None)
    log.info("Stopped.")
    if dead:
        return 1
    return RESTART_EXIT if agent.upkeep.restarting else 0


class Agent:
    """Every part, wired. Built and beaten by the main thread."""

    def __init__(self, config: DeviceConfig, logbook: Logbook | None = None) -> None:
        self._config = config
        self._facts = device_facts(config)
        self._began_s = time.monotonic()
        self._alive_at_s = self._signed_at_s = self._status_at_s = 0.0
        self.watchdog_s: float | None = None
        self._renewed = False
        self._version = agent_version()
        self._trouble = Trouble()
        self._identity = Identity(config)
        self._key = self._identity.key
        self._outbox = Outbox(outbox_path(config), config.booth, self._trouble)
        keys = spool_keys(config.state_dir, spool_dir(config), self._key)
        self._spool = Spool(spool_dir(config), config.spool_max_bytes, self._trouble, *keys)
        microphone = open_microphone(config.microphone)
        self._microphone = MicrophoneThread(microphone) if microphone is not None else None
        self._analyzer = Analyzer(
            load_manifest(),
            config.weights_dir or default_weights_dir(),
            face_engine=config.vision.face_engine,
            governor=Governor(lambda: Heat(temperature_c(), throttled())),
            ear=Listener(self._microphone),
        )
        self._hub_clock = HubClock()
        self._desk = self._new_desk()
        self._outbox.exam_session = self._desk.orders.exam_session
        close_what_was_left_open(self._outbox, datetime.now(UTC))
        self._spool.on_dropped = lambda file, reason: self._outbox.append(
            EvidenceDropped(sha256=file.sha256, role=file.label.role, reason=reason)
        )
        self._spool.tell_of_damage()
        self._slot, tap = LatestFrame(), FrameTap()
        self._capture = CaptureThread(open_camera(config.camera), self._slot, tap)
        self._streaming = (
            Streaming(tap, self._microphone, config.streaming, self._trouble) if config.streaming.enabled else None
        )
        self._recorder = self._new_recorder(tap) if config.evidence.clips else None
        self._screen = ScreenServer(config.screen, self._trouble) if config.screen.enabled else None
        self.upkeep = Upkeep(logbook or Logbook(), self._screen, self._sitting_state)
        self._tryouts = Tryouts(config, self._key, self._sitting_state)
        self._rounds = Rounds(config, lambda: self._self_report.status(), lambda checkup: self._uplink.checked(checkup))
        self._updates = Updates(config, self._key, self._sitting_state, releases_root())
        self._reported: Reported | None = None
        self._reporting = threading.Lock()
        self._uploader = Uploader(config, self._key, self._spool, self._trouble, self._hub_clock.now)
        self._uplink = Uplink(
            config,
            self._outbox,
            self._trouble,
            on_desired=self._desk.want,
            on_command=Commands(
                snapshot=self._snapshot,
                viewing=self._streaming,
                screen=self._screen,
                upkeep=self.upkeep,
                tryouts=self._tryouts,
                rounds=self._rounds,
                updates=self._updates,
            ),
            hub_clock=self._hub_clock,
        )
        self._self_report = SelfReport(
            config=config,
            version=self._version,
            capture=self._capture,
            slot=self._slot,
            analyzer=self._analyzer,
            trouble=self._trouble,
            outbox=self._outbox,
            spool=self._spool,
            streaming=self._streaming,
            screen=self._screen,
            microphone=self._microphone,
            uplink=self._uplink,
            sitting=self._sitting_state,
            watchdog_s=lambda: self.watchdog_s,
            began_s=self._began_s,
        )
        self._monitor = Monitor(
            self._slot,
            self._capture,
            self._analyzer,
            self._outbox,
            self._spool,
            self._trouble,
            version=self._version,
            desired=self._outbox.desired,
            on_reported=self._report,
            recorder=self._recorder,
            orders=self._desk.orders,
            on_look=self._desk.saw,
            showing=Showing(self._streaming.sights_wanted, self._streaming.show) if self._streaming else None,
        )
        if self._screen is not None:
            self._screen.on_act, self._screen.pictures = self._desk.act, self._desk.picture
            self._screen.on_hand = lambda _since: self._report()
            self._screen.on_read = lambda read: self._outbox.append(MessageRead(message_id=read))
            if self._streaming is not None:
                self._streaming.on_watchers = self._screen.watched_by

    def _new_desk(self) -> Desk:
        """It asks parts that are made after it, once they run."""
        around = Surroundings(
            newest=lambda: self._capture.latest if self._capture.state == "ok" else None,
            sees_faces=lambda: self._analyzer.sees_faces,
            hub_here=lambda: self._uplink.hub_here or time.monotonic() - self._began_s < HUB_PATIENCE_S,
            uploads=lambda: len(self._spool.files()) + self._outbox.depth,
            distracted=self._distracted,
            now=self._hub_clock.now,
        )
        return Desk(
            self._outbox,
            Photos(self._spool),
            self._trouble,
            around,
            on_orders=lambda desired, orders: self._monitor.want(desired, orders),
            on_step=lambda step: self._screen.step(step) if self._screen is not None else None,
        )

    def _distracted(self) -> bool:
        """Whether the candidate sees something else than the page of the exam session."""
        shown = self._screen.screen() if self._screen is not None else Screen()
        return not shown.connected or shown.unread > 0 or shown.speaker is not None

    def _new_recorder(self, tap: FrameTap) -> Recorder:
        """It shares the encoders of those who watch, and has its own where nobody may."""
        if self._streaming is not None:
            encoder, audio = self._streaming.renditions["high"], self._streaming.audio
        else:
            audio = None if self._microphone is None else AudioThread(self._microphone, self._trouble)
            streaming = self._config.streaming
            settings = settings_of("high", streaming.high_bps, streaming.low_bps)
            encoder = RenditionThread("high", tap, settings, factories(streaming.encoder), self._trouble)
        return Recorder(encoder, self._spool, self._outbox.append_of, self._trouble, audio)

    def start(self) -> None:
        self._capture.start()
        if self._microphone is not None:
            self._microphone.start()
        if self._screen is not None:
            self._screen.start()
        if self._recorder is not None:
            self._recorder.start()
        self._monitor.start()
        self._desk.start()
        if self._streaming is not None:
            self._streaming.start()
        self._uploader.start()
        self._uplink.start()
        self._rounds.start()
        log.info("Booth %s is monitored; state lies in %s.", self._config.booth, self._config.state_dir)

    def stop(self, *, cleanly: bool) -> None:
        """What sees stops before what tells, so that the last word reaches the hub."""
        self.upkeep.stop()
        self._rounds.stop()
        self._tryouts.stop()
        self._updates.stop()
        self._desk.stop()
        self._monitor.stop()
        if self._recorder is not None:
            self._recorder.stop()
        if self._streaming is not None:
            self._streaming.stop()
        if self._screen is not None:
            self._screen.stop()
        self._capture.stop()
        if self._microphone is not None:
            self._microphone.stop()
        self._slot.close()
        self._outbox.append_checkpoint(self._key)
        self._uplink.stop()
        self._uploader.stop()
        if cleanly:
            self._guard(self._outbox.mark_stopped)
        self._outbox.close()
        self._analyzer.close()

    def dead_part(self) -> str | None:
        parts = {
            "vision": self._monitor.alive,
            "sitting": self._desk.alive,
            "uplink": self._uplink.alive,
            "uploader": self._uploader.alive,
        }
        if self._streaming is not None:
            parts["streaming"] = self._streaming.alive
        if self._recorder is not None:
            parts["evidence"] = self._recorder.alive
        if self._screen is not None:
            parts["screen"] = self._screen.alive
        return next((name for name, alive in parts.items() if not alive), None)

    def progress(self) -> Progress:
        """Of what sees. A camera that is gone is looked for again and again, which is progress; a driver or a network
        that hangs is not, and only a new process helps."""
        return Progress(lambda: self._capture.turns, lambda: self._monitor.turns)

    def status(self) -> str:
        """In a line, for who looks at the service."""
        camera = f"{self._capture.fps:.0f} frames/s" if self._capture.state == "ok" else f"camera {self._capture.state}"
        return f"booth {self._config.booth}: {camera}; {self._outbox.depth} events wait for the hub"

    def beat(self) -> None:
        """Every `BEAT_S`: what waits is tried again, the chain is signed, the hub hears how this booth is; a new key is
        looked for."""
        now = time.monotonic()
        self._renewed = self._renewed or self._identity.renewed()
        if self._renewed:
            self.upkeep.renewed()
        self._outbox.retry()
        if now - self._alive_at_s >= ALIVE_EVERY_S:
            self._alive_at_s = now
            self._guard(lambda: self._outbox.mark_alive(datetime.now(UTC)))
        if now - self._signed_at_s >= CHECKPOINT_EVERY_S and self._outbox.append_checkpoint(self._key):
            self._signed_at_s = now
        if now - self._status_at_s >= STATUS_EVERY_S:
            self._status_at_s = now
            self._guard(lambda: write_status(self._config.state_dir, self._self_report.status()))
        if self._screen is not None:
            self._screen.trouble("camera_lost" if self._capture.state == "lost" else None)
        self._guard(lambda: self._uplink.beat(self._self_report.health()))

    def _report(self, reported: Reported | None = None) -> None:
        """What the booth does, in the monitor's words, and the candidate's hand. Called by monitor and screen."""
        with self._reporting:
            self._reported = reported or self._reported
            if self._reported is None:
                return
            if self._screen is not None:
                self._screen.recording(self._reported.monitoring)
            hand = self._screen.hand_raised_at if self._screen is not None else None
            self._uplink.report(self._reported.model_copy(update={"hand_raised_at": hand, "device": self._facts}))

    def _sitting_state(self) -> SittingState | None:
        reported = self._reported
        return reported.sitting_state if reported is not None else None

    def _snapshot(self) -> SnapshotReply | ErrorReply:
        """The newest frame, whether or not anybody looked at it."""
        frame = self._capture.latest
        if frame is None or self._capture.state != "ok":
            return ErrorReply(reason=f"the camera delivers no picture: {self._capture.detail or 'starting'}"[:300])
        return SnapshotReply(evidence=take_snapshot(frame, self._spool))

    def _guard(self, action: Callable[[], None]) -> None:
        """The disk's trouble is counted and stops nothing else."""
        try:
            action()
        except StorageError as error:
            self._trouble.count("outbox_full" if error.kind == "full" else "outbox_failed", str(error))


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def end(*_: object) -> None:
        # In a thread of its own: a handler that interrupts this one just as it takes the event's lock would wait for
        # itself.
        threading.Thread(target=stop.set, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return stop
