"""`invigil hub discover`, and enrolment at a hub that was found: hub and device in a network of their own."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from contract.device import load_device_config
from tests.support import postgres
from tests.support.cli import invigil
from tests.support.own_network import ADDRESS, own_network
from tests.support.processes import BIN, Program, wait_for

EVERYWHERE = "0.0.0.0"  # noqa: S104 (of a network that nobody else is in)
OURS = {"PATH": f"{BIN}:{os.environ['PATH']}"}


class Centre:
    """A hub on every address of a network that nobody else is in."""

    def __init__(self, inside: list[str], folder: Path) -> None:
        self.inside = inside
        self.data = folder / "hub"
        self.data.mkdir()
        postgres.configure(self.data)
        command = [str(BIN / "invigil-hub"), "serve", "--data", str(self.data), "--host", EVERYWHERE]
        self.hub = Program([*inside, *command, "--port", "8443", "--mqtt-port", "8883"], folder / "hub.log")

    def ready(self) -> bool:
        self.hub.must_run()
        return (self.data / "hub.json").exists()

    def run(self, *command: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.inside, str(BIN / str(command[0])), *map(str, command[1:])],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **OURS, **env},
        )

    def discovered(self) -> dict[str, Any] | None:
        done = self.run("invigil", "hub", "discover", "--seconds", "2", "--json")
        assert done.returncode in (0, 3), done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found if found["hubs"] else None

    @property
    def fingerprint(self) -> str:
        certificate = x509.load_pem_x509_certificate((self.data / "ca" / "ca.pem").read_bytes())
        return certificate.fingerprint(hashes.SHA256()).hex()

    def claim(self, booth: str) -> str:
        added = self.run("invigil-hub", "booth", "add", booth, "--data", self.data, "--json")
        assert added.returncode == 0, added.stderr
        return str(json.loads(added.stdout)["claim_code"])


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with own_network() as inside:
        centre = Centre(inside, tmp_path_factory.mktemp("centre"))
        try:
            centre.hub.start()
            wait_for("the hub to be ready", centre.ready)
            yield centre
        finally:
            centre.hub.stop()


def test_a_hub_is_found_with_the_fingerprint_of_its_authority(centre: Centre) -> None:
    found = wait_for("the hub to be found", centre.discovered)
    (hub,) = found["hubs"]
    assert (hub["url"], hub["tls"], hub["addresses"]) == (f"https://{ADDRESS}:8443", True, [ADDRESS])
    assert hub["authority_sha256"] == centre.fingerprint
    assert found["devices"] == []
    shown = centre.run("invigil", "hub", "discover", "--seconds", "2")
    assert hub["url"] in shown.stdout
    assert "compare the fingerprint" in shown.stderr


def test_a_device_that_waits_for_a_booth_is_found_beside_it(centre: Centre, tmp_path: Path) -> None:
    enrolled = tmp_path / "device.toml"
    command = [str(BIN / "invigil"), "device", "announce", "--until", str(enrolled), "--name", "blank-board"]
    device = Program([*centre.inside, *command], tmp_path / "device.log").start()

    def names() -> list[str] | None:
        return [one["name"] for one in (centre.discovered() or {"devices": []})["devices"]]

    try:
        wait_for("the device to be found", lambda: names() == ["blank-board"])
        enrolled.touch()
        wait_for("it to end", lambda: not device.running)
        assert device.stop() == 0, device.tail()
        assert "enrolled meanwhile" in device.tail()
    finally:
        device.stop()


def answering(centre: Centre, folder: Path, code: str, answers: str) -> tuple[int, str]:
    """Enrolment without --hub at a terminal where somebody types `answers`."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*centre.inside, str(BIN / "invigil"), "device", "enrol", "--dir", str(folder)],
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **OURS, "INVIGIL_CLAIM_CODE": code},
        text=True,
    )
    os.close(terminal)
    os.write(controller, answers.encode())
    try:
        _, said = process.communicate(timeout=120)
    finally:
        os.close(controller)
    return process.returncode, said


def test_a_device_enrols_at_a_hub_that_somebody_vouched_for(centre: Centre, tmp_path: Path) -> None:
    wait_for("the hub to be found", centre.discovered)
    code = centre.claim("booth-1")
    refused, said = answering(centre, tmp_path / "device", code, "1\nn\n")
    assert refused == 1, said
    assert "nothing was sent" in said
    enrolled, said = answering(centre, tmp_path / "device", code, "1\ny\n")
    assert enrolled == 0, said
    assert load_device_config(tmp_path / "device" / "device.toml").hub.url == f"https://{ADDRESS}:8443"


def test_a_hub_with_another_authority_is_sent_nothing(centre: Centre, tmp_path: Path) -> None:
    code, url = centre.claim("booth-2"), f"https://{ADDRESS}:8443"
    enrol = ("invigil", "device", "enrol", "--hub", url, "--dir", tmp_path / "device")
    wrong = centre.run(*enrol, "--ca", "ab" * 32, INVIGIL_CLAIM_CODE=code)
    assert wrong.returncode == 1
    assert "not the hub that you mean" in wrong.stderr
    right = centre.run(*enrol, "--ca", centre.fingerprint.upper(), INVIGIL_CLAIM_CODE=code)
    assert right.returncode == 0, right.stderr


def test_a_token_is_sent_to_no_hub_but_the_one_that_is_meant(centre: Centre, tmp_path: Path) -> None:
    login = ("invigil", "hub", "login", "--hub", f"https://{ADDRESS}:8443")
    env = {"INVIGIL_TOKEN": "ivg_made_up", "XDG_CONFIG_HOME": str(tmp_path)}
    for authority, words in (
        (("--ca", "ab" * 32), "not the hub that you mean"),
        ((), "does not trust"),
        (("--ca", centre.fingerprint), "unknown, expired or revoked"),
        (("--ca", str(centre.data / "ca" / "ca.pem")), "unknown, expired or revoked"),
    ):
        said = centre.run(*login, *authority, **env)
        assert said.returncode == 1
        assert words in said.stderr, said.stderr
        assert "ivg_made_up" not in said.stderr
    assert not list(tmp_path.rglob("hub.toml"))


def test_nobody_is_there_to_choose_a_hub(tmp_path: Path) -> None:
    said = invigil("device", "enrol", "--dir", tmp_path, env={"INVIGIL_CLAIM_CODE": "x"})
    assert said.code == 2
    assert "--hub URL" in said.err


def test_an_empty_network_is_said(tmp_path: Path) -> None:
    with own_network() as inside:
        command = [*inside, str(BIN / "invigil"), "hub", "discover", "--seconds", "0.5", "--json"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout) == {"hubs": [], "devices": []}
    assert "UDP 5353" in done.stderr
