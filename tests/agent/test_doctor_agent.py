"""The doctor's checks of what the agent has in hand: camera, light, microphone, networks, outbox, spool, screen."""

import os
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.config import agent_version
from agent.doctor.check import Check, Finding
from agent.doctor.checks.acknowledgement import Acknowledgement
from agent.doctor.checks.agent import Agent
from agent.doctor.checks.camera import Camera
from agent.doctor.checks.configuration import Configuration
from agent.doctor.checks.inference import Inference
from agent.doctor.checks.light import Light
from agent.doctor.checks.microphone import Microphone
from agent.doctor.checks.outbox import Outbox
from agent.doctor.checks.screen import Screen
from agent.doctor.checks.spool import Spool
from agent.doctor.checks.versions import Versions
from agent.doctor.checks.watchdog import Watchdog
from agent.doctor.checks.weights import Weights
from agent.doctor.patient import Patient
from agent.uplink.outbox import Outbox as RealOutbox
from contract import live
from contract.device import CameraConfig, MicrophoneConfig, ScreenConfig
from contract.messages import DetectorHealth, MonitoringStep
from contract.wire import InvalidError
from tests.support.footage import covered, textured, write_video
from tests.support.patients import a_config, a_health, a_patient, a_status, put
from tests.support.weights import real_weights


def of(check: Check, folder: Path, health: dict[str, Any] | None = None, **status: Any) -> Finding:
    """What it finds where an agent runs and says this."""
    return check.look(a_patient(folder, a_status(a_health(**(health or {})), **status)))


def filmed(folder: Path, image: Any) -> Patient:
    """Without an agent, before a camera that plays a file."""
    video = write_video(folder / "camera.mp4", map(image, range(30)))
    return a_patient(folder, camera=CameraConfig(kind="replay", source=str(video), fps=10))


# --- camera and light ---


def test_a_running_agent_is_asked_for_its_camera_which_is_not_opened_again(tmp_path: Path) -> None:
    found = of(Camera(), tmp_path)
    assert (found.state, found.value, found.unit) == ("ok", 15.0, "fps")
    assert of(Camera(), tmp_path, {"capture_fps": 5.0}).state == "warning"
    lost = of(Camera(), tmp_path, {"camera": "lost", "camera_detail": "v4l2 /dev/video0: vanished"})
    assert (lost.state, lost.said) == ("failed", "v4l2 /dev/video0: vanished")
    assert of(Camera(), tmp_path, {"camera": "starting"}).state == "unknown"


def test_of_an_agent_that_says_nothing_nobody_knows_what_its_camera_does(tmp_path: Path) -> None:
    hung = Patient(a_config(tmp_path), agent="silent", root=tmp_path)
    for check in (Camera(), Light()):
        with pytest.raises(InvalidError, match="runs and says nothing"):
            check.look(hung)


def test_without_an_agent_the_camera_is_opened_and_let_go(tmp_path: Path) -> None:
    patient = filmed(tmp_path, textured)
    assert Camera().look(patient).state == "ok"
    found = Light().look(patient)
    assert (found.state, found.value is not None and found.value > 100) == ("ok", True)


def test_a_covered_lens_and_a_missing_camera_are_told_apart(tmp_path: Path) -> None:
    found = Light().look(filmed(tmp_path, covered))
    assert (found.state, "nothing in the picture" in found.said) == ("failed", True)
    gone = a_patient(tmp_path, camera=CameraConfig(kind="replay", source=str(tmp_path / "nowhere.mp4")))
    assert Camera().look(gone).state == "failed"
    assert Light().look(gone).state == "unknown"


@pytest.mark.parametrize(
    ("brightness", "state"), [(180.0, "ok"), (40.0, "warning"), (5.0, "failed"), (None, "unknown")]
)
def test_light_is_judged_by_what_a_face_needs(tmp_path: Path, brightness: float | None, state: str) -> None:
    assert of(Light(), tmp_path, brightness=brightness).state == state


# --- microphone ---


def test_a_microphone_is_not_opened_where_the_agent_runs(tmp_path: Path) -> None:
    assert of(Microphone(), tmp_path, microphone="ok", microphone_detail="alsa default").state == "ok"
    assert of(Microphone(), tmp_path, microphone="lost", microphone_detail="alsa default: vanished").state == "failed"
    assert of(Microphone(), tmp_path, microphone="idle").state == "warning", "no sound card has an input"
    put(tmp_path, "proc/asound/pcm", "01-00: USB Audio : USB Audio : playback 1 : capture 1\n")
    found = of(Microphone(), tmp_path, microphone="idle")
    assert (found.state, found.value) == ("ok", 1)


def test_a_booth_without_a_microphone_has_none_to_be_looked_at(tmp_path: Path) -> None:
    deaf = a_patient(tmp_path, microphone=MicrophoneConfig(kind="none"))
    assert Microphone().look(deaf).state == "not_applicable"
    broken = a_patient(tmp_path, microphone=MicrophoneConfig(kind="replay", source=str(tmp_path / "nowhere.wav")))
    assert Microphone().look(broken).state == "warning"


