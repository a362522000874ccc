"""A whole test centre on one machine: a real hub with its broker, and booths that were enrolled as in the field."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support import postgres
from tests.support.processes import Program, free_port, run, wait_for

USER = "proctor-in-chief"
PASSWORD = "a long enough phrase for a test"


class Stack:
    """`invigil-hub serve` over a data folder, and the booths beside it. Ports are chosen once and kept on a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "hub"
        self.http_port, self.mqtt_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.hub = Program(
            [
                *("invigil-hub", "serve", "--data", self.data),
                *("--port", str(self.http_port), "--mqtt-port", str(self.mqtt_port)),
            ],
            folder / "hub.log",
        )
        self.booths: dict[str, Program] = {}
        self.screens: dict[str, int] = {}
        """Port of each booth's screen."""

    def start_hub(self) -> None:
        self.data.mkdir(exist_ok=True)
        postgres.configure(self.data)
        (self.data / "hub.json").unlink(missing_ok=True)
        self.hub.start()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            self.hub.must_run()
            if not (self.data / "hub.json").exists():
                return False
            try:
                return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
            except httpx.HTTPError:
                return False

        wait_for("the hub to be ready", ready)

    def add_administrator(self) -> None:
        run(
            *("invigil-hub", "user", "add", USER, "--role", "admin", "--data", self.data, "--password-stdin"),
            stdin=PASSWORD,
        )

    def enrol(self, booth: str, camera_source: Path, weights_dir: Path | None = None) -> Path:
        """Make a booth known and enrol its device as a technician would; the path of its `device.toml`."""
        weights = ("--weights-dir", weights_dir) if weights_dir else ()
        folder = self.folder / booth
        code = self.claim_code(booth)
        run(
            *("invigil", "device", "enrol", "--hub", self.url, "--dir", folder),
            *("--camera-kind", "replay", "--camera-source", camera_source, *weights, "--json"),
            *("--screen-port", str(self.screens.setdefault(booth, free_port()))),
            env={"INVIGIL_CLAIM_CODE": code},
        )
        return folder / "device.toml"

    def claim_code(self, booth: str) -> str:
        """Of a booth that is made known with it."""
        added = json.loads(
            run("invigil-hub", "booth", "add", booth, "--name", booth.title(), "--data", self.data, "--json")
        )
        return str(added["claim_code"])

    def add_booth(
        self, booth: str, video: Path, *, profile: str = "strict", weights_dir: Path | None = None
    ) -> Program:
        """A booth that plays `video` for ever, enrolled and started."""
        config = self.enrol(booth, video, weights_dir)
        with self.client() as client:
            client.put(f"/api/v1/booths/{booth}/profile", json={"profile": profile}).raise_for_status()
        return self._start(booth, ["invigil-agent", "run", "--config", config])

    def add_barcode_booth(self, booth: str) -> Program:
        """A booth in whose pictures the moment of capture can be read (`tests.support.barcode`).

        It keeps no clips, so that whether anything is encoded depends on who watches alone.
        """
        config = self.enrol(booth, Path("none"))
        written = config.read_text()
        assert "clips = true" in written
        config.write_text(written.replace("clips = true", "clips = false"))
        return self._start(booth, [sys.executable, "-m", "tests.support.barcode_booth", config])

    def _start(self, booth: str, command: list[str | Path]) -> Program:
        self.booths[booth] = Program(command, self.folder / f"{booth}.log")
        return self.booths[booth].start()

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Signed in as the administrator."""
        with httpx.Client(base_url=self.url, headers={"X-Invigil-Request": "1"}, timeout=30) as client:
            client.post("/api/v1/sign-in", json={"username": USER, "password": PASSWORD}).raise_for_status()
            yield client

    def violations(self) -> list[dict[str, Any]]:
        """All violations the hub shows, through the REST pages."""
        items: list[dict[str, Any]] = []
        with self.client() as client:
            params: dict[str, str] = {"limit": "200"}
            while True:
                page = client.get("/api/v1/violations", params=params).raise_for_status().json()
                items += page["items"]
                if not page["next"]:
                    return items
                params["before"] = page["next"]

    def broker_pid_or_none(self) -> int | None:
        """The hub's private Mosquitto, found as an operator would: by the configuration it runs with."""
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    words = (process / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if words[0].endswith(b"mosquitto") and any(str(self.data).encode() in word for word in words):
                    return int(process.name)
        return None

    def broker_pid(self) -> int:
        pid = self.broker_pid_or_none()
        assert pid is not None, "no Mosquitto runs for this hub"
        return pid

    def outbox_depth(self, booth: str) -> int:
        """Events that the booth's outbox still holds, read from its file."""
        path = next((self.folder / booth / "state").glob("outbox*.db"))
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            depth: int = database.execute("SELECT count(*) FROM events").fetchone()[0]
            return depth

    def stop(self) -> None:
        for booth in self.booths.values():
            booth.stop()
        self.hub.stop()


@contextmanager
def stack(folder: Path) -> Iterator[Stack]:
    """A hub that runs, with an administrator. What failed is shown with the tail of every log."""
    centre = Stack(folder)
    try:
        centre.start_hub()
        centre.add_administrator()
        yield centre
    except BaseException:
        for program in (centre.hub, *centre.booths.values()):
            print(f"--- {program.log.name}\n{program.tail()}")
        raise
    finally:
        centre.stop()
