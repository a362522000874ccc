"""Weights of which one byte was changed: the detector says so and is off, or does with less; the others go on."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.frame import Frame
from agent.vision.analyzer import Analyzer
from contract.manifest import load_manifest
from contract.messages import DetectorHealth
from tests.support.portrait import scene
from tests.support.weights import real_weights

NAMES = [entry.name for entry in load_manifest().weights if entry.default]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    manifest, real = real_weights()
    for entry in manifest.weights:
        if (real / entry.name).exists():
            shutil.copy(real / entry.name, tmp_path)
    return tmp_path


def change_one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.fixture
def started(folder: Path, request: pytest.FixtureRequest) -> Iterator[Analyzer]:
    change_one_byte(folder / request.param)
    analyzer = Analyzer(load_manifest(), folder)
    yield analyzer
    analyzer.close()


def health_of(analyzer: Analyzer, name: str) -> DetectorHealth:
    return next(health for health in analyzer.detectors() if health.name == name)


@pytest.mark.parametrize("started", NAMES, indirect=True)
def test_weights_with_one_byte_changed_are_not_used_and_it_is_said(
    started: Analyzer, request: pytest.FixtureRequest
) -> None:
    altered = request.node.callspec.params["started"]
    name = load_manifest().find(altered).detector
    health = health_of(started, name)
    assert altered not in started.models()
    assert f"{altered} was altered: SHA-256 is" in health.reason
    assert f"run: invigil models fetch {altered}" in health.reason
    seen = started.analyze(Frame(scene(), 0.0, datetime(2026, 1, 1, tzinfo=UTC), 0))
    assert (seen.faces is not None) == (health_of(started, "faces").state == "on")
    assert (seen.objects is not None) == (health_of(started, "objects").state == "on")
    assert not seen.camera.blocked
    others = [health for health in started.detectors() if health.name not in (name, "identity")]
    assert [other.state for other in others] == ["on"] * len(others)
    assert {other.reason for other in others} <= {"", "face engine litert"}
    assert started.failures == 0
