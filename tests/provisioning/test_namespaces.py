"""Devices with addresses of their own enrol, renew, are revoked, replaced and rescued, by the commands there are.

Hub, broker and each device are in network namespaces of their own; nothing is faked but the camera.
"""

import json
import os
import signal
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.device import load_device_config
from tests.support.namespaces import MIDDLE, Machine, Switch, a_switch, a_thread_in, as_somebody_who_may
from tests.support.processes import Program, run, wait_for

PASSWORD = "a long enough phrase for a test"
PORT, MQTT_PORT = 8443, 8883
URL = f"https://{MIDDLE}:{PORT}"
SERIAL = "10000000abcdef01"


class Centre:
    """The hub in the middle, and somebody who is signed in there."""

    def __init__(self, folder: Path, switch: Switch, call: Callable[..., Any]) -> None:
        self.folder, self.data, self.switch = folder, folder / "hub", switch
        self._call = call
        self._client: httpx.Client | None = None
        self.hub: Program | None = None
        self.booths: dict[str, Program] = {}

    def init(self) -> dict[str, Any]:
        options = ("--data", self.data, "--public-host", MIDDLE, "--password", "-", "--json")
        return dict(json.loads(run("invigil", "hub", "init", *options, stdin=f"{PASSWORD}\n")))

    def start(self, certificate_days: float) -> None:
        written = (self.data / "hub.toml").read_text().partition("[devices]")[0]
        (self.data / "hub.toml").write_text(f"{written}[devices]\ncertificate_days = {certificate_days:.6f}\n")
        self.hub = self.switch.middle.start("hub", "invigil-hub", "serve", "--data", self.data)

        def ready() -> bool:
            assert self.hub is not None
            self.hub.must_run()
            return (self.data / "hub.json").exists()

        wait_for("the hub to be ready", ready)
        self._client = self._call(self._sign_in)

    def _sign_in(self) -> httpx.Client:
        client = httpx.Client(
            base_url=f"{URL}/api/v1",
            verify=ssl.create_default_context(cafile=str(self.data / "ca" / "ca.pem")),
            headers={"X-Invigil-Request": "1"},
            timeout=60,
        )
        client.post("/sign-in", json={"username": "admin", "password": PASSWORD}).raise_for_status()
        return client

    def stop(self) -> None:
        for booth in self.booths.values():
            if booth.running:
                os.kill(booth.pid, signal.SIGTERM)  # all at once: each takes its time to say goodbye
        for booth in self.booths.values():
            booth.stop()
        self.booths.clear()
        self.end_hub()

    def end_hub(self) -> None:
        if self._client is not None:
            self._call(self._client.close)
            self._client = None
        if self.hub is not None:
            self.hub.stop()

    def ask(self, method: str, path: str, **body: Any) -> Any:
        client = self._client
        assert client is not None
        reply = self._call(lambda: client.request(method, path, json=body if method == "POST" else None))
        assert reply.is_success, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def device(self, booth: str) -> dict[str, Any]:
        """The newest of a booth."""
        items = self.ask("GET", "/devices")["items"]
        return dict(next(each for each in items if each["booth_id"] == booth))

    def add_booth(self, booth: str) -> str:
        """Its claim code."""
        added = run("invigil-hub", "booth", "add", booth, "--data", self.data, "--json")
        return str(json.loads(added)["claim_code"])

    def enrol(self, machine: Machine, *options: str, **env: str) -> Path:
        folder = self.folder / f"{machine.name}-device"
        known = ("--hub", URL, "--ca", self.data / "ca" / "ca.pem", "--dir", folder)
        done = machine.run("invigil", "device", "enrol", *known, *options, "--json", **env)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["config"] == str(folder / "device.toml")
        return folder

    def watch(self, machine: Machine) -> Callable[[], dict[str, Any]]:
        """Its booth runs; how it does."""
        folder, state = self.folder / f"{machine.name}-device", self.folder / f"{machine.name}.json"
        command = (sys.executable, "-m", "tests.support.telling_booth", folder / "device.toml", state)
        self.booths[machine.name] = machine.start("booth", *command)

        def how() -> dict[str, Any]:
            self.booths[machine.name].must_run()
            return dict(json.loads(state.read_text())) if state.exists() else {"connected": False, "trouble": {}}

        return how


@contextmanager
def a_centre(folder: Path) -> Iterator[Centre]:
    with a_switch(folder) as switch, a_thread_in(switch.middle) as call:
        centre = Centre(folder, switch, call)
        try:
            yield centre
        finally:
            centre.stop()


