"""A booth's device full of what must never leave it: secrets, keys, faces and names, wherever they might lie."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import tomli_w

from agent.config import load_device_key
from agent.evidence.sealed import spool_key
from agent.evidence.spool import Spool
from agent.health import Trouble
from agent.status import status_path, write_status
from agent.uplink.outbox import Outbox
from contract.live import Screen, ViewerStats
from contract.messages import Desired, MessageRead, MonitoringGap
from contract.profiles import PROFILES
from contract.sitting import ExamSessionStep, Sitting, code_digest
from tests.support.broker import Authority
from tests.support.patients import a_health, a_status

SITTING = UUID("7c1f0a52-aaaa-4bbb-8ccc-ddddeeee0004")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00a face\xff\xd9"
NAME, PROCTOR, STRANGER = "Ada Byron", "Grace Hopper", "Mary Somerville"
SECRETS = {
    "password of a camera": "hunter2",
    "password in a setting": "correct-horse",
    "claim code": "K7QF-3MZP",
    "token": "tok_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH",
    "bearer": "eyJshort.jwt",
    "wireless key": "p4ssphr4se",
    "in a comment": "xyzzy-plugh",
    "check-in code": code_digest(SITTING, "K7QF-3M"),
    "exam": "Linear algebra with Prof. Noether",
    "notice": "You are recorded while the exam lasts, dear candidate",
}
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@dataclass
class Planted:
    folder: Path
    config: Path
    programs: Path
    """A folder with `journalctl`, `dmesg` and `systemctl` that print what a device's might."""
    forbidden: list[str] = field(default_factory=list)


def plant(folder: Path) -> Planted:
    tls = Authority(folder / "etc").issue("booth-1")
    key_lines = [line for line in tls.key.read_text().splitlines() if "-----" not in line]
    ca_lines = [line for line in (folder / "etc/ca.key").read_text().splitlines() if "-----" not in line]
    state = folder / "state"
    _fill_outbox(state)
    _fill_spool(state, tls.key)
    _fill_status(state)
    (state / f"photo of {STRANGER}.jpg").write_bytes(JPEG)
    config = _write_settings(folder / "etc", state)
    planted = Planted(folder, config, _write_programs(folder / "bin", tls.key.read_text()))
    names = [NAME, *NAME.split(), PROCTOR, STRANGER, str(SITTING), "JFIF", "/home/ada/"]
    planted.forbidden = [*names, *SECRETS.values(), *key_lines, *ca_lines]
    return planted


def _write_settings(etc: Path, state: Path) -> Path:
    ann = f"ann:{SECRETS['password of a camera']}@"
    settings = {
        "booth": "booth-1",
        "state_dir": str(state),
        "hub": {"url": f"https://{ann}127.0.0.1:9", "mqtt_host": "127.0.0.1", "mqtt_port": 9},
        "camera": {"kind": "replay", "source": f"rtsp://{ann}10.0.0.7/{NAME.split()[1]}"},
        "microphone": {"kind": "none"},
        "tls": {"ca": "ca.pem", "certificate": "booth-1.pem", "key": "booth-1.key"},
    }
    text = f"# set up by {NAME}, password {SECRETS['in a comment']}\n" + tomli_w.dumps(settings)
    path = etc / "device.toml"
    path.write_text(text)
    return path


def _fill_outbox(state: Path) -> None:
    outbox = Outbox(state / "outbox.db", "booth-1")
    sitting = Sitting(
        exam_session=SITTING,
        state="in_progress",
        exam_name=SECRETS["exam"],
        candidate_name=NAME,
        scheduled_start=NOW,
        code_sha256=SECRETS["check-in code"],
        notice=SECRETS["notice"],
        notice_version=1,
        duration_s=5400,
        ends_at=NOW + timedelta(hours=1),
    )
    outbox.store_desired(Desired(revision=1, profile=PROFILES["strict"], exam_session=SITTING, sitting=sitting))
    outbox.keep("sitting", sitting.to_json())
    outbox.exam_session = SITTING
    outbox.append(ExamSessionStep(exam_session=SITTING, step="ready"))
    outbox.append(MessageRead(message_id=SITTING))
    outbox.append(MonitoringGap(gap_id=SITTING, reason="camera_lost", detail=f"{NAME} unplugged it", started_at=NOW))
    outbox.close()


