"""Updates that are cut off anywhere: whatever is started afterwards works, and the next update goes through."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from provisioning.update import settle
from tests.support.processes import wait_for
from tests.support.tiny_release import Booth, Workshop
from tests.support.updating_device import Update, cut_power

STEPS = (
    *("checking", "staging", "unpacking", "installing", "flushing", "testing", "tested", "switching", "linking"),
    *("restarting", "waiting", "keeping"),
)
CHUNKS = 6
POINTS = int(os.environ.get("INVIGIL_UPDATE_KILLS", "60"))
OLD, NEW = "1.0.0", "1.1.0"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module")
def releases(workshop: Workshop) -> dict[str, Path]:
    return {version: workshop.release(version) for version in (OLD, NEW)}


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop, releases: dict[str, Path]) -> Booth:
    booth = Booth(tmp_path_factory.mktemp("booth"), workshop.keys_dir)
    booth.install(releases[OLD], workshop.keys)
    return booth


def as_before(booth: Booth) -> None:
    """The old release runs and nothing else is there."""
    from provisioning.update.stage import Releases

    settle.point_at(booth.device.root, OLD)
    Releases(booth.device.root).prune()
    (booth.device.root / "state" / "update.json").unlink(missing_ok=True)
    booth.says(OLD)


def starts_again(booth: Booth) -> str:
    """The power is back: what systemd does then, and what comes of it. Gives the version that runs in the end."""
    (booth.state_dir / "status.json").unlink(missing_ok=True)
    agent, root = booth.device.root / "current" / "bin" / "invigil-agent", booth.device.root
    settle.settle(root, booth.device.status, starting=True)
    said = subprocess.run([agent, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    assert said == booth.runs
    assert said in (OLD, NEW)
    if booth.journal["phase"] == "trial":
        running = subprocess.Popen([agent, "run", "--config", booth.device.config])
        try:
            phase = wait_for(
                "the trial's end",
                lambda: (now := settle.settle(root, booth.device.status)["phase"]) != "trial" and now,
            )
        finally:
            running.kill()
            running.wait()
        assert phase == "healthy"
        assert booth.runs == NEW
    assert booth.journal["phase"] not in ("trial", "rolling_back")
    return booth.runs


def goes_through(booth: Booth, release: Path) -> None:
    """Also after what was cut off; whatever that left is gone then."""
    booth.says(OLD)
    process = Update(booth.device, release, booth.path).start()
    wait_for("the update's end", lambda: not process.is_alive())
    assert process.exitcode == 0
    cut_power(process)
    assert (booth.runs, booth.journal["phase"]) == (NEW, "healthy")
    assert {path.name for path in (booth.device.root / "releases").iterdir()} == {OLD, NEW}


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_killed_at_any_time_it_ends_in_a_version_that_works(
    booth: Booth, releases: dict[str, Path], chunk: int
) -> None:
    dice = random.Random(chunk)
    as_before(booth)
    began_s = time.monotonic()
    goes_through(booth, releases[NEW])
    takes_s = time.monotonic() - began_s
    seen = set()
    for point in range(POINTS // CHUNKS):
        as_before(booth)
        process = Update(booth.device, releases[NEW], booth.path).start()
        process.join(dice.uniform(0.0, takes_s * 1.05))
        cut_power(process)
        seen.add((booth.journal["phase"], starts_again(booth)))
        if point % 5 == 4 and booth.runs == OLD:
            goes_through(booth, releases[NEW])
    assert len(seen) > 1, "all were killed in one phase"


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_it_ends_in_a_version_that_works(
    booth: Booth, releases: dict[str, Path], step: str, tmp_path: Path
) -> None:
    as_before(booth)
    process = Update(booth.device, releases[NEW], booth.path, die_at_step=step, steps=tmp_path / "steps").start()
    wait_for("its death", lambda: not process.is_alive())
    assert process.exitcode == -signal.SIGKILL, (tmp_path / "steps").read_text()
    cut_power(process)
    switched = STEPS.index(step) > STEPS.index("linking")
    assert starts_again(booth) == (NEW if switched else OLD)
    if not switched:
        goes_through(booth, releases[NEW])
