"""`invigil-hub` as people run it: real processes, files and exit codes."""

import json
import os
import signal
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from contract.chain import sha256_hex
from contract.messages import Availability, EnrolReply, EnrolRequest
from contract.topics import booth_topic
from hub.__main__ import app
from tests.support.answering_booth import AnsweringBooth
from tests.support.hub import Device, signing_request
from tests.support.postgres import configure
from tests.support.processes import Program, run, wait_for

EVERYWHERE = "0.0.0.0"  # noqa: S104 (what is tested)
PASSWORD = "a long enough phrase"


@contextmanager
def serving(data: Path, *options: str) -> Iterator[tuple[Program, dict[str, str]]]:
    """A hub that runs on free ports, and what it says in `hub.json`."""
    command = ["invigil-hub", "serve", "--data", str(data), "--port", "0", "--mqtt-port", "0", *options]
    program = Program(command, data.with_suffix(".log")).start()

    def ready() -> dict[str, str] | None:
        program.must_run()
        path = data / "hub.json"
        said = json.loads(path.read_text()) if path.exists() else {}
        return said if said.get("pid") == program.pid else None  # not what a killed one left

    try:
        yield program, wait_for("the hub to be ready", ready)
    finally:
        program.stop()


def failing(*command: str | Path, stdin: str = "") -> str:
    """What a command says that ends with exit code 1."""
    result = CliRunner().invoke(app, [str(part) for part in command], input=stdin)
    assert result.exit_code == 1, result.output
    return result.output.replace("\n", " ")


def test_users_and_booths_are_added_while_the_hub_runs(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data) as (program, ready):
        added = json.loads(run("invigil-hub", "user", "add", "ada", "--role", "admin", "--data", data, "--json"))
        booth = json.loads(run("invigil-hub", "booth", "add", "booth-1", "--name", "One", "--data", data, "--json"))
        assert booth.keys() == {"booth", "claim_code", "expires_at"}
        with httpx.Client(base_url=ready["url"], headers={"X-Invigil-Request": "1"}, timeout=60) as client:
            client.post("/api/v1/sign-in", json={"username": "ada", "password": added["password"]}).raise_for_status()
            assert client.get("/api/v1/booths").json()["items"][0]["name"] == "One"
            cookie = f"invigil_session={client.cookies['invigil_session']}"
        assert json.loads(run("invigil-hub", "user", "list", "--data", data, "--json"))[0]["username"] == "ada"
        assert added["password"] not in program.log.read_text()
        assert booth["claim_code"] not in program.log.read_text()

        url = ready["url"].replace("http", "ws") + "/api/v1/live"
        with connect(url, additional_headers={"Cookie": cookie}, proxy=None) as socket:
            assert "hello" in str(socket.recv())
            began = time.monotonic()
            assert program.stop() == 0
            took_s = time.monotonic() - began
        assert took_s < 30, "a browser that stays must not hold the hub"
        assert not (data / "hub.json").exists()
        assert "Traceback" not in program.log.read_text()


def test_booths_are_assigned_while_the_hub_runs(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data) as (_, ready):
        run("invigil-hub", "user", "add", "pat", "--data", data, "--password-stdin", stdin=PASSWORD)
        run("invigil-hub", "user", "add", "ada", "--role", "admin", "--data", data, "--password-stdin", stdin=PASSWORD)
        for booth in ("booth-1", "booth-2"):
            run("invigil-hub", "booth", "add", booth, "--data", data)
        with httpx.Client(base_url=ready["url"], headers={"X-Invigil-Request": "1"}, timeout=60) as client:
            client.post("/api/v1/sign-in", json={"username": "pat", "password": PASSWORD}).raise_for_status()

            def mine() -> list[str]:
                return list(client.get("/api/v1/me").raise_for_status().json()["booths"])

            assert mine() == []
            said = run("invigil-hub", "user", "assign", "pat", "booth-2", "booth-1", "booth-1", "--data", data)
            assert said == "pat may watch: booth-1, booth-2\n"
            assert mine() == ["booth-1", "booth-2"]
            said = run("invigil-hub", "user", "unassign", "pat", "booth-1", "--data", data, "--json")
            assert json.loads(said) == {"username": "pat", "booths": ["booth-2"]}
            assert mine() == ["booth-2"]
        everyone = json.loads(run("invigil-hub", "user", "list", "--data", data, "--json"))
        assert [(user["username"], user["booths"]) for user in everyone] == [("ada", None), ("pat", ["booth-2"])]
        table = run("invigil-hub", "user", "list", "--data", data)
        assert "all" in table
        assert "booth-2" in table
        assert "every booth" in failing("user", "assign", "ada", "booth-1", "--data", data)


