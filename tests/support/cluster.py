"""One hub made of several processes: two that take events and two that show them, over one PostgreSQL and Mosquitto."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import tomli_w

from tests.support.broker import mosquitto
from tests.support.postgres import Server, server
from tests.support.processes import Program, free_port, run, wait_for

USER = "ada"
PASSWORD = "a long enough phrase"
SHOW = ("hub", "hub-2")
TAKE = ("ingest", "ingest-2")


class Cluster:
    """One data directory, as on one machine or on a shared file system."""

    def __init__(self, folder: Path, database_server: Server | None = None) -> None:
        """`database_server`: its own where that is to break; by default the one of this test process."""
        self.server = database_server or server()
        self.folder = folder
        self.data = folder / "hub"
        self.data.mkdir()
        self.mqtt_port = free_port()
        self.database_name = f"several{self.mqtt_port}"
        self.database = self.server.database(self.database_name)
        (self.data / "hub.toml").write_text(
            tomli_w.dumps(
                {
                    "port": 0,
                    "database": {"url": self.database.url},
                    "broker": {"host": "localhost", "port": self.mqtt_port, "public_host": "127.0.0.1"},
                }
            )
        )
        config = folder / "mosquitto"
        run(
            *("invigil-hub", "broker-config", "--host", "localhost", "--port", str(self.mqtt_port)),
            *("--out", config, "--user", "root", "--data", self.data),
        )
        self.broker = Program([mosquitto(), "-c", str(config / "mosquitto.conf")], folder / "mosquitto.log")
        self.processes = {
            name: Program(
                ["invigil-hub", *role, "--name", name, "--port", "0", "--data", str(self.data)], folder / f"{name}.log"
            )
            for role, names in ((["serve", "--no-ingest"], SHOW), (["ingest"], TAKE))
            for name in names
        }

    def start(self, name: str) -> None:
        program = self.processes[name].start()

        def ready() -> bool:
            program.must_run()
            path = self.data / f"{name}.json"
            return path.exists() and json.loads(path.read_text())["pid"] == program.pid

        wait_for(f"{name} to be ready", ready)

    def kill_and_start(self, name: str) -> None:
        self.processes[name].kill()
        self.start(name)

    def url(self, name: str) -> str:
        return str(json.loads((self.data / f"{name}.json").read_text())["url"])

    def ask(self, statement: str) -> list[list[str]]:
        return self.server.ask(statement, self.database_name)

    def committed(self) -> int:
        return int(self.ask("SELECT count(*) FROM events")[0][0])

    def metric(self, name: str, metric: str) -> float:
        """Of one process, since it started."""
        lines = httpx.get(f"{self.url(name)}/metrics", timeout=30).text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{metric} "))

    def taken_by(self, name: str) -> float:
        """Events that a process has committed since it started."""
        return self.metric(name, "invigil_events_committed_total")

    def add_administrator(self) -> None:
        add = ("invigil-hub", "user", "add", USER, "--role", "admin")
        run(*add, "--data", self.data, "--password-stdin", stdin=PASSWORD)

    def cookie(self) -> str:
        """Of a sign-in, good at every process."""
        with httpx.Client(base_url=self.url(SHOW[0]), headers={"X-Invigil-Request": "1"}, timeout=60) as client:
            client.post("/api/v1/sign-in", json={"username": USER, "password": PASSWORD}).raise_for_status()
            return str(client.cookies["invigil_session"])

    def enrol(self, booth: str, folder: Path) -> Path:
        """At the second of the two that show; the path of its `device.toml`."""
        added = json.loads(run("invigil-hub", "booth", "add", booth, "--data", self.data, "--json"))
        run(
            *("invigil", "device", "enrol", "--hub", self.url(SHOW[1]), "--dir", folder, "--json"),
            *("--camera-kind", "replay", "--camera-source", "none"),
            env={"INVIGIL_CLAIM_CODE": added["claim_code"]},
        )
        return folder / "device.toml"

    def stop(self) -> None:
        for program in self.processes.values():
            program.stop()
        self.broker.stop()


@contextmanager
def a_cluster(folder: Path, database_server: Server | None = None) -> Iterator[Cluster]:
    """Everything runs. What failed is shown with the tail of every log."""
    made = Cluster(folder, database_server)
    try:
        made.broker.start()
        wait_for("Mosquitto", lambda: "running" in made.broker.tail())
        for name in made.processes:
            made.start(name)
        yield made
    except BaseException:
        for program in (made.broker, *made.processes.values()):
            print(f"--- {program.log.name}\n{program.tail()}")
        raise
    finally:
        made.stop()
