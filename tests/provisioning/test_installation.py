"""`invigil device install`, `hub install`, their opposites: into a system in a folder, with systemd's own programs."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from provisioning import installation
from tests.support.cli import Said, invigil

ROOT = Path(__file__).resolve().parents[2]
SYSTEMD = ROOT / "systemd"
AGENTS = {
    *("invigil-agent.service", "invigil-announce.service"),
    *("invigil-renew.timer", "invigil-reboot.path", "invigil-update.path"),
}


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """As little of one as there can be: systemd's programs make the rest."""
    (tmp_path / "etc").mkdir()
    return tmp_path


def install(system: Path, *more: str, what: str = "device") -> Said:
    said = invigil(what, "install", "--root", system, *more)
    assert said.code == 0, said.err
    return said


def files(system: Path) -> dict[str, bytes]:
    """Everything but systemd's own record of what it did."""
    return {
        str(path.relative_to(system)): path.read_bytes() if path.is_file() else b""
        for path in sorted(system.rglob("*"))
        if path.name != ".pwd.lock"
    }


def wanted(system: Path) -> set[str]:
    return {link.name for link in (system / "etc/systemd/system").glob("*.wants/*")}


def owner(system: Path, name: str) -> tuple[str, str]:
    """User and group of a file below a root, by that root's own lists."""

    def named(table: str, number: int) -> str:
        rows = [line.split(":") for line in (system / "etc" / table).read_text().splitlines()]
        return {int(row[2]): row[0] for row in rows}.get(number, "root" if number == 0 else str(number))

    found = (system / name).stat()
    return named("passwd", found.st_uid), named("group", found.st_gid)


def test_every_file_of_ours_has_a_place() -> None:
    """One that is shipped and that nothing installs would be forgotten."""
    tables = (installation.AGENT, installation.SCREEN, installation.HUB, installation.TURN)
    named = {file.source for part in tables for file in part.files}
    assert named == {str(path.relative_to(SYSTEMD)) for path in SYSTEMD.rglob("*") if path.is_file()}
    placed = {Path(file.target).name for part in tables for file in part.files}
    assert {unit for part in tables for unit in part.enabled} <= placed


def test_a_booths_services_are_put_in_place_once(system: Path) -> None:
    said = json.loads(install(system, "--json").out)
    assert {each["change"] for each in said["files"]} == {"new"}
    assert wanted(system) == {*AGENTS, "invigil-screen.service"}
    for part in (installation.AGENT, installation.SCREEN):
        for file in part.files:
            placed = system / file.target
            assert placed.read_bytes() == (SYSTEMD / file.source).read_bytes()
            assert stat.S_IMODE(placed.stat().st_mode) == file.mode
    users = (system / "etc/passwd").read_text()
    assert "invigil-agent:" in users
    assert "invigil-screen:" in users
    assert owner(system, "etc/invigil") == ("root", "invigil-agent")
    assert stat.S_IMODE((system / "etc/invigil").stat().st_mode) == 0o770
    started = [step for step in said["steps"] if "start" in step["command"]]
    assert [step["left_out"] for step in started] == ["no systemd runs there"]

    before = files(system)
    again = json.loads(install(system, "--json").out)
    assert {each["change"] for each in again["files"]} == {"same"}
    assert files(system) == before


def test_what_enrolment_wrote_as_root_is_handed_to_the_agent(system: Path) -> None:
    install(system)
    for name in ("device.key", "device.toml", "ca.pem"):
        (system / "etc/invigil" / name).write_text("x")
    install(system)
    for name, mode in (("device.key", 0o600), ("device.toml", 0o640), ("ca.pem", 0o644)):
        assert owner(system, f"etc/invigil/{name}") == ("invigil-agent", "invigil-agent")
        assert stat.S_IMODE((system / "etc/invigil" / name).stat().st_mode) == mode


