"""One simulated booth: a device's certificate, outbox, chain, spool and connection; only what sees is invented."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from agent.config import agent_version, load_device_key, outbox_path, spool_dir
from agent.errors import StorageError
from agent.evidence.sealed import spool_key
from agent.evidence.spool import Spool
from agent.evidence.uploader import Uploader
from agent.facts import device_facts
from agent.health import Trouble, disk_free_bytes
from agent.recovery import close_what_was_left_open
from agent.simulation.figures import Figures
from agent.simulation.load import Load
from agent.simulation.outbox import TimedOutbox
from agent.simulation.pictures import picture
from agent.uplink.hub_clock import HubClock
from agent.uplink.uplink import Uplink
from contract.device import DeviceConfig
from contract.live import DoneReply, SayCommand
from contract.messages import (
    AnyCommand,
    AnyReply,
    Desired,
    ErrorReply,
    EventBody,
    Health,
    Reported,
    SnapshotCommand,
    SnapshotReply,
    ViolationClosed,
    ViolationOpened,
)
from contract.violation import EvidenceRef, Explanation, Severity, Violation, ViolationKind

KINDS: Final[tuple[tuple[ViolationKind, Severity], ...]] = (
    ("looking_away", "low"),
    ("looking_away", "medium"),
    ("no_face", "medium"),
    ("speech", "low"),
    ("prohibited_object", "high"),
    ("multiple_faces", "high"),
)
"""Looking away is what happens most in a real room."""
MEDIA_TYPE: Final = "image/jpeg"


class SimulatedBooth:
    """Acted on by the crowd's one thread; `note` is told of each violation before the outbox has it, and after."""

    def __init__(self, config: DeviceConfig, load: Load, figures: Figures, note: Callable[[str, UUID], None]) -> None:
        """Raises `StorageError` and `InvalidError`."""
        self.trouble = Trouble()
        self._config, self._load, self._figures, self._note = config, load, figures, note
        self._key = load_device_key(config.tls.key)
        config.state_dir.mkdir(parents=True, exist_ok=True)
        self._outbox = TimedOutbox(outbox_path(config), config.booth, self.trouble, figures)
        close_what_was_left_open(self._outbox, datetime.now(UTC))
        self._spool = Spool(spool_dir(config), config.spool_max_bytes, self.trouble, spool_key(self._key))
        hub_clock = HubClock()
        self._uploader = (
            Uploader(config, self._key, self._spool, self.trouble, hub_clock.now) if load.picture_share else None
        )
        self._uplink = Uplink(
            config,
            self._outbox,
            self.trouble,
            on_desired=self._follow,
            on_command=self._answer,
            hub_clock=hub_clock,
        )
        self._facts = device_facts(config)
        self._open: Violation | None = None
        self._began = datetime.now(UTC)
        self._started = False

    def start(self) -> None:
        self._started = True
        self._uplink.start()
        if self._uploader is not None:
            self._uploader.start()

    def stop(self) -> None:
        """Says that it stops; what it has not sent stays in its outbox."""
        if self._started:
            if self._uploader is not None:
                self._uploader.stop()
            self._uplink.stop(0.0, 3.0)
        try:
            self._outbox.mark_stopped()
        except StorageError as error:
            self.trouble.count("outbox_failed", str(error))
        self._outbox.close()

    @property
    def connected(self) -> bool:
        return self._uplink.connected

    @property
    def waiting(self) -> int:
        """Events that the hub has not acknowledged, and pictures that it does not have."""
        return self._outbox.depth + len(self._spool.files())

    def happen(self, dice: random.Random) -> None:
        """One event: a violation opens, or the one that is open ends."""
        if self._open is not None:
            violation, self._open = self._open.model_copy(update={"ended_at": datetime.now(UTC)}), None
            self._append(ViolationClosed(violation=violation))
            return
        violation = self._invent(dice)
        self._note("will", violation.violation_id)
        if self._append(ViolationOpened(violation=violation)):
            self._note("kept", violation.violation_id)
            self._open = violation

    def sign(self) -> None:
        self._outbox.append_checkpoint(self._key)

    def cut(self) -> None:
        self._uplink.cut()

    def beat(self) -> None:
        now = datetime.now(UTC)
        self._outbox.retry()
        self._uplink.beat(
            Health(
                at=now,
                version=agent_version(),
                uptime_s=(now - self._began).total_seconds(),
                camera="ok",
                camera_detail="simulated",
                capture_fps=15.0,
                frames_dropped=0,
                detectors=(),
                outbox_depth=self._outbox.depth,
                spool_files=len(self._spool.files()),
                disk_free_bytes=disk_free_bytes(self._config.state_dir),
                errors=self.trouble.snapshot(),
            )
        )

    def _append(self, body: EventBody) -> bool:
        """Whether it is on disk."""
        return self._outbox.append(body) is not None and not self._outbox.waiting

    def _invent(self, dice: random.Random) -> Violation:
        now = datetime.now(UTC)
        kind, severity = dice.choice(KINDS)
        evidence = self._picture() if dice.random() < self._load.picture_share else None
        return Violation(
            violation_id=uuid4(),
            kind=kind,
            label="cell phone" if kind == "prohibited_object" else None,
            severity=severity,
            started_at=now,
            opened_at=now,
            confidence=round(dice.uniform(0.5, 1.0), 2),
            explanation=Explanation(hold_s=1.0, frames=10, profile="simulated", profile_version=1),
            evidence=(evidence,) if evidence else (),
        )

    def _picture(self) -> EvidenceRef | None:
        data = picture(self._load.picture_bytes)
        try:
            sha256 = self._spool.put(data, MEDIA_TYPE)
        except StorageError as error:
            self.trouble.count("evidence_lost", str(error))
            return None
        self._figures.pictured()
        return EvidenceRef(
            sha256=sha256, role="snapshot", media_type=MEDIA_TYPE, size_bytes=len(data), taken_at=datetime.now(UTC)
        )

    # --- in the uplink's thread ---

    def _follow(self, desired: Desired) -> None:
        self._uplink.report(
            Reported(
                revision=desired.revision,
                monitoring=desired.monitoring,
                profile=desired.profile.name,
                profile_version=desired.profile.version,
                exam_session=desired.exam_session,
                sitting_state=desired.sitting.state if desired.sitting else None,
                device=self._facts,
            )
        )

    def _answer(self, command: AnyCommand) -> AnyReply:
        """It has a screen that nobody looks at, and pictures where the load has any."""
        match command:
            case SnapshotCommand() if self._uploader is not None:
                taken = self._picture()
                return SnapshotReply(evidence=taken) if taken else ErrorReply(reason="the spool has no room")
            case SayCommand():
                return DoneReply()
        return ErrorReply(reason="this booth is simulated")
