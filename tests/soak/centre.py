"""The centre that is soaked: hub, broker and database as they are installed, one booth with a camera, many without."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import tomli_w

from provisioning.hub import HubClient
from provisioning.reel import write_reel
from provisioning.simulation import booth_names, enrol_booths
from tests.support.broker import mosquitto
from tests.support.postgres import Server
from tests.support.processes import Program, run, wait_for
from tests.support.stack import PASSWORD, USER, Stack

Engine = Literal["sqlite", "postgresql"]
CAMERA: Final = "camera-1"
"""The booth whose agent is real in everything."""
RUN_S: Final = 86_400
"""More than any run: booths are stopped with the rest."""
LOAD: Final = {
    "--events-hz": "0.05",
    "--rhythm": "random",
    "--pictures": "0.5",
    "--cut-every": "300",
}
"""Of each booth without a camera: a violation every 40 s, half of them with a picture, a lost link every five
minutes. Much more than in a quiet hall; an hour of it is like a day there."""


class Centre(Stack):
    """On PostgreSQL as it is run past one machine: a broker of its own, one process that takes events and one that
    shows them. On SQLite all is one process with its private broker."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        super().__init__(folder)
        self.parts: dict[str, Program] = {}
        self._server: Server | None = None
        self.data.mkdir()
        settings: dict[str, object] = {"exams": {"turnaround_s": 0}}
        if engine == "postgresql":
            self._server = Server(durable=True)
            settings["database"] = {"url": self._server.database("soak").url}
            settings["broker"] = {"host": "localhost", "port": self.mqtt_port, "public_host": "127.0.0.1"}
        (self.data / "hub.toml").write_text(tomli_w.dumps(settings))
        if self._server:
            self._beside()

    def _beside(self) -> None:
        """Broker and ingester, as programs of their own."""
        made = self.folder / "mosquitto"
        run(
            *("invigil-hub", "broker-config", "--host", "localhost", "--port", str(self.mqtt_port)),
            *("--out", made, "--user", "root", "--data", self.data),
        )
        self.hub.command.append("--no-ingest")
        self.parts["broker"] = Program([mosquitto(), "-c", str(made / "mosquitto.conf")], self.folder / "broker.log")
        self.parts["ingest"] = Program(
            ["invigil-hub", "ingest", "--name", "ingest", "--port", "0", "--data", self.data],
            self.folder / "ingest.log",
        )

    def begin(self) -> None:
        for program in self.parts.values():
            program.start()
        self.start_hub()
        self.add_administrator()

    def fill(self, booths: int, load: dict[str, str], *, camera: bool) -> None:
        """One booth with a camera, if wanted, and so many without."""
        if camera:
            self.add_booth(CAMERA, write_reel(self.folder / "reel.mp4"), profile="standard")
        place = self.folder / "booths"
        with HubClient.signed_in(self.url, USER, PASSWORD) as client:
            enrol_booths(client, booth_names(booths), place, None, lambda: None)
        options = [word for option in load.items() for word in option]
        told: list[str | Path] = ["--report", self.folder / "crowd.json", "--journal", self.folder / "crowd.journal"]
        command = ["invigil-agent", "simulate", place, "--seconds", str(RUN_S), *options, *told]
        self.parts["crowd"] = Program(command, self.folder / "crowd.log").start()

    def roots(self) -> dict[str, int]:
        """First process of each program."""
        found = {"hub": self.hub.pid}
        if "broker" not in self.parts:
            found["broker"] = self.broker_pid()
        if self._server:
            found["PostgreSQL"] = self._server.program.pid
        found |= {name: program.pid for name, program in self.parts.items()}
        return found | {f"agent {booth}": program.pid for booth, program in self.booths.items()}

    def must_run(self) -> None:
        for program in (self.hub, *self.parts.values(), *self.booths.values()):
            program.must_run()

    def stop(self) -> None:
        crowd = self.parts.pop("crowd", None)
        if crowd is not None:
            crowd.stop(60)
        super().stop()
        for program in reversed(self.parts.values()):
            program.stop()
        if self._server:
            self._server.stop()


@contextmanager
def centre(folder: Path, engine: Engine, booths: int, load: dict[str, str], *, camera: bool) -> Iterator[Centre]:
    """It runs, and all booths are online. What failed is shown with the tail of every log."""
    made = Centre(folder, engine)
    try:
        made.begin()
        made.fill(booths, load, camera=camera)
        wait_for("all booths", lambda: _all_online(made))
        yield made
    except BaseException:
        for program in (made.hub, *made.parts.values(), *made.booths.values()):
            print(f"--- {program.log.name}\n{program.tail()}")
        raise
    finally:
        made.stop()


def _all_online(made: Centre) -> bool:
    made.must_run()
    with made.client() as client:
        booths = client.get("/api/v1/booths").raise_for_status().json()["items"]
    return all(booth["availability"] == "online" for booth in booths)
