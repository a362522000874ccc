"""The recorder in a whole booth: a real camera thread, vision, rules, encoder, disk and chain of events."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from agent.app import Agent
from agent.config import load_device_key, spool_dir
from agent.evidence.sealed import spool_key
from agent.evidence.spool import Spool
from agent.health import Trouble
from agent.uplink.outbox import Outbox
from contract.device import CameraConfig, DeviceConfig
from contract.messages import Desired, Event, EventBody, EvidenceAdded, SegmentRecorded, ViolationOpened
from contract.profiles import PROFILES
from tests.support.broker import Authority
from tests.support.footage import seeing_then_covered
from tests.support.processes import free_port, wait_for


def device(folder: Path, **more: Any) -> DeviceConfig:
    """A booth whose hub never answers; its camera sees, then is covered."""
    video = seeing_then_covered(folder / "camera.mp4", covered_s=6)
    return DeviceConfig.model_validate(
        {
            "booth": "booth-1",
            "state_dir": folder / "state",
            "weights_dir": folder / "no weights",
            "hub": {"url": f"http://127.0.0.1:{free_port()}", "mqtt_host": "localhost", "mqtt_port": free_port()},
            "camera": CameraConfig(kind="replay", source=str(video)),
            "screen": {"enabled": False},
            "tls": Authority(folder / "authority").issue("booth-1"),
            **more,
        }
    )


@contextmanager
def running(config: DeviceConfig, desired: Desired) -> Iterator[Agent]:
    agent = Agent(config)
    agent._monitor.want(desired)
    agent.start()
    try:
        yield agent
        assert agent.dead_part() is None
    finally:
        agent.stop(cleanly=True)


def bodies(outbox: Outbox) -> list[EventBody]:
    return [Event.parse(event.payload).body for event in outbox.pending(1000)]


def watched(config: DeviceConfig, desired: Desired) -> list[EventBody]:
    """All events of a booth that runs until it has seen the hand on the lens."""
    with running(config, desired) as agent:
        wait_for(
            "a violation",
            lambda: any(isinstance(body, ViolationOpened) for body in bodies(agent._outbox)),
            timeout_s=60,
        )
    outbox = Outbox(config.state_dir / "outbox.db", "booth-1")
    try:
        return bodies(outbox)
    finally:
        outbox.close()


def test_a_violation_is_followed_by_its_clip_and_the_recording_by_its_segment(tmp_path: Path) -> None:
    config = device(tmp_path)
    events = watched(config, Desired(revision=1, profile=PROFILES["strict"], recording=True))
    (opened,) = [body.violation for body in events if isinstance(body, ViolationOpened)]
    added = [body for body in events if isinstance(body, EvidenceAdded)]
    assert [body.evidence.role for body in added] == ["clip", "boxes"]
    assert {body.violation_id for body in added} == {opened.violation_id}
    segments = [body for body in events if isinstance(body, SegmentRecorded)]
    assert segments
    spool = Spool(spool_dir(config), 2**30, Trouble(), spool_key(load_device_key(config.tls.key)))
    for reference in (added[0].evidence, segments[0].evidence):
        with spool.open(reference.sha256) as file, av.open(io.BytesIO(file.read()), "r") as container:
            assert (container.duration or 0) > 1_000_000
    assert added[0].evidence.taken_at < opened.started_at


def test_a_board_without_power_for_clips_gives_pictures_only(tmp_path: Path) -> None:
    config = device(tmp_path, evidence={"clips": False}, streaming={"enabled": False})
    events = watched(config, Desired(revision=1, profile=PROFILES["strict"], recording=True))
    (opened,) = [body.violation for body in events if isinstance(body, ViolationOpened)]
    assert [reference.role for reference in opened.evidence] == ["snapshot"]
    assert not any(isinstance(body, EvidenceAdded | SegmentRecorded) for body in events)


def test_a_booth_that_nobody_may_watch_has_clips_all_the_same(tmp_path: Path) -> None:
    config = device(tmp_path, streaming={"enabled": False})
    events = watched(config, Desired(revision=1, profile=PROFILES["strict"]))
    assert [body.evidence.role for body in events if isinstance(body, EvidenceAdded)] == ["clip", "boxes"]
    assert not any(isinstance(body, SegmentRecorded) for body in events)
