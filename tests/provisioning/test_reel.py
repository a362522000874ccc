"""The reel shows what it says, when it says so. What the agent makes of it is tested with the real detectors below."""

import json
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from contract.profiles import PROFILES
from provisioning.reel import FPS, FRAME_WH, SCENES, timeline, write_reel
from tests.support.processes import run

SLACK_S = 1.5
"""Rules look a few times a second, and a violation ends after its release time."""


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reel") / "reel.mp4"
    write_reel(path)
    return path


def test_lasts_as_long_as_its_scenes(reel: Path) -> None:
    with av.open(str(reel)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == FRAME_WH
        assert stream.average_rate == FPS
        assert stream.frames == sum(scene.duration_s for scene in SCENES) * FPS


def test_no_scene_stands_still_and_the_covered_one_is_dark(reel: Path) -> None:
    with av.open(str(reel)) as container:
        frames = [frame.to_ndarray(format="gray").astype(np.int16) for frame in container.decode(video=0)]
    moved = [np.abs(after - before).mean() for before, after in pairwise(frames)]
    assert min(moved) > 0.3, "a frozen picture would be a violation of its own"
    brightness = {}
    for scene, begins_s in timeline():
        brightness[scene.name] = frames[int((begins_s + scene.duration_s / 2) * FPS)].mean()
    assert brightness.pop("covered") < 15
    assert min(brightness.values()) > 60


def test_every_scene_outlasts_the_standard_profile() -> None:
    rules = PROFILES["standard"].rules
    for scene in SCENES:
        if scene.raises:
            assert scene.duration_s > getattr(rules, scene.raises).hold_s + 3


def test_another_start_shows_the_same_scenes_in_another_order() -> None:
    assert {scene.name for scene, _ in timeline(2)} == {scene.name for scene, _ in timeline(0)}
    assert next(timeline(1))[0].name == "several"


def test_the_agent_sees_what_the_reel_shows(reel: Path, tmp_path: Path) -> None:
    """Each staged violation is found in its scene, and nothing is found while one person sits there."""
    run("invigil-agent", "replay", reel, "--profile", "standard", "--events", tmp_path)
    found = [json.loads(line) for line in (tmp_path / f"{reel.stem}.jsonl").read_text().splitlines()]
    staged = [(scene, begins_s) for scene, begins_s in timeline() if scene.raises]
    for scene, begins_s in staged:
        assert [
            violation
            for violation in found
            if violation["kind"] == scene.raises and abs(violation["started_at"] - begins_s) < SLACK_S
        ], f"{scene.raises} at {begins_s} s is not among {found}"
    for violation in found:
        assert any(
            begins_s - SLACK_S < violation["started_at"] < begins_s + scene.duration_s + SLACK_S
            for scene, begins_s in staged
        ), f"{violation} is in no staged scene"
