"""A booth's board with systemd beside a real hub: our release on it and its units, as a technician puts them there."""

import socket
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.booted import Booted
from tests.support.footage import seeing_then_covered
from tests.support.processes import ROOT, free_port, run, wait_for
from tests.support.real_release import RealWorkshop
from tests.support.stack import Stack, stack

BOOTH = "room-1-a"
FIRST = "1.0.0"
PACKAGES = "/srv/packages"
"""Where the board has the environment of the tests: our services see no home folders and no /tmp of others."""
VIDEO = "/srv/booth.mp4"
STICK = "media/stick"
SITE = sysconfig.get_path("purelib")
PROPER = {"PYTHONPATH": f"{ROOT}:{SITE}"}
"""With which the first release is installed, before one is there; by the system's own Python, as on a card."""
AGENT = "invigil-agent.service"


@dataclass
class Board:
    centre: Stack
    booted: Booted
    workshop: RealWorkshop
    client: httpx.Client
    screen_port: int = field(default_factory=free_port)

    def ask_hub(self, method: str, path: str, **more: Any) -> Any:
        answer = self.client.request(method, f"/api/v1{path}", **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def device(self) -> Any:
        """As the hub sees it; None while it knows none."""
        items = self.ask_hub("GET", "/devices")["items"]
        return next((each for each in items if each["status"] not in ("revoked", "replaced")), None)

    def is_online(self, version: str = "") -> bool:
        device = self.device()
        return bool(
            device and device["status"] in ("online", "degraded") and (not version or device["version"] == version)
        )

    def invigil(self, *words: str, **env: str) -> str:
        """A command of the release that is current there."""
        return self.booted.ask("/opt/invigil/current/bin/invigil", *words, env=env)

    def put_on_stick(self, release: Path) -> str:
        folder = self.booted.path(STICK)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / release.name).write_bytes(release.read_bytes())
        return f"/{STICK}/{release.name}"

    def install(self) -> None:
        """The first release and the units, before there is anybody to be."""
        keys = self.booted.path("opt/invigil/release-keys")
        keys.mkdir(parents=True)
        (keys / "workshop.pem").write_bytes((self.workshop.keys_dir / "workshop.pem").read_bytes())
        stick = self.put_on_stick(self.workshop.real(FIRST))
        command = ["/usr/bin/python3", "-m", "provisioning", "device", "install", "--no-screen"]
        self.booted.ask(*command, "--release-file", stick, env=PROPER)

    def enrol(self) -> None:
        """As the agent's user, with a camera that is a file, and without weights: those are no part of a release, and
        looking with them is most of what an agent costs."""
        code = self.centre.claim_code(BOOTH)
        words = [*("device", "enrol", "--hub", self.centre.url, "--dir", "/etc/invigil"), *self.camera]
        self.booted.ask(
            *("runuser", "-u", "invigil-agent", "--", "/opt/invigil/current/bin/invigil", *words),
            *("--state-dir", "/var/lib/invigil-agent"),
            env={"INVIGIL_CLAIM_CODE": code},
        )

    @property
    def camera(self) -> tuple[str, ...]:
        """What `device enrol` is told of this board besides."""
        return (
            *("--camera-kind", "replay", "--camera-source", VIDEO, "--weights-dir", "/srv/no-weights"),
            *("--screen-port", str(self.screen_port)),
        )

    def start(self) -> None:
        self.booted.ask("systemctl", "start", AGENT)
        wait_for("the booth to be online", self.is_online)

    @property
    def runs(self) -> str:
        """The version that `current` leads to."""
        return self.booted.ask("readlink", "/opt/invigil/current").rpartition("/")[2]

    def agent_pid(self) -> int:
        """On the board; 0 while none runs."""
        return int(self.booted.shows(AGENT, "MainPID"))

    def restarts(self) -> int:
        return int(self.booted.shows(AGENT, "NRestarts"))


@contextmanager
def a_board(folder: Path, settings: str = "") -> Iterator[Board]:
    """Switched on, with nothing of ours on it yet. `settings` stand in the hub's hub.toml."""
    assert [name for _, name in socket.if_nameindex()] == ["lo"], "it announces itself: run it by make test-systemd"
    system = run_system_python()
    assert system == sys.version_info[:2], f"the system's Python is {system}; the tests must run with the same"
    workshop = RealWorkshop(folder / "workshop", packages=Path(PACKAGES))
    (folder / "hub" / "release-keys").mkdir(parents=True)
    (folder / "hub" / "release-keys" / "workshop.pem").write_bytes((workshop.keys_dir / "workshop.pem").read_bytes())
    if settings:
        (folder / "hub" / "hub.toml").write_text(settings)
    video = seeing_then_covered(folder / "booth.mp4")
    with stack(folder) as centre, centre.client() as client, Booted(folder / "board") as booted:
        booted.path(VIDEO[1:]).write_bytes(video.read_bytes())
        done = booted.sandbox.run("sh", "-c", f"mkdir -p {PACKAGES} /srv/no-weights && mount --bind {SITE} {PACKAGES}")
        assert done.returncode == 0, done.stderr
        booted.switch_on()
        yield Board(centre, booted, workshop, client)


def run_system_python() -> tuple[int, ...]:
    said = run("/usr/bin/python3", "-c", "import sys; print(*sys.version_info[:2])")
    return tuple(map(int, said.split()))
