"""Updates of a device: what is kept, what is given up, and what is refused before anything changes."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioning.console import ProvisioningError
from provisioning.update import settle, stage
from provisioning.update.requests import read_request
from provisioning.update.updater import Options, Updater
from tests.support.processes import wait_for
from tests.support.tiny_release import Booth, Kind, Workshop

QUICK = Options(limit_s=60.0, well_for_s=0.1)
OLD = "1.0.0"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop) -> Booth:
    booth = Booth(tmp_path_factory.mktemp("installed"), workshop.keys_dir)
    booth.install(workshop.release(OLD), workshop.keys)
    return booth


@pytest.fixture
def booth(installed: Booth, monkeypatch: pytest.MonkeyPatch) -> Iterator[Booth]:
    """1.0.0 runs."""
    monkeypatch.setenv("PATH", installed.path)
    settle.point_at(installed.device.root, OLD)
    stage.Releases(installed.device.root).prune()
    for name in ("update.json", "floor"):
        (installed.device.root / "state" / name).unlink(missing_ok=True)
    installed.says(OLD)
    yield installed
    installed.stop()


def updater(booth: Booth, options: Options = QUICK, step: Callable[[str], None] = lambda _name: None) -> Updater:
    return Updater(booth.device, options, step)


def update(booth: Booth, release: Path, options: Options = QUICK) -> dict[str, Any]:
    with release.open("rb") as file:
        return updater(booth, options).update(file)


def refused(booth: Booth, release: Path, options: Options = QUICK) -> str:
    """Why, with nothing changed."""
    before = sorted(path.name for path in (booth.device.root / "releases").iterdir())
    with pytest.raises(ProvisioningError) as told:
        update(booth, release, options)
    assert told.value.hint, "it says what to do"
    assert booth.runs == OLD
    assert sorted(path.name for path in (booth.device.root / "releases").iterdir()) == before
    return str(told.value)


def test_a_release_whose_agent_is_well_stays_and_the_one_before_is_kept(booth: Booth, workshop: Workshop) -> None:
    assert update(booth, workshop.release("1.1.0"))["phase"] == "healthy"
    said = subprocess.run(
        [booth.device.root / "current/bin/invigil-agent", "--version"], capture_output=True, text=True, check=True
    )
    assert (said.stdout.strip(), booth.runs) == ("1.1.0", "1.1.0")
    assert update(booth, workshop.release("1.2.0"))["phase"] == "healthy"
    assert {path.name for path in (booth.device.root / "releases").iterdir()} == {"1.1.0", "1.2.0"}
    assert (booth.device.root / "boot" / "settle.py").read_bytes() == Path(settle.__file__).read_bytes()

    back = updater(booth).roll_back()
    assert (back["phase"], booth.runs) == ("healthy", "1.1.0")
    forth = updater(booth).roll_back()
    assert (forth["phase"], booth.runs) == ("healthy", "1.2.0")
    booth.install(workshop.release(OLD), workshop.keys)


@pytest.mark.parametrize(
    ("kind", "why"),
    [("crashes", "was not well within"), ("deaf", "does not reach the hub"), ("mute", "was not well within")],
)
def test_a_release_whose_agent_is_not_well_is_given_up(booth: Booth, workshop: Workshop, kind: Kind, why: str) -> None:
    journal = update(booth, workshop.release("1.3.0", kind), Options(limit_s=1.5, well_for_s=0.1))
    assert (journal["phase"], booth.runs) == ("rolled_back", OLD)
    assert why in journal["reason"]
    assert not (booth.device.root / "releases" / "1.3.0").exists()
    wait_for("the agent before", lambda: settle.read_agent(booth.device.status).get("health", {}).get("version") == OLD)


def test_an_agent_that_crashes_again_and_again_is_given_up_at_its_next_start(booth: Booth, workshop: Workshop) -> None:
    """As systemd does it: before every start the copy outside of the releases looks, with the system's Python."""
    release = workshop.release("1.4.0", "crashes")
    with release.open("rb") as file, pytest.raises(InterruptedError):
        Updater(booth.device, QUICK, _cut_off_at("waiting")).update(file)
    assert (booth.runs, booth.journal["phase"]) == ("1.4.0", "trial")
    starts = 0
    while booth.runs != OLD:
        subprocess.run(
            [
                *(shutil.which("python3", path="/usr/bin:/usr/local/bin") or "python3", "-I"),
                *(booth.device.root / "boot" / "settle.py", "--starting"),
                *("--root", booth.device.root, "--config", booth.device.config),
            ],
            check=True,
            timeout=60,
        )
        starts += 1
        assert starts <= settle.STARTS_MAX + 1
    assert starts == settle.STARTS_MAX + 1
    assert "started 3 times" in booth.journal["reason"]


def _cut_off_at(wanted: str) -> Callable[[str], None]:
    def step(name: str) -> None:
        if name == wanted:
            raise InterruptedError

    return step


def test_the_hub_need_not_be_reached_where_it_was_not_before(booth: Booth, workshop: Workshop) -> None:
    booth.says(OLD, hub_here=False)
    assert update(booth, workshop.release("1.5.0", "deaf"))["phase"] == "healthy"


def test_a_release_that_fails_its_own_test_is_never_switched_to(booth: Booth, workshop: Workshop) -> None:
    assert "the network does not load" in refused(booth, workshop.release("1.6.0", "fails"))
    assert booth.journal["phase"] == "failed"


