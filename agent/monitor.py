"""The monitor: takes frames, has them analysed and judged, and writes down what changed.

This is the vision thread. What it finds goes to the outbox; a camera that is gone and monitoring that is switched off
become gaps there. An exam session suspends monitoring without a gap: before the candidate is let in, on a break, after
the end nobody is to be watched.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid4

from agent.capture.thread import CaptureThread
from agent.errors import StorageError
from agent.evidence.recorder import Recorder
from agent.evidence.snapshot import take_snapshot
from agent.evidence.spool import Spool
from agent.frame import Frame, LatestFrame
from agent.health import Trouble
from agent.rules.engine import Change, Engine, Opened, Updated
from agent.sights import Showing
from agent.sitting.orders import Orders
from agent.traces import Tracer
from agent.uplink.outbox import Outbox
from agent.vision.analyzer import Analyzer
from agent.vision.identity import Sitting
from agent.vision.observation import Observation
from contract.calibration import Calibration
from contract.messages import (
    Desired,
    GapReason,
    MonitoringGap,
    MonitoringStep,
    Reported,
    ViolationClosed,
    ViolationOpened,
    ViolationUpdated,
)
from contract.profiles import PROFILES, RuleProfile
from contract.violation import EvidenceRef, Violation

log = logging.getLogger(__name__)

FRAME_WAIT_S: Final = 0.25
"""Longest time until the thread notices a lost camera, a new profile or the stop."""


@dataclass(frozen=True, slots=True)
class OpenGap:
    """As it was told, and when it began by the monotonic clock: the wall clock may be put right before it ends."""

    told: MonitoringGap
    began_s: float


EVIDENCE_KEPT: Final = 64
"""Violations that have ended and whose evidence is still known; the engine goes on with the last of each rule only."""


class Monitor:
    """One thread; `want` and `stop` may be called from any other.

    `on_reported` is called in this thread whenever what the booth does has changed.
    """

    def __init__(
        self,
        slot: LatestFrame,
        capture: CaptureThread,
        analyzer: Analyzer,
        outbox: Outbox,
        spool: Spool,
        trouble: Trouble,
        *,
        version: str,
        desired: Desired | None,
        on_reported: Callable[[Reported], None],
        recorder: Recorder | None = None,
        orders: Orders | None = None,
        on_look: Callable[[Observation], None] = lambda _: None,
        showing: Showing | None = None,
    ) -> None:
        """`orders` are those of the exam session that is on; `on_look` is told of all that is seen, in this thread, and
        `showing` shows it to those who watch."""
        self._slot = slot
        self._capture = capture
        self._analyzer = analyzer
        self._outbox = outbox
        self._spool = spool
        self._trouble = trouble
        self._version = version
        self._on_reported = on_reported
        self._recorder = recorder
        self._on_look = on_look
        self._showing = showing
        self._orders = orders or Orders.without_sitting(desired)
        self._lock = threading.Lock()
        self._wanted: tuple[Desired, Orders] | None = None
        self._desired = desired
        self._profile = desired.profile if desired else PROFILES["standard"]
        self._calibration = self._orders.calibration
        self._recognise(desired)
        self._engine = self._new_engine(self._profile)
        self._tracer = Tracer(outbox.append_of)
        self._evidence: dict[UUID, tuple[EvidenceRef, ...]] = {}
        self._last: Frame | None = None
        self._camera_gap: OpenGap | None = None
        self._off_gap: OpenGap | None = None
        self._counts_s = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vision", daemon=True)
        self.turns = 0
        """Frames that were looked at, and waits for one: stands still while networks hang or every look fails."""

    def start(self) -> None:
        self._outbox.exam_session = self._orders.exam_session
        self._step("started")
        self._switch(self._orders.switched_on)
        self._listen()
        self._film()
        self._report()
        self._thread.start()

    def stop(self, join_s: float = 2.0) -> None:
        """Ends what is open and writes that monitoring stopped."""
        self._stop.set()
        self._thread.join(join_s)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def want(self, desired: Desired, orders: Orders | None = None) -> None:
        """Take effect between two frames; the newest wish wins. Without `orders` there is no exam session to follow."""
        with self._lock:
            self._wanted = desired, orders or Orders.without_sitting(desired)

    # --- the thread ---

    def _run(self) -> None:
        while not self._stop.is_set():
            self._take_wish()
            self._watch_camera()
            frame = self._slot.take(FRAME_WAIT_S)
            if frame is None or not (self._counts or self._orders.looks):
                self.turns += 1
                continue
            try:
                self._look(frame)
                self.turns += 1
            except Exception as error:
                self._trouble.count("vision")
                log.exception("A frame could not be looked at: %s", error)
        self._end_all()
        for gap in (self._camera_gap, self._off_gap):
            self._close_gap(gap)
        self._step("stopped")

    def _look(self, frame: Frame) -> None:
        observation = self._analyzer.analyze(frame)
        self._on_look(observation)
        if not self._counts:
            return
        self._last = frame
        if self._recorder is not None:
            self._recorder.saw(observation)
        if self._orders.exam_session is not None and self._desired is not None and self._desired.traces:
            self._tracer.saw(observation, self._orders.exam_session, self._engine.rules, self._calibration)
        self._record(self._engine.step(observation), frame)
        if self._showing is not None:
            self._showing.saw(observation, lambda: self._engine.standing, self._calibration)

    def _record(self, changes: list[Change], frame: Frame | None) -> None:
        for change in changes:
            if isinstance(change, Opened):
                self._opened(change.violation, frame)
            elif isinstance(change, Updated):
                self._updated(change.violation)
            else:
                self._closed(change.violation)
            if self._recorder is not None and self._last is not None:
                self._recorder.noted(change, self._last.captured_s, self._last.wall_time)

    def _opened(self, violation: Violation, frame: Frame | None) -> None:
        """The snapshot is on disk before the event that names it."""
        try:
            evidence = (take_snapshot(frame, self._spool, violation.severity),) if frame else ()
        except StorageError as error:
            evidence = ()
            self._trouble.count("evidence_lost", f"{error} The violation is reported without a picture.")
        self._evidence[violation.violation_id] = evidence
        self._outbox.append(ViolationOpened(violation=violation.model_copy(update={"evidence": evidence})))
        log.info("Violation opened: %s%s.", violation.kind, f" ({violation.label})" if violation.label else "")

    def _updated(self, violation: Violation) -> None:
        evidence = self._evidence.get(violation.violation_id, ())
        self._outbox.append(ViolationUpdated(violation=violation.model_copy(update={"evidence": evidence})))
        log.info("Violation goes on: %s, severity %s.", violation.kind, violation.severity)

    def _closed(self, violation: Violation) -> None:
        """Its evidence stays known for a while, as it may go on."""
        evidence = self._evidence.pop(violation.violation_id, ())
        self._evidence[violation.violation_id] = evidence
        going_on = {each.violation_id for each in self._engine.open}
        for ended in [known for known in self._evidence if known not in going_on][:-EVIDENCE_KEPT]:
            del self._evidence[ended]
        self._outbox.append(ViolationClosed(violation=violation.model_copy(update={"evidence": evidence})))
        log.info("Violation closed: %s%s.", violation.kind, f" ({violation.label})" if violation.label else "")

    def _end_all(self) -> None:
        """What is open ends with the last frame that somebody looked at."""
        self._tracer.flush()
        if self._last is not None:
            self._record(self._engine.close_all(self._last.captured_s), None)

    # --- gaps ---

    @property
    def _counts(self) -> bool:
        """Whether what is seen is judged now."""
        return self._orders.counts and self._off_gap is None

    def _watch_camera(self) -> None:
        lost = self._capture.state == "lost"
        if lost and self._camera_gap is None and self._orders.counts:
            self._end_all()
            since_s = max(self._capture.lost_s or self._counts_s, self._counts_s)
            self._camera_gap = self._open_gap("camera_lost", self._capture.detail, since_s)
            log.warning("The camera is lost: %s", self._capture.detail)
        elif self._capture.state == "ok" and self._camera_gap is not None:
            self._close_gap(self._camera_gap)
            self._camera_gap = None
            self._engine, self._last = self._new_engine(self._profile), None  # its clock may have begun anew
            log.info("The camera is back.")

    def _open_gap(self, reason: GapReason, detail: str, since_s: float | None = None) -> OpenGap:
        now_s = time.monotonic()
        began_s = now_s if since_s is None else min(since_s, now_s)
        started_at = datetime.now(UTC) - timedelta(seconds=now_s - began_s)
        gap = MonitoringGap(gap_id=uuid4(), reason=reason, detail=detail[:300], started_at=started_at)
        self._outbox.append(gap)
        return OpenGap(gap, began_s)

    def _close_gap(self, gap: OpenGap | None) -> None:
        if gap is not None:
            ended_at = gap.told.started_at + timedelta(seconds=time.monotonic() - gap.began_s)
            self._outbox.append(gap.told.model_copy(update={"ended_at": ended_at}))

    # --- what the hub wants ---

    def _take_wish(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        try:
            self._obey(*wanted)
        except Exception as error:
            self._trouble.count("vision")
            log.exception("Profile %s could not be applied: %s", wanted[0].profile.name, error)

    def _obey(self, desired: Desired, orders: Orders) -> None:
        self._follow(orders)
        self._recognise(desired)
        if orders.calibration != self._calibration:
            self._calibrate(orders.calibration)
        if desired.profile != self._profile:
            self._change_profile(desired.profile)
        self._desired = desired
        self._switch(orders.switched_on)
        self._listen()
        self._film()
        self._report()

    def _follow(self, orders: Orders) -> None:
        """What is open ends with its exam session, and with each break; from then on events name the next."""
        before, self._orders = self._orders, orders
        if (before.counts, before.exam_session) == (orders.counts, orders.exam_session):
            return
        self._end_all()
        if not orders.counts:
            for gap in (self._camera_gap, self._off_gap):
                self._close_gap(gap)
            self._camera_gap = self._off_gap = None
        self._outbox.exam_session = orders.exam_session
        self._engine, self._last, self._counts_s = self._new_engine(self._profile), None, time.monotonic()
        log.info("Monitoring %s.", "counts" if orders.counts else "is suspended by the exam session")

    def _change_profile(self, profile: RuleProfile) -> None:
        """What was opened under the old rules ends; the new ones judge afresh."""
        engine = self._new_engine(profile)
        self._end_all()
        self._engine, self._profile = engine, profile
        self._step("profile_changed")
        log.info("Rule profile in force: %s, version %d.", profile.name, profile.version)

    def _calibrate(self, calibration: Calibration | None) -> None:
        """Another candidate sits there, or the same one sits otherwise: what is judged begins anew."""
        self._end_all()
        self._calibration = calibration
        self._engine = self._new_engine(self._profile)
        log.info("Calibration of the candidate %s.", "in force" if calibration else "taken back")

    def _recognise(self, desired: Desired | None) -> None:
        """A hub that names no exam session says by calibration and monitoring when the next candidate comes."""
        if desired is None:
            self._analyzer.recognise(self._profile.rules.person_changed.enabled)
            return
        if self._orders.state is not None:
            asked = desired.profile.rules.person_changed.enabled and self._orders.learns
            self._analyzer.recognise(asked, Sitting(self._orders.exam_session))
            return
        named = desired.exam_session
        sitting = Sitting(named) if named else Sitting(None, (desired.calibration, desired.monitoring))
        self._analyzer.recognise(desired.profile.rules.person_changed.enabled, sitting)

    def _new_engine(self, profile: RuleProfile) -> Engine:
        for problem in profile.rules.prohibited_object.unknown():
            log.warning("Rule profile %s: %s.", profile.name, problem)
        detector_of = self._analyzer.detector_of()
        return Engine(profile, self._analyzer.models(), detector_of=detector_of, calibration=self._calibration)

    def _switch(self, monitoring: bool) -> None:
        """The hub's own switch. While the exam session suspends monitoring there is nothing to switch off."""
        if not self._orders.counts:
            return
        if not monitoring and self._off_gap is None:
            self._end_all()
            self._off_gap = self._open_gap("monitoring_off", "switched off by the hub")
        elif monitoring and self._off_gap is not None:
            self._close_gap(self._off_gap)
            self._off_gap = None

    def _listen(self) -> None:
        """The microphone is open only while a rule needs it."""
        self._analyzer.listen(self._profile.rules.speech.enabled and self._counts)

    def _film(self) -> None:
        """Video and sound are encoded for evidence only while an exam is monitored."""
        if self._recorder is not None:
            wish = self._desired
            recording, with_sound = (wish.recording, wish.recorded_sound) if wish else (False, False)
            sitting = self._orders.exam_session
            self._recorder.film(self._counts, recording=recording, with_sound=with_sound, sitting=sitting)

    def _step(self, step: Literal["started", "profile_changed", "stopped"]) -> None:
        self._outbox.append(
            MonitoringStep(
                step=step,
                profile=self._profile.name,
                profile_version=self._profile.version,
                agent_version=self._version,
            )
        )

    def _report(self) -> None:
        self._on_reported(
            Reported(
                exam_session=self._orders.exam_session,
                sitting_state=self._orders.state,
                revision=self._desired.revision if self._desired else None,
                monitoring=self._counts,
                profile=self._profile.name,
                profile_version=self._profile.version,
            )
        )