# --- networks ---


def test_missing_and_altered_weights_are_named_and_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, there = real_weights()
    wanted = [entry for entry in manifest.weights if entry.default]
    assert Weights().look(a_patient(tmp_path, weights_dir=there)).state == "ok"
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / wanted[0].name).write_bytes(b"half")
    patient = a_patient(tmp_path, weights_dir=tmp_path / "weights")
    found = Weights().look(patient)
    assert (found.state, found.value) == ("failed", 0)
    assert f"{wanted[0].name} is altered" in found.said
    assert "is missing" in found.said
    monkeypatch.setenv("INVIGIL_MODEL_MIRROR", str(there))
    assert wanted[0].name in Weights().fix(patient)
    assert Weights().look(patient).state == "ok"


def test_weights_that_nobody_has_are_not_said_to_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").write_text("a file where a folder should be")
    with pytest.raises(InvalidError):
        Weights().fix(a_patient(tmp_path, weights_dir=tmp_path / "weights"))


def detector(**changes: Any) -> DetectorHealth:
    return DetectorHealth(**{"name": "faces", "state": "on", "inference_ms": 95.0, "rate_hz": 10.0} | changes)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "ok"),
        ({"inference_ms": 300.0}, "warning"),
        ({"shed": True, "reason": "the processor is at 81 °C"}, "warning"),
        ({"inference_ms": 1500.0}, "failed"),
        ({"state": "failed", "reason": "out of memory"}, "failed"),
    ],
)
def test_the_agents_own_figure_says_whether_the_networks_are_quick_enough(
    tmp_path: Path, changes: dict[str, Any], state: str
) -> None:
    assert of(Inference(), tmp_path, {"detectors": (detector(**changes),)}).state == state


def test_networks_that_nobody_used_yet_are_timed_by_a_process_of_their_own(tmp_path: Path) -> None:
    _, weights = real_weights()
    found = Inference().look(a_patient(tmp_path, weights_dir=weights))
    assert found.value is not None, found.said
    assert ("faces" in found.said, "objects" in found.said, found.value > 0) == (True, True, True)
    (tmp_path / "none").mkdir()
    assert Inference().look(a_patient(tmp_path, weights_dir=tmp_path / "none")).state == "failed"
    fresh = Patient(a_config(tmp_path), agent="running", status=a_status(), measures=False)
    assert Inference().look(fresh).state == "unknown"


# --- agent, versions, watchdog, screen, configuration ---


def test_the_agent_runs_or_hangs_or_does_not(tmp_path: Path) -> None:
    found = of(Agent(), tmp_path)
    assert (found.state, found.value) == ("ok", 7200.0)
    assert Agent().look(a_patient(tmp_path)).state == "failed"
    hung = Patient(a_config(tmp_path), agent="silent", root=tmp_path)
    assert "has not said anything" in Agent().look(hung).said
    with pytest.raises(InvalidError):
        Agent().look(Patient(None, problem="no such file"))


def test_versions_of_agent_and_hub_are_compared(tmp_path: Path) -> None:
    ours = {"version": agent_version()}
    assert of(Versions(), tmp_path, ours, hub_version=agent_version()).state == "ok"
    assert of(Versions(), tmp_path, ours).state == "unknown", "the hub has not told"
    assert of(Versions(), tmp_path, ours, hub_version="0.0.9").state == "failed", "the agent is newer"
    major, minor, *_ = agent_version().split(".")
    assert of(Versions(), tmp_path, ours, hub_version=f"{major}.{int(minor) + 1}.0").state == "warning"
    assert of(Versions(), tmp_path, ours, hub_version=f"{int(major) + 1}.0.0").state == "failed"
    assert of(Versions(), tmp_path, ours, hub_version="main").state == "unknown"
    found = of(Versions(), tmp_path, {"version": "0.0.1"})
    assert (found.state, "is installed" in found.said) == ("warning", True)


def test_a_watchdog_is_expected_where_systemd_is(tmp_path: Path) -> None:
    assert of(Watchdog(), tmp_path, watchdog_s=30.0).value == 30.0
    assert of(Watchdog(), tmp_path).state == "not_applicable"
    (tmp_path / "root/run/systemd/system").mkdir(parents=True)
    assert of(Watchdog(), tmp_path).state == "warning"
    with pytest.raises(InvalidError):
        Watchdog().look(a_patient(tmp_path))


def test_a_screen_that_nobody_shows_has_failed_where_it_is_a_service(tmp_path: Path) -> None:
    dark = {"screen": live.Screen()}
    assert of(Screen(), tmp_path).state == "ok"
    assert of(Screen(), tmp_path, dark).state == "warning"
    (tmp_path / "root/run/systemd/system").mkdir(parents=True)
    assert of(Screen(), tmp_path, dark).state == "failed"
    assert Screen().look(a_patient(tmp_path, screen=ScreenConfig(enabled=False))).state == "not_applicable"
    with pytest.raises(InvalidError):
        Screen().look(a_patient(tmp_path))