def test_a_device_is_revoked_while_the_hub_runs(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data) as (_, ready):
        booth = json.loads(run("invigil-hub", "booth", "add", "booth-1", "--data", data, "--json"))
        revoke = ("booth", "revoke", "booth-1", "--data", data, "--reason")
        assert "no booth with a device" in failing(*revoke, "stolen")
        key = ec.generate_private_key(ec.SECP256R1())
        request = EnrolRequest(claim_code=booth["claim_code"], csr_pem=signing_request(key))
        with httpx.Client(base_url=ready["url"], headers={"X-Invigil-Request": "1"}, timeout=60) as client:
            enrolled = EnrolReply.parse(
                client.post("/api/v1/enrol", json=request.model_dump()).raise_for_status().content
            )
            device = Device("booth-1", key, enrolled.certificate_pem, tmp_path / "device")
            assert "300 characters" in failing(*revoke, "")
            said = json.loads(run("invigil-hub", *revoke, "stolen", "--json"))
            assert said.keys() == {"booth", "serial", "reason"}
            assert "stolen" in failing(*revoke, "stolen again")
            assert "stolen" in failing("booth", "revoke", said["serial"], "--data", data, "--reason", "again")
            path = f"/api/v1/evidence/{sha256_hex(b'picture')}"
            answer = client.put(path, content=b"picture", headers=device.upload_headers(b"picture"))
            assert answer.status_code == 401
            assert "revoked" in answer.json()["detail"]


def test_ctrl_c_ends_with_0_and_takes_the_broker_along(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data) as (program, _):
        broker = int((data / "mosquitto/mosquitto.pid").read_text())
        os.kill(program.pid, signal.SIGINT)
        assert program.stop() == 0
        assert not Path(f"/proc/{broker}").exists()


def test_after_kill_9_it_starts_again_on_the_same_directory(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data) as (program, first):
        broker = int((data / "mosquitto/mosquitto.pid").read_text())
        program.kill()
        assert Path(f"/proc/{broker}").exists(), "an orphan is left, as after a crash"
    with serving(data, "--mqtt-port", str(first["mqtt_port"])) as (_, again):
        assert again["mqtt_port"] == first["mqtt_port"]
        wait_for("the orphan to be gone", lambda: not Path(f"/proc/{broker}").exists())
        assert httpx.get(f"{again['url']}/readyz").status_code == 200