@pytest.mark.timeout(900)
def test_devices_enrol_renew_and_are_revoked_replaced_and_rescued(tmp_path: Path) -> None:
    if not as_somebody_who_may(__file__):
        return
    with a_centre(tmp_path) as centre:
        assert centre.init()["administrator"] == "admin"
        codes = {booth: centre.add_booth(booth) for booth in ("booth-1", "booth-2", "booth-3")}
        one, two, three, four = (centre.switch.join(name) for name in ("one", "two", "three", "four"))

        # A serial number that is expected, and a certificate that ends while nobody looks.
        centre.start(certificate_days=0.00003)
        centre.ask("POST", "/expected-devices", hardware_serial=SERIAL, booth_id="booth-3")
        shelved = centre.enrol(three, "--request", "--serial", SERIAL)
        on_the_shelf = centre.device("booth-3")
        assert (on_the_shelf["enrolled_how"], on_the_shelf["enrolled_from"]) == ("serial", three.address)
        centre.end_hub()
        centre.start(certificate_days=90)

        # A claim code; a request that a person approves.
        enrolled = centre.enrol(one, INVIGIL_CLAIM_CODE=codes["booth-1"])
        known = ("--hub", URL, "--ca", centre.data / "ca" / "ca.pem", "--dir", centre.folder / "two-device")
        asking = centre.booths["asking"] = two.start("asking", "invigil", "device", "enrol", *known, "--request")
        (request,) = wait_for("the request", lambda: centre.ask("GET", "/enrolment-requests")["items"] or None)
        wait_for("the code on the terminal", lambda: request["code"] in asking.tail())
        assert request["address"] == two.address
        path = f"/enrolment-requests/{request['request_id']}/approve"
        centre.ask("POST", path, booth_id="booth-2", code=request["code"])
        wait_for("the device to be let in", lambda: not asking.running)
        assert (centre.folder / "two-device" / "device.toml").exists(), asking.tail()
        assert not (centre.folder / "two-device" / "request.key").exists()
        how_one, how_two = centre.watch(one), centre.watch(two)
        wait_for("the first to be heard", lambda: how_one()["connected"] and how_one()["waiting"] == 0)
        wait_for("the second to be heard", lambda: how_two()["connected"] and how_two()["waiting"] == 0)
        assert [centre.device(f"booth-{n}")["enrolled_from"] for n in (1, 2)] == [one.address, two.address]

        # Renewal: nothing before its time, then a new certificate that the booth takes up, and the old one goes.
        early = one.run("invigil", "device", "renew", "--if-due", "--dir", enrolled, "--json")
        assert json.loads(early.stdout)["renewed"] is False
        before = centre.device("booth-1")
        renewed = json.loads(one.run("invigil", "device", "renew", "--dir", enrolled, "--json").stdout)
        wait_for("the new certificate in use", lambda: centre.device("booth-1")["serial"] == renewed["serial"])
        detail = centre.ask("GET", f"/devices/{before['device_id']}")
        assert [each["state"] for each in detail["certificates"]] == ["in_force", "withdrawn"]
        wait_for("what it says under the new key", lambda: how_one()["connected"] and how_one()["waiting"] == 0)

        # Revoked: thrown out and kept out, and nobody else notices.
        centre.ask("POST", f"/devices/{centre.device('booth-2')['device_id']}/revoke", reason="stolen")
        wait_for("the thief to be out", lambda: not how_two()["connected"])
        wait_for("the thief's tries", lambda: sum(how_two()["trouble"].values()) >= 2)
        assert (how_two()["connected"], how_one()["connected"]) == (False, True)
        refused = two.run("invigil", "device", "renew", "--dir", centre.folder / "two-device")
        assert (refused.returncode, "revoked" in refused.stderr) == (1, True)

        # Replaced: other hardware in the same booth, with the booth's history.
        code = centre.ask("POST", "/booths/booth-2/claim-code")["code"]
        centre.enrol(four, INVIGIL_CLAIM_CODE=code)
        how_four = centre.watch(four)
        wait_for("the successor", lambda: how_four()["connected"] and how_four()["waiting"] == 0)
        newest = centre.device("booth-2")
        history = centre.ask("GET", f"/devices/{newest['device_id']}")["history"]
        assert [each["enrolled_from"] for each in history] == [four.address, two.address]

        # Rescued: the certificate has ended, the device is the same.
        assert centre.device("booth-3")["status"] == "expired"
        alone = three.run("invigil", "device", "renew", "--if-due", "--dir", shelved)
        assert (alone.returncode, "--rescue" in alone.stderr) == (1, True)
        code = centre.ask("POST", f"/devices/{on_the_shelf['device_id']}/rescue-code")["code"]
        rescue = ("invigil", "device", "renew", "--rescue", "--dir", shelved)
        wrong = three.run(*rescue, INVIGIL_RESCUE_CODE="AAAA-AAAA")
        assert (wrong.returncode, "refused the rescue code" in wrong.stderr) == (1, True)
        done = three.run(*rescue, "--json", INVIGIL_RESCUE_CODE=code)
        assert done.returncode == 0, done.stderr
        how_three = centre.watch(three)
        wait_for("the rescued one", lambda: how_three()["connected"] and how_three()["waiting"] == 0)
        wait_for("its certificate in force", lambda: centre.device("booth-3")["status"] != "expired")
        assert centre.device("booth-3")["device_id"] == on_the_shelf["device_id"]
        assert load_device_config(shelved / "device.toml").booth == "booth-3"