def test_a_configuration_is_read_or_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "device.toml"
    path.write_text('booth = "booth-1"\ncamara = 1\n[hub]\nurl = "https://hub"\nmqtt_host = "hub"\n')
    found = Configuration().look(Patient.at(path))
    assert (found.state, "camera" in found.said) == ("failed", True)
    path.write_text('booth = "booth-1"\n[hub]\nurl = "https://hub"\nmqtt_host = "hub"\n')
    assert Configuration().look(Patient.at(path)).state == "ok"
    assert Configuration().look(a_patient(tmp_path, camera=CameraConfig(kind="replay"))).state == "warning"


# --- outbox, acknowledgement, spool ---


def filled(folder: Path, events: int) -> Path:
    path = folder / "state/outbox.db"
    outbox = RealOutbox(path, "booth-1")
    for _ in range(events):
        outbox.append(MonitoringStep(step="started", profile="strict", profile_version=1, agent_version="1"))
    outbox.close()
    return path


def test_an_outbox_is_read_without_changing_it_where_no_agent_runs(tmp_path: Path) -> None:
    assert Outbox().look(a_patient(tmp_path)).state == "unknown"
    path = filled(tmp_path, 3)
    before = path.read_bytes()
    found = Outbox().look(a_patient(tmp_path))
    assert (found.state, found.value) == ("ok", 3)
    assert path.read_bytes() == before
    path.write_bytes(b"no database" * 1000)
    assert Outbox().look(a_patient(tmp_path)).state == "failed"


def test_an_outbox_that_falls_behind_or_was_damaged_is_worth_a_look(tmp_path: Path) -> None:
    assert of(Outbox(), tmp_path).state == "ok"
    assert of(Outbox(), tmp_path, {"outbox_depth": 1001}).state == "warning"
    assert of(Outbox(), tmp_path, {"errors": {"events_waiting_in_memory": 2}}).state == "failed"
    (tmp_path / "state").mkdir()
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"state/outbox.db.damaged-20260504T090000-ab12cd{suffix}").touch()
    found = of(Outbox(), tmp_path)
    assert (found.state, "1 damaged" in found.said) == ("warning", True)


@pytest.mark.parametrize(("waits_s", "state"), [(None, "ok"), (5, "ok"), (90, "warning"), (7200, "failed")])
def test_how_long_the_oldest_event_waits_says_whether_the_hub_takes_them(
    tmp_path: Path, waits_s: int | None, state: str
) -> None:
    now = datetime.now(UTC)
    since = None if waits_s is None else now - timedelta(seconds=waits_s)
    found = of(Acknowledgement(), tmp_path, waiting_since=since, last_ack_at=now - timedelta(minutes=10))
    assert found.state == state
    assert "10 min ago" in found.said


def test_a_dead_agents_oldest_event_tells_how_long_it_waits(tmp_path: Path) -> None:
    assert Acknowledgement().look(a_patient(tmp_path)).state == "ok"
    filled(tmp_path, 2)
    found = Acknowledgement().look(a_patient(tmp_path))
    assert (found.state, "oldest event waits" in found.said) == ("ok", True)
    with sqlite3.connect(tmp_path / "state/outbox.db") as db:
        db.execute("UPDATE events SET payload = ?", (b'{"wall_time": "2020-01-01T00:00:00Z"}',))
    db.close()
    assert Acknowledgement().look(a_patient(tmp_path)).state == "failed"


def test_a_spool_tells_how_full_it_is_and_what_was_left_there(tmp_path: Path) -> None:
    assert Spool().look(a_patient(tmp_path)).state == "unknown"
    spool = tmp_path / "state/spool"
    (spool / "refused").mkdir(parents=True)
    most = 2**20
    patient = a_patient(tmp_path, spool_max_bytes=most)
    assert Spool().look(patient).state == "ok"
    (spool / f"{'a' * 64}.clip").write_bytes(bytes(most * 6 // 10))
    assert Spool().look(patient).state == "warning"
    (spool / f"{'b' * 64}.clip").write_bytes(bytes(most * 4 // 10))
    assert Spool().look(patient).state == "failed"
    (spool / f"{'b' * 64}.clip").rename(spool / "refused" / f"{'b' * 64}.clip")
    assert "refused 1" in Spool().look(patient).said


def test_half_files_of_a_power_cut_are_deleted_and_those_being_written_are_not(tmp_path: Path) -> None:
    spool = tmp_path / "state/spool"
    spool.mkdir(parents=True)
    left, now = spool / f"{'a' * 64}.clip.0.part", spool / f"{'b' * 64}.clip.1.part"
    whole = spool / f"{'c' * 64}.snapshot"
    for path in (left, now, whole):
        path.write_bytes(b"x")
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    patient = a_patient(tmp_path)
    assert "1 half files" in Spool().look(patient).said
    assert Spool().fix(patient) == "deleted 1 half files"
    assert sorted(path.name for path in spool.iterdir()) == sorted([now.name, whole.name])
    assert Spool().look(patient).state == "ok"