def test_a_dry_run_shows_a_diff_and_changes_nothing(system: Path) -> None:
    install(system)
    unit = system / "etc/systemd/system/invigil-agent.service"
    unit.write_text(unit.read_text().replace("WatchdogSec=30\n", "WatchdogSec=300\n"))
    before = files(system)
    said = install(system, "--dry-run", "--json")
    assert "-WatchdogSec=300\n+WatchdogSec=30\n" in said.err
    changes = {Path(each["path"]).name: each["change"] for each in json.loads(said.out)["files"]}
    assert changes.pop("invigil-agent.service") == "changed"
    assert set(changes.values()) == {"same"}
    assert files(system) == before
    install(system)
    assert "WatchdogSec=30\n" in unit.read_text()


def test_a_booth_without_a_screen_has_no_browser(system: Path) -> None:
    install(system, "--no-screen")
    assert wanted(system) == AGENTS
    assert not (system / "etc/systemd/system/invigil-screen.service").exists()
    assert not (system / "etc/pipewire").exists()


def test_uninstalling_leaves_what_is_not_ours_and_all_data(system: Path) -> None:
    install(system)
    key = system / "etc/invigil/device.key"
    key.write_text("a key")
    changed = system / "etc/systemd/system/invigil-screen.service"
    changed.write_text(changed.read_text() + "# another port\n")
    said = invigil("device", "uninstall", "--root", system, "--json")
    assert said.code == 0, said.err
    left = {name for name in files(system) if "invigil" in name}
    assert left == {"etc/invigil", "etc/invigil/device.key", "etc/systemd/system/invigil-screen.service", "opt/invigil"}
    assert json.loads(said.out)["kept"] == [str(changed)]
    assert wanted(system) == set()
    assert invigil("device", "uninstall", "--root", system).code == 0, "a second time there is nothing to do"


def test_purging_asks_first(system: Path) -> None:
    install(system)
    (system / "var/lib/invigil-agent").mkdir(parents=True)
    (system / "etc/invigil/device.key").write_text("a key")
    refused = invigil("device", "uninstall", "--root", system, "--purge", stdin="n\n")
    assert refused.code == 1
    assert (system / "etc/invigil/device.key").exists()
    assert wanted(system), "nothing was begun"
    done = invigil("device", "uninstall", "--root", system, "--purge", "--yes", "--json")
    assert done.code == 0, done.err
    assert not [name for name in files(system) if "invigil" in name]
    assert len(json.loads(done.out)["deleted"]) == 3


def test_a_hubs_services_with_ingesters_and_a_turn_server(system: Path) -> None:
    said = json.loads(install(system, "--turn", "--ingest", "ingest-2", "--json", what="hub").out)
    assert said["enabled"] == ["invigil-hub.service", "invigil-retention.timer", "invigil-ingest@ingest-2.service"]
    assert wanted(system) == set(said["enabled"])
    assert os.access(system / "etc/invigil/coturn/start.sh", os.X_OK)
    assert (system / "etc/systemd/system/coturn.service.d/invigil.conf").is_file()
    assert "invigil:" in (system / "etc/passwd").read_text()
    assert invigil("hub", "uninstall", "--root", system, "--ingest", "ingest-2", "--yes").code == 0
    assert wanted(system) == set()
    assert not list((system / "etc/systemd/system").rglob("*.service"))


@pytest.mark.parametrize("what", ["device", "hub"])
@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_help_shows_how(what: str, command: str) -> None:
    said = invigil(what, command, "--help")
    assert said.code == 0
    assert f"invigil {what} {command}" in said.out.partition("Examples:")[2]


def test_a_folder_that_is_no_system_is_refused(tmp_path: Path) -> None:
    said = invigil("device", "install", "--root", tmp_path)
    assert said.code == 1
    assert "there is no etc in it" in said.err
    assert "→" in said.err
    wrong = invigil("hub", "install", "--root", ROOT, "--ingest", "../x")
    assert wrong.code == 1
    assert "no name of a process" in wrong.err


def test_without_rights_it_says_who_may(system: Path) -> None:
    """A file where a folder must be stands for a place that may not be written, whoever runs the tests."""
    shutil.rmtree(system / "etc")
    (system / "etc").mkdir()
    (system / "etc/systemd").write_text("")
    said = invigil("device", "install", "--root", system)
    assert said.code == 1
    assert "cannot be written" in said.err
