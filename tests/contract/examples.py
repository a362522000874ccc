"""One example of every message, as the golden files hold it: fixed ids, fixed times."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contract import live
from contract import messages as m
from contract.boxes import Box, ClipBoxes, Look
from contract.calibration import Calibration
from contract.checkup import CheckResult, Checkup, CheckupCommand, CheckupReply
from contract.device import CameraConfig, DeviceConfig, HubConfig
from contract.profiles import PROFILES
from contract.sitting import ExamSessionStep, Sitting, code_digest
from contract.trace import Trace
from contract.tries import TryCommand, TryFound, TrySpan, TryStateCommand, TryStateReply
from contract.updates import UpdateCommand, UpdateStateCommand, UpdateStateReply
from contract.upkeep import (
    DeviceFacts,
    IdentifyCommand,
    IdentifyReply,
    LogsCommand,
    LogsReply,
    RebootCommand,
    RestartCommand,
)
from contract.violation import EvidenceRef, Explanation, Violation
from contract.wire import Wire

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
CHAIN = UUID("0b8f4d5e-1111-4222-8333-444455556666")
PEER = UUID("7c1f0a52-aaaa-4bbb-8ccc-ddddeeee0003")
EXAM_SESSION = UUID("7c1f0a52-aaaa-4bbb-8ccc-ddddeeee0004")
HASH = "5" * 64


def violation(ended: bool = False) -> Violation:
    return Violation(
        violation_id=UUID("7c1f0a52-aaaa-4bbb-8ccc-ddddeeee0001"),
        kind="looking_away",
        label="left",
        severity="medium",
        started_at=NOON,
        opened_at=NOON + timedelta(seconds=1),
        ended_at=NOON + timedelta(seconds=4.2) if ended else None,
        confidence=0.93,
        explanation=Explanation(
            rule="looking_away",
            measured=41.5,
            limit=28.0,
            unit="deg",
            hold_s=1.0,
            frames=10,
            models={"face_landmarker.task": HASH},
            profile="strict",
            profile_version=1,
        ),
        evidence=(
            EvidenceRef(sha256=HASH, role="snapshot", media_type="image/jpeg", size_bytes=48_213, taken_at=NOON),
        ),
    )


def event(body: m.EventBody, seq: int = 7) -> m.Event:
    return m.Event(
        chain_id=CHAIN,
        seq=seq,
        prev_sha256="a" * 64,
        booth="booth-1",
        wall_time=NOON,
        monotonic_s=812.5,
        boot_id="4f0c0d3e-5555-4666-8777-888899990000",
        body=body,
    )


GAP = m.MonitoringGap(
    gap_id=UUID("7c1f0a52-aaaa-4bbb-8ccc-ddddeeee0002"),
    reason="camera_lost",
    detail="/dev/video0 delivers no frames",
    started_at=NOON,
    ended_at=NOON + timedelta(seconds=9),
)

CLIP = EvidenceRef(sha256=HASH, role="clip", media_type="video/mp4", size_bytes=1_248_213, taken_at=NOON)

CHECKUP = Checkup(
    at=NOON,
    version="0.1.0",
    reason="asked",
    took_s=2.35,
    checks=(
        CheckResult(
            name="temperature",
            title="Temperature",
            means="The hottest place that the board measures.",
            state="warning",
            said="81 °C",
            value=81.0,
            unit="°C",
            advice="Give it air.",
            took_ms=3,
        ),
        CheckResult(
            name="throttling",
            title="Throttling",
            means="Whether the firmware slows the processor down.",
            state="unknown",
            said="not known on this board",
        ),
    ),
)

EXAMPLES: dict[str, Wire] = {
    "event_violation_opened": event(m.ViolationOpened(violation=violation())),
    "event_violation_updated": event(m.ViolationUpdated(violation=violation()), 8),
    "event_violation_closed": event(m.ViolationClosed(violation=violation(ended=True)), 9),
    "event_monitoring_gap": event(GAP, 10),
    "event_monitoring_step": event(
        m.MonitoringStep(step="started", profile="strict", profile_version=1, agent_version="0.1.0"), 1
    ),
    "event_checkpoint": event(m.Checkpoint(head_seq=10, head_sha256=HASH, signature="MEUCIQ=="), 11),
    "event_evidence_added": event(m.EvidenceAdded(violation_id=violation().violation_id, evidence=CLIP), 12),
    "event_evidence_dropped": event(m.EvidenceDropped(sha256=HASH, role="clip", reason="spool_full"), 13),
    "event_segment_recorded": event(
        m.SegmentRecorded(
            evidence=CLIP.model_copy(update={"role": "segment"}),
            started_at=NOON,
            ended_at=NOON + timedelta(seconds=30),
            has_sound=True,
        ),
        14,
    ),
    "event_message_read": event(m.MessageRead(message_id=PEER), 16).model_copy(update={"exam_session": EXAM_SESSION}),
    "event_trace": event(
        Trace(
            started_at=NOON,
            step_ms=500,
            faces=(1, 1, 0, None),
            hidden=(0, 0, 1, None),
            yaw_deg=(2, -41, None, None),
            pitch_deg=(0, -5, None, None),
            speech=(0, 93, 88, 12),
            objects={"cell phone": (0, 61, 64, None)},
            cone_deg=(28, 20, 25),
        ),
        17,
    ).model_copy(update={"exam_session": EXAM_SESSION}),
    "event_exam_session_step": event(
        ExamSessionStep(
            exam_session=EXAM_SESSION,
            step="photo_taken",
            photo=CLIP.model_copy(update={"role": "photo", "media_type": "image/jpeg"}),
            photo_of="document",
        ),
        15,
    ).model_copy(update={"exam_session": EXAM_SESSION}),
    "clip_boxes": ClipBoxes(
        clip_sha256=HASH,
        started_at=NOON,
        duration_s=10.2,
        frame_wh=(640, 480),
        looks=(
            Look(at_s=0.1),
            Look(
                at_s=0.2,
                boxes=(
                    Box(label="face", score=0.98, xyxy=(0.4, 0.25, 0.6, 0.6), yaw_deg=41.5, pitch_deg=-3.0),
                    Box(label="cell phone", score=0.61, xyxy=(0.1, 0.8, 0.2, 1.02)),
                ),
                speaking=True,
            ),
        ),
    ),
    "ack": m.Ack(
        chain_id=CHAIN,
        committed=(m.SeqRange(first=1, last=6), m.SeqRange(first=8, last=9)),
        rejected=(m.Rejection(seq=7, reason="booth-2 does not speak for booth-1"),),
        missing=(m.SeqRange(first=10, last=11),),
    ),
    "availability": m.Availability(state="offline", since=NOON),
    "hub_status": m.HubStatus(state="online", instance="hub-1f6b", version="0.1.0"),
    "health": m.Health(
        at=NOON,
        version="0.1.0",
        uptime_s=4210.0,
        camera="ok",
        capture_fps=14.9,
        frames_dropped=3,
        detectors=(
            m.DetectorHealth(
                name="faces",
                state="on",
                weights={"face_landmarker.task": HASH},
                inference_ms=95.0,
                rate_hz=6.0,
                shed=True,
                reason="looks less often: the processor is at 81 °C",
            ),
            m.DetectorHealth(name="objects", state="off", reason="no weights; run: invigil models fetch"),
        ),
        outbox_depth=2,
        spool_files=1,
        disk_free_bytes=21_000_000_000,
        temperature_c=51.5,
        throttled=False,
        errors={"frames_unreadable": 1},
        viewers=(
            live.ViewerStats(
                peer_id=PEER,
                name="A. Proctor",
                since=NOON,
                state="connected",
                rendition="low",
                fps=9.8,
                bitrate_bps=187_000,
                loss=0.013,
                round_trip_ms=21.5,
                resent=7,
                skipped=2,
            ),
        ),
        streams=(live.StreamStats(stream="low", encoder="libx264", fps=9.9, bitrate_bps=190_000),),
        screen=live.Screen(connected=True, speaker="A. Proctor", unread=1),
        board_uptime_s=81_200.5,
        disk_total_bytes=62_000_000_000,
        memory_total_bytes=8_250_000_000,
        memory_available_bytes=5_100_000_000,
        load_1m=1.75,
        throttle_bits=0x50000,
        spool_bytes=48_213,
    ),
    "desired": m.Desired(
        revision=4,
        profile=PROFILES["strict"],
        calibration=Calibration(yaw_deg=-6.5, pitch_deg=4.0, eyes_left=0.1, reach_yaw_deg=12.0, reach_down_deg=9.5),
        exam_session=EXAM_SESSION,
        sitting=Sitting(
            exam_session=EXAM_SESSION,
            state="in_progress",
            exam_name="Linear algebra",
            candidate_name="Ada Byron",
            scheduled_start=NOON,
            code_sha256=code_digest(EXAM_SESSION, "K7QF-3M"),
            notice="You are recorded while the exam lasts.",
            notice_version=2,
            duration_s=5400,
            ends_at=NOON + timedelta(seconds=5400),
        ),
    ),
    "reported": m.Reported(
        revision=4,
        monitoring=True,
        profile="strict",
        profile_version=1,
        hand_raised_at=NOON + timedelta(seconds=3),
        exam_session=EXAM_SESSION,
        sitting_state="in_progress",
        device=DeviceFacts(
            model="Raspberry Pi 5 Model B Rev 1.0",
            hardware_serial="10000000deadbeef",
            os="Debian GNU/Linux 13 (trixie)",
            kernel="6.12.34+rpt-rpi-2712",
            machine="aarch64",
            python="3.13.5",
            certificate_serial="5f0c9a",
            certificate_until=NOON + timedelta(days=800),
            certificate_pem="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            started_at=NOON - timedelta(hours=2),
        ),
    ),
    "command_clock": m.ClockCommand(at=NOON),
    "command_snapshot": m.SnapshotCommand(),
    "command_offer": live.OfferCommand(
        peer_id=PEER,
        sdp="v=0\r\n",
        watcher=live.Watcher(name="A. Proctor"),
        ice_servers=(live.IceServer(urls=("turn:hub.example:3478",), username="1772452800:a", credential="c2VjcmV0"),),
        rendition="low",
    ),
    "command_talk": live.TalkCommand(
        peer_id=PEER, sdp="v=0\r\n", watcher=live.Watcher(name="A. Proctor"), relay_only=True
    ),
    "command_candidate": live.CandidateCommand(
        peer_id=PEER,
        candidate=live.IceCandidate(
            candidate="candidate:1 1 udp 2122260223 192.0.2.7 50123 typ host", sdp_mid="0", sdp_mline_index=0
        ),
    ),
    "command_rendition": live.RenditionCommand(peer_id=PEER, rendition="high"),
    "command_hang_up": live.HangUpCommand(peer_id=PEER),
    "command_say": live.SayCommand(message_id=PEER, text="Please show us your desk.", sender="A. Proctor"),
    "command_lower_hand": live.LowerHandCommand(),
    "command_identify": IdentifyCommand(name="Room 1, A", seconds=20),
    "command_logs": LogsCommand(lines=50),
    "command_restart": RestartCommand(force=True),
    "command_reboot": RebootCommand(),
    "command_checkup": CheckupCommand(),
    "command_update": UpdateCommand(name="rollout-1", version="1.4.0", sha256="ab" * 32, size_bytes=240_000_000),
    "command_update_state": UpdateStateCommand(name="rollout-1"),
    "reply_update_state": UpdateStateReply(
        name="rollout-1", phase="rolled_back", reason="its agent was not well within 300 s: no hub", version="1.3.0"
    ),
    "command_try": TryCommand(try_id=PEER, sha256="ab" * 32, size_bytes=1_500_000, profiles=(PROFILES["standard"],)),
    "command_try_state": TryStateCommand(try_id=PEER),
    "reply_try_state": TryStateReply(
        try_id=PEER,
        state="done",
        share=1.0,
        looked_s=60.0,
        cut=True,
        blind=("objects: its weights are missing",),
        found=(
            TryFound(
                spans=(
                    TrySpan(
                        kind="looking_away",
                        label="left",
                        severity="high",
                        started_s=2.0,
                        opened_s=5.0,
                        ended_s=31.5,
                        measured=41.5,
                        limit=30.8,
                        unit="deg",
                    ),
                ),
                left_out=3,
            ),
        ),
    ),
    "reply_identify": IdentifyReply(screen=True, light=False),
    "checkup": CHECKUP,
    "reply_checkup": CheckupReply(checkup=CHECKUP),
    "reply_logs": LogsReply(lines=("12:00:00 WARNING agent.app: The camera is lost.",), dropped=7),
    "reply_answer": live.AnswerReply(sdp="v=0\r\n"),
    "reply_done": live.DoneReply(),
    "reply_clock": m.ClockReply(wall_time=NOON),
    "reply_snapshot": m.SnapshotReply(evidence=violation().evidence[0]),
    "reply_error": m.ErrorReply(reason="the camera is lost"),
    "enrol_request": m.EnrolRequest(claim_code="K7QF-3MZP", csr_pem="-----BEGIN CERTIFICATE REQUEST-----"),
    "enrol_reply": m.EnrolReply(
        booth="booth-1",
        certificate_pem="-----BEGIN CERTIFICATE-----",
        ca_pem="-----BEGIN CERTIFICATE-----",
        mqtt_host="hub.example",
        mqtt_port=8883,
    ),
    "profile_strict": PROFILES["strict"],
    "profile_standard": PROFILES["standard"],
    "profile_lenient": PROFILES["lenient"],
    "device_config": DeviceConfig(
        booth="booth-1",
        hub=HubConfig(url="https://hub.example:8443", mqtt_host="hub.example"),
        camera=CameraConfig(kind="v4l2", source="/dev/video0"),
    ),
}