def test_never_during_an_exam_session(booth: Booth, workshop: Workshop) -> None:
    release = workshop.release("1.1.0")
    booth.says(OLD, exam_session_on=True)
    assert "an exam session is on" in refused(booth, release)
    (booth.state_dir / "status.json").unlink()
    assert "nobody knows" in refused(booth, release)
    assert update(booth, release, Options(limit_s=60, well_for_s=0.1, agent_may_be_down=True))["phase"] == "healthy"


def test_an_exam_session_that_begins_meanwhile_is_waited_for_and_nothing_is_done_twice(
    booth: Booth, workshop: Workshop
) -> None:
    release, steps = workshop.release("1.1.0"), list[str]()

    def begins(name: str) -> None:
        if name == "testing":
            booth.says(OLD, exam_session_on=True)

    with release.open("rb") as file, pytest.raises(ProvisioningError, match="an exam session is on"):
        updater(booth, step=begins).update(file)
    assert booth.runs == OLD
    booth.says(OLD)
    with release.open("rb") as file:
        assert updater(booth, step=steps.append).update(file)["phase"] == "healthy"
    assert "unpacking" not in steps


def test_only_newer_releases_unless_asked_and_never_below_the_floor(booth: Booth, workshop: Workshop) -> None:
    older = workshop.release("0.9.0")
    assert "is older than 1.0.0" in refused(booth, older)
    assert "runs 1.0.0 already" in refused(booth, workshop.release(OLD))
    assert "can be installed over 1.0.5 or newer" in refused(booth, workshop.release("1.1.0", minimum_from="1.0.5"))
    allowed = Options(limit_s=60, well_for_s=0.1, allow_older=True)
    assert update(booth, workshop.release("1.1.0", floor="1.0.1"))["phase"] == "healthy"
    with pytest.raises(ProvisioningError, match="must not go back"):
        updater(booth).roll_back()
    with older.open("rb") as file, pytest.raises(ProvisioningError, match="must not go back"):
        updater(booth, allowed).update(file)


def test_an_older_release_goes_in_when_it_is_asked_for(booth: Booth, workshop: Workshop) -> None:
    allowed = Options(limit_s=60, well_for_s=0.1, allow_older=True)
    assert update(booth, workshop.release("0.9.0"), allowed)["phase"] == "healthy"
    booth.install(workshop.release(OLD), workshop.keys)


def test_what_nobody_vouches_for_is_refused_before_anything_is_written(
    booth: Booth, workshop: Workshop, tmp_path: Path
) -> None:
    stranger = Workshop(tmp_path / "stranger")
    assert "signed by no key" in refused(booth, stranger.release("1.1.0"))
    assert "signed by no key" in refused(booth, workshop.release("1.1.0", signed=False))
    whole = workshop.release("1.1.0").read_bytes()
    bad = tmp_path / "bad.release"
    for content in (whole[:-1], whole[: len(whole) // 2], b"", whole + b"\0", whole.replace(b"1.1.0", b"1.1.1", 1)):
        bad.write_bytes(content)
        refused(booth, bad)


def test_keys_that_others_may_change_vouch_for_nothing(booth: Booth, workshop: Workshop) -> None:
    release = workshop.release("1.1.0")
    workshop.keys_dir.chmod(0o777)
    try:
        assert os.geteuid() != 0 or "can be changed by others" in refused(booth, release)
    finally:
        workshop.keys_dir.chmod(0o755)
    (workshop.keys_dir / "workshop.pem").rename(workshop.keys_dir / "workshop.away")
    try:
        assert "holds no release key" in refused(booth, release)
    finally:
        (workshop.keys_dir / "workshop.away").rename(workshop.keys_dir / "workshop.pem")


def test_a_file_that_was_altered_is_found_when_it_is_unpacked(booth: Booth, workshop: Workshop, tmp_path: Path) -> None:
    whole = bytearray(workshop.release("1.1.0").read_bytes())
    at = whole.index(b"FRIEND = 1")
    whole[at : at + 1] = b"f"
    bad = tmp_path / "bad.release"
    bad.write_bytes(whole)
    assert "altered" in refused(booth, bad)


def test_a_full_disk_and_another_update_are_seen_first(
    booth: Booth, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = workshop.release("1.1.0")
    with (booth.device.root / "state" / "update.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "another update is at work" in refused(booth, release)
    monkeypatch.setattr(stage, "MARGIN_BYTES", 2**60)
    assert "MB free" in refused(booth, release)


def test_what_the_hub_asked_for_is_answered_in_the_journal(booth: Booth, workshop: Workshop, tmp_path: Path) -> None:
    asked = Options(limit_s=60, well_for_s=0.1, request="rollout-1")
    refused(booth, Workshop(tmp_path / "stranger").release("1.1.0"), asked)
    assert (booth.journal["phase"], booth.journal["request"]) == ("failed", "rollout-1")
    assert "signed by no key" in booth.journal["reason"]
    booth.says(OLD, exam_session_on=True)
    refused(booth, workshop.release("1.1.0"), asked)
    assert booth.journal["phase"] == "failed"


def test_a_request_leads_nowhere_but_to_its_own_file(tmp_path: Path) -> None:
    assert read_request(tmp_path) is None
    secret = tmp_path / "secret"
    secret.write_text('{"name": "x"}')
    (tmp_path / "request.json").symlink_to(secret)
    request = read_request(tmp_path)
    assert request is not None
    assert (request.name, request.file) == ("", tmp_path / "asked.release")
    request.forget()
    assert secret.exists()
    assert read_request(tmp_path) is None
