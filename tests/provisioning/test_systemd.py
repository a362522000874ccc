"""The units, users, rules and files for systemd: read by systemd itself, without one that runs."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from agent.reboot import FILE
from provisioning.update.device import Device
from provisioning.update.requests import REQUEST

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
UNITS = sorted((SYSTEMD / "system").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
TIMERS = [unit for unit in UNITS if unit.suffix == ".timer"]
SYSTEMS_OWN = (Path("usr/lib/systemd"), Path("lib/systemd"))
EXPOSURE_MAX = 2.0


def systemd(program: str, *arguments: str | Path) -> str:
    """What a program of systemd says; it must be content."""
    command = [program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system with our units on it: its own units are this machine's, the programs that ours start are there."""
    root = tmp_path_factory.mktemp("system")
    for own in SYSTEMS_OWN:
        if (Path("/") / own).is_dir() and not (Path("/") / own).parent.is_symlink():
            shutil.copytree(Path("/") / own, root / own, symlinks=True)
    shutil.copytree(SYSTEMD / "system", root / "etc/systemd/system")
    for unit in UNITS:
        for program in re.findall(r"^Exec(?:Start|Condition)=(\S+)", unit.read_text(), re.MULTILINE):
            started = root / program.lstrip("/")
            started.parent.mkdir(parents=True, exist_ok=True)
            started.touch(mode=0o755)  # an existing one, such as /bin/sh, stays
    return root


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_has_nothing_to_say_about_a_unit(root: Path, unit: Path) -> None:
    name = unit.name.replace("@.", "@ingest-2.")
    said = systemd("systemd-analyze", "verify", f"--root={root}", "--man=no", name)
    assert not [line for line in said.splitlines() if "invigil" in line], said


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_exposed_little(unit: Path) -> None:
    said = systemd("systemd-analyze", "security", "--offline=yes", "--no-pager", unit)
    (exposure,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert float(exposure) <= EXPOSURE_MAX, said


def test_only_the_agent_is_watched_and_it_says_when_it_is_up() -> None:
    agent = (SYSTEMD / "system" / "invigil-agent.service").read_text()
    assert "Type=notify" in agent
    assert "WatchdogSec=" in agent
    for unit in SERVICES:
        text = unit.read_text()
        assert ("Type=oneshot" in text) is not ("Restart=always" in text), unit.name
        starters = {unit.with_suffix(suffix) for suffix in (".timer", ".path")}
        wanted = any(re.search(rf"^Wants=.*{unit.name}", other.read_text(), re.MULTILINE) for other in UNITS)
        assert "Type=oneshot" not in text or wanted or starters & set(UNITS), f"{unit.name}: nothing starts it"


def test_a_timer_makes_up_for_the_nights_without_power() -> None:
    assert {timer.stem for timer in TIMERS} == {"invigil-renew", "invigil-retention"}
    for timer in TIMERS:
        text = timer.read_text()
        assert "Persistent=yes" in text
        assert "RandomizedDelaySec=" in text, "not every booth at once"
        (when,) = re.findall(r"^OnCalendar=(.+)$", text, re.MULTILINE)
        assert "Next elapse" in systemd("systemd-analyze", "calendar", when)
        assert timer.with_suffix(".service") in SERVICES


def test_the_board_is_started_again_for_the_file_that_the_agent_writes() -> None:
    path, service, agent = (
        (SYSTEMD / "system" / name).read_text()
        for name in ("invigil-reboot.path", "invigil-reboot.service", "invigil-agent.service")
    )
    (file,) = re.findall(r"^PathExists=(\S+)", path, re.MULTILINE)
    (folder,) = re.findall(r"^RuntimeDirectory=(\S+)", agent, re.MULTILINE)
    assert file == f"/run/{folder}/{FILE}"
    assert f"rm {file}\n" in service
    assert "SuccessAction=reboot" in service


def test_updates_are_looked_for_where_the_agent_and_the_updater_write() -> None:
    path, service, starting = (
        (SYSTEMD / "system" / name).read_text()
        for name in ("invigil-update.path", "invigil-update.service", "invigil-settle.service")
    )
    device = Device()
    watched = re.findall(r"^PathExists=(\S+)", path, re.MULTILINE)
    assert watched == [str(device.requests / REQUEST), str(device.root / "state" / "trial")]
    for text in (service, starting):
        assert f"/usr/bin/python3 -I {device.root}/boot/settle.py" in text
        assert re.findall(r"^ReadWritePaths=(.+)$", text, re.MULTILINE)[0].split()[0] == f"-{device.root}"


def test_users_and_folders_are_made_as_the_units_expect(tmp_path: Path) -> None:
    for part in ("sysusers.d", "tmpfiles.d"):
        shutil.copytree(SYSTEMD / part, tmp_path / "usr/lib" / part)
    planned = systemd("systemd-sysusers", "--dry-run", f"--root={tmp_path}", *_names("sysusers.d"))
    users = {user for unit in SERVICES for user in re.findall(r"^User=(\S+)", unit.read_text(), re.MULTILINE)}
    assert users == {"invigil", "invigil-agent", "invigil-screen"}
    for user in users:
        assert f"Creating user '{user}'" in planned, planned


def _names(part: str) -> list[str]:
    return [path.name for path in sorted((SYSTEMD / part).iterdir())]
