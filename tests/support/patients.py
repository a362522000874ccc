"""Devices for the doctor to look at: folders that look like a board's `/sys` and `/proc`, and words of an agent."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.doctor.patient import Patient
from agent.status import AgentStatus, boottime_s
from contract.device import DeviceConfig, HubConfig, TlsConfig
from contract.live import Screen
from contract.messages import Health


def a_config(folder: Path, **changes: Any) -> DeviceConfig:
    """A booth's, with nothing behind it; ports where nobody listens."""
    said: dict[str, Any] = {
        "booth": "booth-1",
        "state_dir": folder / "state",
        "hub": HubConfig(url="https://127.0.0.1:9", mqtt_host="127.0.0.1", mqtt_port=9),
        "tls": TlsConfig(ca=folder / "ca.pem", certificate=folder / "device.pem", key=folder / "device.key"),
    }
    return DeviceConfig(**said | changes)


def a_health(**changes: Any) -> Health:
    """All is well."""
    said: dict[str, Any] = {
        "at": datetime.now(UTC),
        "version": "1.0.0",
        "uptime_s": 7200.0,
        "camera": "ok",
        "camera_detail": "v4l2 /dev/video0",
        "capture_fps": 15.0,
        "frames_dropped": 0,
        "detectors": (),
        "outbox_depth": 0,
        "spool_files": 0,
        "disk_free_bytes": 20_000_000_000,
        "screen": Screen(connected=True),
    }
    return Health(**said | changes)


def a_status(health: Health | None = None, **changes: Any) -> AgentStatus:
    said: dict[str, Any] = {
        "pid": os.getpid(),
        "boottime_s": boottime_s(),
        "at": datetime.now(UTC),
        "health": health or a_health(),
        "connected": True,
        "brightness": 180.0,
        "covered": False,
    }
    return AgentStatus(**said | changes)


def a_patient(folder: Path, status: AgentStatus | None = None, **config: Any) -> Patient:
    """With the system's files below `folder/root`; an agent runs where it has said something."""
    agent = "absent" if status is None else "running"
    root, path = folder / "root", folder / "device.toml"
    return Patient(a_config(folder, **config), path=path, agent=agent, status=status, root=root)  # type: ignore[arg-type]


def put(folder: Path, path: str, text: str) -> Path:
    """A file of the system, by its path from the root."""
    file = folder / "root" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file