def test_who_watched_when_the_hub_was_killed_is_known_afterwards(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    run("invigil-hub", "user", "add", "ada", "--role", "admin", "--data", data, "--password-stdin", stdin=PASSWORD)
    added = json.loads(run("invigil-hub", "booth", "add", "booth-1", "--data", data, "--json"))
    key = ec.generate_private_key(ec.SECP256R1())
    with serving(data) as (program, ready), httpx.Client(base_url=ready["url"], timeout=60) as client:
        client.headers["X-Invigil-Request"] = "1"
        request = EnrolRequest(claim_code=added["claim_code"], csr_pem=signing_request(key))
        reply = EnrolReply.parse(client.post("/api/v1/enrol", json=request.model_dump()).raise_for_status().content)
        device = Device("booth-1", key, reply.certificate_pem, tmp_path / "device")
        device.write(reply.ca_pem)
        client.post("/api/v1/sign-in", json={"username": "ada", "password": PASSWORD}).raise_for_status()
        cookie = f"invigil_session={client.cookies['invigil_session']}"
        with AnsweringBooth(device, reply.mqtt_port) as booth:
            wait_for("the booth", booth.client.is_connected)
            booth.client.subscribe(booth_topic("booth-1", "commands"), qos=1)
            wait_for("the subscription", lambda: booth.granted)
            now = datetime.now(UTC)
            booth.send(Availability(state="online", since=now).to_json(), "availability", retain=True)
            wait_for("it online", lambda: client.get("/api/v1/booths/booth-1").json()["availability"] == "online")
            url = ready["url"].replace("http", "ws") + "/api/v1/booths/booth-1/view"
            with connect(url, additional_headers={"Cookie": cookie}, proxy=None) as socket:
                assert "welcome" in str(socket.recv())
                socket.send(json.dumps({"type": "offer", "sdp": "v=0"}))
                assert "answer" in str(socket.recv())
                wait_for("the record", lambda: client.get("/api/v1/watches").json()["items"][0]["answered_at"])
                program.kill()
                with pytest.raises(ConnectionClosed):
                    socket.recv()
    with serving(data) as (_, ready):
        headers = {"Cookie": cookie}
        (watch,) = httpx.get(f"{ready['url']}/api/v1/watches", headers=headers).json()["items"]
        assert (watch["username"], watch["ended_why"]) == ("ada", "hub_stopped")
        assert watch["started_at"] <= watch["ended_at"]


def test_two_hubs_cannot_share_a_directory(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data):
        second = Program(["invigil-hub", "serve", "--data", data, "--port", "0"], tmp_path / "second.log").start()
        wait_for("the second to end", lambda: not second.running)
        assert second.stop() == 1
        assert "running already" in second.tail()
        assert "Traceback" not in second.tail()


def test_a_taken_port_is_said_in_a_line(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data) as (_, ready):
        port = ready["url"].rpartition(":")[2]
        other = Program(
            ["invigil-hub", "serve", "--data", tmp_path / "other", "--port", port], tmp_path / "other.log"
        ).start()
        wait_for("it to end", lambda: not other.running)
        assert other.stop() == 1
        assert "--port" in other.tail()
        assert "Traceback" not in other.tail()


def test_a_taken_mqtt_port_is_said_in_a_line(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    with serving(data) as (_, ready):
        other = Program(
            [
                *("invigil-hub", "serve", "--data", tmp_path / "other"),
                *("--port", "0", "--mqtt-port", str(ready["mqtt_port"])),
            ],
            tmp_path / "other.log",
        ).start()
        wait_for("it to end", lambda: not other.running)
        assert other.stop() == 1
        assert "--mqtt-port" in other.tail()
        assert "Traceback" not in other.tail()


def test_beyond_loopback_it_speaks_https_with_its_own_authority(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    data.mkdir()
    configure(data)
    settings = data / "hub.toml"
    # A test says nothing to the network that its machine is in.
    settings.write_text("announce = false\n" + (settings.read_text() if settings.exists() else ""))
    with serving(data, "--host", EVERYWHERE, "--public-host", "localhost") as (_, ready):
        assert ready["url"].startswith("https://localhost:")
        context = ssl.create_default_context(cafile=str(data / "ca/ca.pem"))
        assert httpx.get(f"{ready['url']}/healthz", verify=context).status_code == 200


def test_settings_come_from_the_file_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("mqtt_prot = 1883\n")
    said = failing("serve", "--data", tmp_path)
    assert "mqtt_prot" in said
    assert "mqtt_port" in said, "the nearest known one is named"
    (tmp_path / "hub.toml").write_text("port = 99999\n")
    assert "port" in failing("serve", "--data", tmp_path)
    (tmp_path / "hub.toml").write_text("port =\n")
    assert "hub.toml" in failing("serve", "--data", tmp_path)


def test_what_cannot_be_is_refused_with_a_hint(tmp_path: Path) -> None:
    run("invigil-hub", "user", "add", "ada", "--data", tmp_path, "--password-stdin", stdin=PASSWORD)
    run("invigil-hub", "booth", "add", "booth-1", "--data", tmp_path)
    for said, hint in (
        (failing("user", "add", "ada", "--data", tmp_path), "user password ada"),
        (failing("user", "add", "bob", "--role", "king", "--data", tmp_path), "proctor"),
        (failing("user", "add", "bob", "--data", tmp_path, "--password-stdin", stdin="short\n"), "12 characters"),
        (failing("user", "password", "bob", "--data", tmp_path), "user list"),
        (failing("booth", "add", "booth-1", "--data", tmp_path), "booth claim booth-1"),
        (failing("booth", "add", "Booth One", "--data", tmp_path), "lower-case"),
        (failing("booth", "claim", "booth-2", "--data", tmp_path), "booth list"),
        (failing("user", "assign", "bob", "booth-1", "--data", tmp_path), "user list"),
        (failing("user", "assign", "ada", "booth-1", "booth-2", "--data", tmp_path), "booth list"),
    ):
        assert hint in said


@pytest.mark.parametrize(
    "command",
    [
        ["serve"],
        ["ingest"],
        ["migrate"],
        ["broker-config"],
        ["backup"],
        ["restore"],
        ["openapi"],
        ["user", "add"],
        ["user", "list"],
        ["user", "password"],
        ["user", "assign"],
        ["user", "unassign"],
        ["booth", "add"],
        ["booth", "claim"],
        ["booth", "list"],
    ],
)
def test_every_command_shows_an_example(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Example: invigil-hub" in result.output
