"""A whole test centre on one machine: a hub with its private broker and two booths, each a process of its own.

Started and stopped in the order in which they are written here. Only commands that a technician has are used.
"""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from provisioning.console import ProvisioningError, done, step
from provisioning.hub import HubClient
from provisioning.programs import Program, adopt_orphans, beside_python, end_orphans, run

MARK: Final = ".invigil-demo"
"""A folder that holds it was made by the demonstration and may be removed by it."""

USER: Final = "admin"
SCREEN_PORT: Final = 8470
"""Of the first booth's screen; the next ones are where a port is free."""

DEATH_S: Final = 1.0
"""A process that closed its connections is gone this much later at the latest."""

READY_S: Final = 60.0
ONLINE_S: Final = 90.0
"""A Raspberry Pi needs half a minute to load the face landmarker the first time."""


@dataclass(frozen=True)
class Feed:
    """What a booth looks at."""

    kind: str
    source: str
    words: str


@dataclass
class Centre:
    """What runs. `stop` may be called at any time, also after a start that failed half-way."""

    data: Path
    hub: Program
    url: str = ""
    password: str = ""
    booths: dict[str, Program] = field(default_factory=dict)
    screens: dict[str, str] = field(default_factory=dict)
    """Address of each booth's screen."""

    @property
    def programs(self) -> list[Program]:
        return [*self.booths.values(), self.hub]

    def must_run(self) -> None:
        for program in self.programs:
            program.must_run()

    def stop(self) -> list[str]:
        """Booths first, so that the hub hears their goodbye. Names of those that had to be killed.

        A hub that was killed leaves its broker behind, which is ended last.
        """
        deaf = [program.name for program in self.programs if not program.stop()]
        end_orphans()
        return deaf


def prepare_folder(folder: Path) -> None:
    """An empty folder with our mark in it; what an earlier demonstration left is removed."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise ProvisioningError(
                f"{folder} holds files that no demonstration made; nothing was removed",
                "name an empty or a new folder: --data DIR",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def free_port(wanted: int) -> int:
    """`wanted` where nobody listens on it, else 0: any free one."""
    return wanted if _is_free(wanted) else 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def running(data: Path, *, port: int) -> Iterator[Centre]:
    """Hub and broker, ready, with a first administrator; everything is stopped at the end, however it comes."""
    command = [beside_python("invigil-hub"), "serve", "--data", str(data / "hub")]
    hub = Program("hub", [*command, "--port", str(port), "--mqtt-port", "0"], data / "logs" / "hub.log")
    centre = Centre(data, hub)
    try:
        (data / "hub").mkdir()
        step("Starting the hub and its broker")
        adopt_orphans()
        hub.start()
        centre.url = hub.wait_for("the hub to be ready", lambda: _ready(data / "hub" / "hub.json"), READY_S)
        done(f"hub ready at {centre.url}")
        centre.password = _first_administrator(data / "hub")
        done(f"first administrator: {USER}")
        yield centre
    except ProvisioningError:
        # A hub that dies while it is asked something shows as a broken connection first; its last words say more.
        if hub.ends_within(DEATH_S):
            hub.must_run()
        raise
    finally:
        killed = centre.stop()
        for name in killed:
            step(f"{name} did not stop by itself and was killed")


def add_booth(centre: Centre, booth: str, name: str, feed: Feed) -> None:
    """Enrol a booth as in the field, and start its agent."""
    folder = centre.data / booth
    data = str(centre.data / "hub")
    hub, invigil, agent = (beside_python(command) for command in ("invigil-hub", "invigil", "invigil-agent"))
    added = _json(run([hub, "booth", "add", booth, "--name", name, "--data", data, "--json"]))
    screen_port = next(port for port in range(SCREEN_PORT, 65536) if _is_free(port))
    options = ["--camera-kind", feed.kind, "--camera-source", feed.source, "--screen-port", str(screen_port)]
    run(
        [invigil, "device", "enrol", "--hub", centre.url, "--dir", str(folder), *options, "--json"],
        env={"INVIGIL_CLAIM_CODE": added["claim_code"]},
    )
    program = Program(
        booth, [agent, "run", "--config", str(folder / "device.toml")], centre.data / "logs" / f"{booth}.log"
    )
    centre.booths[booth] = program
    centre.screens[booth] = f"http://127.0.0.1:{screen_port}"
    program.start()
    done(f"{booth} enrolled and started: {feed.words}")


def wait_until_online(centre: Centre, client: HubClient) -> None:
    """Until the hub has heard every booth say that it is there."""
    for booth, program in centre.booths.items():

        def online(booth: str = booth) -> bool | None:
            states = {item["booth_id"]: item["availability"] for item in client.booths()}
            return True if states.get(booth) == "online" else None

        program.wait_for("the booth to come online", online, ONLINE_S)


def first_camera() -> Feed | None:
    """The first camera of this machine that delivers a frame."""
    try:
        found = json.loads(run([beside_python("invigil-agent"), "cameras", "--json"], timeout_s=60))
    except (ProvisioningError, ValueError):
        return None  # exit code 1: none delivers
    for camera in found:
        if camera.get("delivers"):
            return Feed(camera["kind"], camera["source"], f"camera {camera['source']}")
    return None


def _ready(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text())["url"])
    except (OSError, ValueError, KeyError):
        return None


def _first_administrator(data: Path) -> str:
    hub = beside_python("invigil-hub")
    return str(_json(run([hub, "user", "add", USER, "--role", "admin", "--data", str(data), "--json"]))["password"])


def _json(text: str) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise ProvisioningError(f"not the JSON that was asked for: {text[:200]!r}") from error
    return value
