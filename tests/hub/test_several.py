"""Several processes of one hub: two that take events and two that show them, over one PostgreSQL and one Mosquitto."""

import asyncio
import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
import tomli_w
from websockets.sync.client import connect

from hub.config import Settings
from hub.errors import HubError
from hub.evidence.unfinished import Unfinished
from hub.serve import check_parts
from tests.support.broker import mosquitto
from tests.support.postgres import server
from tests.support.processes import Program, free_port, run, wait_for

PASSWORD = "a long enough phrase"
RATE_HZ = 30


class Cluster:
    """One data directory, as on one machine or on a shared file system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "hub"
        self.data.mkdir()
        self.mqtt_port = free_port()
        self.database_name = f"several{self.mqtt_port}"
        self.database = server().database(self.database_name)
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
            for role, names in ((["serve", "--no-ingest"], ("hub", "hub-2")), (["ingest"], ("ingest", "ingest-2")))
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
        return server().ask(statement, self.database_name)

    def committed(self) -> int:
        return int(self.ask("SELECT count(*) FROM events")[0][0])

    def taken_by(self, name: str) -> float:
        """Events that a process has committed since it started."""
        lines = httpx.get(f"{self.url(name)}/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("invigil_events_committed_total"))

    def stop(self) -> None:
        for program in self.processes.values():
            program.stop()
        self.broker.stop()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
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


def add_pump(cluster: Cluster) -> Program:
    """A booth that reports one violation after the other, enrolled at the second of the two that serve."""
    added = json.loads(run("invigil-hub", "booth", "add", "booth-1", "--data", cluster.data, "--json"))
    folder = cluster.folder / "booth-1"
    run(
        *("invigil", "device", "enrol", "--hub", cluster.url("hub-2"), "--dir", folder, "--json"),
        *("--camera-kind", "replay", "--camera-source", "none"),
        env={"INVIGIL_CLAIM_CODE": added["claim_code"]},
    )
    journal = cluster.folder / "journal"
    command = ["python", "-m", "tests.support.camera_less_booth", str(folder / "device.toml"), str(journal)]
    return Program([*command, str(RATE_HZ)], cluster.folder / "pump.log")


def journal(cluster: Cluster, word: str) -> set[str]:
    lines = (cluster.folder / "journal").read_text().splitlines()
    return {line.split()[1] for line in lines if line.startswith(word) and len(line.split()[1]) == 36}


@pytest.mark.slow
def test_whichever_process_is_killed_every_event_is_committed_once(cluster: Cluster) -> None:
    run(
        *("invigil-hub", "user", "add", "ada", "--role", "admin"),
        *("--data", cluster.data, "--password-stdin"),
        stdin=PASSWORD,
    )
    pump = add_pump(cluster).start()

    def more_than(before: int) -> bool:
        return cluster.committed() > before

    try:
        wait_for("both to take events", lambda: all(cluster.taken_by(name) > 10 for name in ("ingest", "ingest-2")))
        with httpx.Client(base_url=cluster.url("hub"), headers={"X-Invigil-Request": "1"}, timeout=60) as client:
            client.post("/api/v1/sign-in", json={"username": "ada", "password": PASSWORD}).raise_for_status()
            cookie = f"invigil_session={client.cookies['invigil_session']}"
        # Signed in at one, shown by the other what a third has stored.
        live = cluster.url("hub-2").replace("http", "ws") + "/api/v1/live"
        with connect(live, additional_headers={"Cookie": cookie}, proxy=None) as socket:
            wait_for("a violation on the other's screen", lambda: "no_face" in str(socket.recv(timeout=60)))
        order = list(cluster.processes)
        random.Random(3).shuffle(order)
        for name in order:
            before = cluster.committed()
            cluster.processes[name].kill()
            wait_for(f"events to flow while {name} is dead", partial(more_than, before + RATE_HZ))
            cluster.start(name)
            before = cluster.committed()
            wait_for(f"events to flow with {name} again", partial(more_than, before + RATE_HZ))
        before_ingest = {name: cluster.taken_by(name) for name in ("ingest", "ingest-2")}
        wait_for(
            "both to take events again",
            lambda: all(cluster.taken_by(name) > before for name, before in before_ingest.items()),
        )
    finally:
        pump.stop()
    kept, will = journal(cluster, "kept"), journal(cluster, "will")
    wait_for("the last event", lambda: stopped(cluster))
    deliver_the_rest(cluster, pump, kept)
    found = [row[0] for row in cluster.ask("SELECT violation_id FROM violations")]
    assert len(found) == len(set(found))
    assert kept - set(found) == set(), "lost"
    assert set(found) - will - journal(cluster, "will") == set(), "invented"
    chains = cluster.ask(
        "SELECT count(*), count(DISTINCT seq), min(seq), max(seq), bool_and(link_ok) FROM events GROUP BY chain_id"
    )
    assert chains
    for count, distinct, first, last, linked in chains:
        assert (first, count, distinct, linked) == ("1", last, last, "t")
    assert cluster.ask("SELECT count(*) FROM rejected_messages") == [["0"]]
    assert cluster.ask("SELECT count(*) FROM chain_gaps") == [["0"]]
    for program in cluster.processes.values():
        assert "Traceback" not in program.log.read_text()


@pytest.mark.slow
def test_who_looks_through_one_process_is_known_to_the_other(cluster: Cluster) -> None:
    data = ("--data", cluster.data)
    run("invigil-hub", "user", "add", "ada", "--role", "admin", *data, "--password-stdin", stdin=PASSWORD)
    run("invigil-hub", "booth", "add", "booth-1", *data, "--json")
    with httpx.Client(base_url=cluster.url("hub"), headers={"X-Invigil-Request": "1"}, timeout=60) as client:
        client.post("/api/v1/sign-in", json={"username": "ada", "password": PASSWORD}).raise_for_status()
        cookies = {"invigil_session": client.cookies["invigil_session"]}

        def seen_by_the_other() -> bool:
            client.post("/api/v1/booths/booth-1/looking").raise_for_status()
            answer = httpx.get(f"{cluster.url('hub-2')}/api/v1/presence", cookies=cookies).raise_for_status()
            return [item["booth_id"] for item in answer.json()["items"]] == ["booth-1"]

        wait_for("the other process to know", seen_by_the_other)


def stopped(cluster: Cluster) -> bool:
    """What the leader writes of the booth, though another led when the booth came."""
    return cluster.ask("SELECT availability FROM booth_states") == [["stopped"]]


def deliver_the_rest(cluster: Cluster, pump: Program, kept: set[str]) -> None:
    """A booth that was stopped may hold events that were not acknowledged; they leave at its next start."""

    def all_here() -> bool:
        return kept <= {row[0] for row in cluster.ask("SELECT violation_id FROM violations WHERE ended_at IS NOT NULL")}

    if not all_here():
        pump.start()
        wait_for("the rest", all_here)
        pump.stop()


@pytest.mark.anyio
async def test_one_process_at_a_time_adds_to_a_booths_files(tmp_path: Path) -> None:
    """Each has an `Unfinished` of its own over the one folder."""
    one, other = Unfinished(tmp_path / "evidence" / "unfinished"), Unfinished(tmp_path / "evidence" / "unfinished")
    order: list[str] = []

    async def second() -> None:
        async with other.alone("booth-1"):
            order.append("the other")

    async with one.alone("booth-1"):
        waiting = asyncio.create_task(second())
        async with other.alone("booth-2"):
            order.append("another booth")
        await asyncio.sleep(0.1)
        order.append("the first")
    await waiting
    assert order == ["another booth", "the first", "the other"]


def test_several_processes_need_what_they_share(tmp_path: Path) -> None:
    for settings in (
        Settings(data=tmp_path, ingests=False),
        Settings(data=tmp_path, serves=False, name="ingest"),
        Settings(data=tmp_path, name="hub-2"),
    ):
        with pytest.raises(HubError, match="PostgreSQL") as caught:
            check_parts(settings)
        assert "hub.toml" in caught.value.hint
    check_parts(Settings(data=tmp_path))