def _fill_spool(state: Path, key: Path) -> None:
    spool = Spool(state / "spool", 2**24, Trouble(), spool_key(load_device_key(key)), reserve_bytes=0)
    spool.put(JPEG, "image/jpeg")
    (state / "spool" / f"{NAME}.snapshot").write_bytes(JPEG)


def _fill_status(state: Path) -> None:
    viewer = ViewerStats(
        peer_id=SITTING, name=PROCTOR, since=NOW, state="connected", rendition="low", fps=1.0, bitrate_bps=1
    )
    health = a_health(viewers=(viewer,), screen=Screen(connected=True, speaker=PROCTOR))
    write_status(state, a_status(health, pid=2**22 - 1))
    said = json.loads(status_path(state).read_text()) | {"candidate": STRANGER, "hub_token": SECRETS["token"]}
    status_path(state).write_text(json.dumps(said))


def _write_programs(folder: Path, key_pem: str) -> Path:
    folder.mkdir()
    log = "2026-05-04 09:00:00,000 WARNING agent.app: "
    messages = [
        ("invigil-agent", f"{log}The camera is lost."),
        ("invigil-agent", f"{log}{NAME} sat down; session {SITTING}, file /home/ada/video.mp4."),
        ("invigil-agent", f"{log}claim code {SECRETS['claim code']}, token={SECRETS['bearer']}"),
        ("invigil-agent", f"{log}Authorization: Bearer {SECRETS['bearer']} and {SECRETS['token']}"),
        ("invigil-agent", f"{log}rtsp://ann:{SECRETS['password of a camera']}@10.0.0.7/stream"),
        ("invigil-agent", f"{log}{' '.join(key_pem.split(chr(10)))}"),
        *(("invigil-agent", line) for line in key_pem.splitlines()),
        ("invigil-agent", "Traceback (most recent call last):"),
        ("invigil-agent", f"ValueError: {STRANGER}"),
        ("chromium", f"CONSOLE: check-in of {STRANGER}"),
        ("systemd", "invigil-agent.service: Main process exited, code=killed"),
    ]
    entries = [
        {"MESSAGE": text, "SYSLOG_IDENTIFIER": source, "__REALTIME_TIMESTAMP": "1777885200000000"}
        for source, text in messages
    ]
    entries.append({"MESSAGE": [1, 2, 3], "SYSLOG_IDENTIFIER": "systemd", "__REALTIME_TIMESTAMP": "1"})  # type: ignore[dict-item]
    _program(folder / "journalctl", "\n".join(map(json.dumps, entries)) + "\nno json\n")
    kernel = [
        "[ 0.0] Kernel command line: wifi=" + SECRETS["wireless key"],
        "[ 5.0] usb 1-1: Product: HD camera",
        f"[ 6.0] usb 1-2: psk={SECRETS['wireless key']} of {NAME}",
        f"[ 7.0] wlan0: associated with {STRANGER}",
        "[ 8.0] hwmon hwmon1: Undervoltage detected! voltage low",
    ]
    _program(folder / "dmesg", "\n".join(kernel) + "\n")
    _program(
        folder / "systemctl",
        f"Id=invigil-agent.service\nActiveState=failed\nEnvironment=PASSWORD={SECRETS['password in a setting']}\n\n",
    )
    return folder


def _program(path: Path, prints: str) -> None:
    path.with_suffix(".txt").write_text(prints)
    path.write_text(f"#!/bin/sh\nexec cat '{path.with_suffix('.txt')}'\n")
    path.chmod(0o700)
