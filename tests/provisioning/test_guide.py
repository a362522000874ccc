"""docs/technician.md, followed literally from a blank state: every command of it is run, or counted as one that cannot.

What stands for what, and nothing else:

- `https://hub.example:8443` is a real hub on this machine's loopback, `/var/lib/invigil` its data directory;
- `/media/bootfs` is a folder with what a flashed card has, `/media/stick` an empty one;
- what is typed at a prompt comes from the environment: the claim code that the guide's own command printed before, a
  Wi-Fi password, and an API token and a rescue code, made over the API as a person makes them on the dashboard;
- switching the device on is: what cloud-init would run on it (`user-data`), then the service that it enabled, then the
  agent as its unit starts it; in a layer over this machine's system, where a booth's programs (`cage` and the like)
  count as there, because tests fetch nothing;
- its screen is the browser that the unit starts, without a display, and on a port that is free here;
- `invigil-1.0.0.release` is a real one that holds the real commands, and not the third of a gigabyte for camera and
  networks; so once it is installed, the agent is that of this checkout.
"""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.card import flash
from tests.support.guide import GUIDE, Block, as_root, blocks
from tests.support.packed_release import packed_release
from tests.support.processes import BIN, ROOT, Program, free_port, wait_for
from tests.support.sandbox import Sandbox
from tests.support.stack import Stack, stack

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900)]

PERMISSIONS = ["devices.manage", "booths.read", "system.read"]
FIRST_BOOT = ("sh", "/var/lib/invigil-first-boot/first-boot.sh", "run")
DOCTOR_SAYS = (0, 1, 3)
"""This machine has no camera and no systemd, and the doctor may say so; what it must be content with is looked at."""
HEALTHY = {
    "configuration",
    "agent",
    "hub",
    "broker",
    "certificate",
    "key_files",
    "weights",
    "clock",
    "outbox",
    "screen",
}
CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")
NOT_RUN = 7
"""Blocks whose commands need what no test has: a board, a package index, another machine. More of them is a choice."""


@dataclass
class Walk:
    """Somebody who follows the guide: where they are, and what they were told on the way."""

    folder: Path
    centre: Stack
    system: Sandbox
    card: Path
    secrets: dict[str, str] = field(default_factory=lambda: {"INVIGIL_RESCUE_CODE": ""})
    ran: list[str] = field(default_factory=list)
    agent: Program | None = None
    browser: Program | None = None
    screen_port: int = field(default_factory=free_port)

    def follow(self, block: Block) -> None:
        if block.comment.startswith("file: "):
            text = "\n".join([*block.lines, ""])
            (self.folder / block.comment.removeprefix("file: ")).write_text(self._here(text))
        for line in block.lines if block.language == "console" else ():
            machine, _, command = line.partition("$ ")
            assert machine in ("laptop", "hub", "device"), f"line {block.at_line}: {line}: whose prompt is that?"
            self.secrets["INVIGIL_TOKEN"] = self.token() if "hub login" in command else ""
            self.secrets["INVIGIL_RESCUE_CODE"] = self.rescue_code() if "--rescue" in command else ""
            done = self.run(machine, command)
            good = DOCTOR_SAYS if command.endswith("device doctor") else (0,)
            assert done.returncode in good, f"line {block.at_line}: {line}\n{done.stdout}\n{done.stderr}"
            if found := CODE.search(done.stdout):
                self.secrets["INVIGIL_CLAIM_CODE"] = found[0]
            self.ran.append(f"{machine}$ {command}")

    def run(self, machine: str, command: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(self._here(command))
        if machine == "device":
            return self.system.run(*as_root(words), env={"INVIGIL_RESCUE_CODE": self.secrets["INVIGIL_RESCUE_CODE"]})
        words = as_root(words)
        if words[:3] == ["invigil", "hub", "install"]:
            words += ["--root", str(self.folder / "hub-machine")]
        path = BIN / words[0]
        return subprocess.run(
            [str(path) if path.exists() else words[0], *words[1:]],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=280,
            env={
                "PATH": f"{BIN}:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": str(self.folder),
                "PYTHONPATH": str(ROOT),
                "INVIGIL_WIFI_PASSWORD": "correct horse battery",
                "INVIGIL_RELEASE_KEY_PASSWORD": "a long enough phrase for a test",
                **{name: value for name, value in self.secrets.items() if value},
            },
        )

    def token(self) -> str:
        with self.centre.client() as client:
            made = client.post("/api/v1/me/tokens", json={"name": "laptop", "permissions": PERMISSIONS})
            return str(made.raise_for_status().json()["token"])

    def rescue_code(self) -> str:
        device_id = self.device()["device"]["device_id"]
        with self.centre.client() as client:
            made = client.post(f"/api/v1/devices/{device_id}/rescue-code")
            return str(made.raise_for_status().json()["code"])

    def device(self) -> dict[str, Any]:
        said = self.run("laptop", "invigil fleet status room-1-a --json")
        assert said.returncode == 0, said.stderr
        answer: dict[str, Any] = json.loads(said.stdout)
        return answer

    def checks(self) -> set[str]:
        """Those with which the doctor is content."""
        done = self.run("device", "sudo invigil device doctor --json")
        found = json.loads(done.stdout)["checks"]
        print("".join(f"{each['name']}: {each['state']}: {each['said']}\n" for each in found))
        return {each["name"] for each in found if each["state"] == "ok"}

    def switch_on(self) -> None:
        """What the board does with this card; then the agent, as the unit that it enabled starts it."""
        self.system.run(
            "sh",
            "-c",
            f"mkdir -p $(dirname {STAND_INS[-1]}) && touch {' '.join(STAND_INS)} && chmod +x {' '.join(STAND_INS)}",
        )
        user_data = json.loads((self.card / "user-data").read_text().partition("\n")[2])
        (take,) = [command for command in user_data["runcmd"] if "take" in command]
        assert self.system.run(*take).returncode == 0
        done = self.system.run(*FIRST_BOOT, env={"INVIGIL_CLOCK_TRIES": "0"})
        assert done.returncode == 0, done.stdout + done.stderr
        agent = f"printf '#!/bin/sh\\nPYTHONPATH={ROOT} exec {BIN}/invigil-agent \"$@\"\\n'"
        self.system.run("sh", "-c", f"{agent} >/opt/invigil/current/bin/invigil-agent")
        config = self.system.path("etc/invigil/device.toml")
        config.write_text(config.read_text().replace("port = 8470", f"port = {self.screen_port}"))
        self.system.run("install", "-d", "-o", "invigil-agent", "-m", "700", "/var/lib/invigil-agent")
        as_agent = ["runuser", "-u", "invigil-agent", "--", *self.started_by("invigil-agent.service")]
        self.agent = Program(self.system.entering(*as_agent), self.folder / "agent.log").start()
        wait_for("the booth to be online", self.is_online)
        words = self.started_by("invigil-screen.service")
        browser = [
            word for word in words[words.index("--") + 1 :] if not word.startswith(("--ozone", "--user-data-dir"))
        ]
        headless = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder / 'browser'}"]
        self.browser = Program([*browser, *headless], self.folder / "browser.log").start()
        wait_for("the booth's screen", self.shows_screen)

    def started_by(self, unit: str) -> list[str]:
        """Its command, as systemd reads it."""
        text = self.system.read(f"etc/systemd/system/{unit}").replace("\\\n", " ")
        (command,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
        return shlex.split(command.replace("${INVIGIL_SCREEN_PORT}", str(self.screen_port)))

    def shows_screen(self) -> bool:
        assert self.browser is not None
        self.browser.must_run()
        health = self.device()["health"]
        return bool(health and health["screen"] and health["screen"]["connected"])

    def leave(self) -> None:
        for program in (self.browser, self.agent):
            if program is not None:
                program.stop()

    def is_online(self) -> bool:
        assert self.agent is not None
        self.agent.must_run()
        return self.device()["device"]["status"] in ("online", "degraded")

    def _here(self, text: str) -> str:
        places = {
            "https://hub.example:8443": self.centre.url,
            "/var/lib/invigil ": f"{self.centre.data} ",
            "/media/bootfs": str(self.card),
            "/media/stick": str(self.folder / "stick"),
        }
        for named, here in places.items():
            text = f"{text} ".replace(named, here)[:-1] if named.endswith(" ") else text.replace(named, here)
        return text


STAND_INS = (
    *("/usr/bin/cage", "/usr/bin/pipewire-pulse", "/usr/bin/wireplumber"),
    "/usr/lib/$(uname -m)-linux-gnu/spa-0.2/aec/libspa-aec-webrtc.so",
)


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    card = flash(tmp_path / "bootfs")
    for name in ("stick", "hub-machine/etc", "centre"):
        (tmp_path / name).mkdir(parents=True)
    release, _ = packed_release(tmp_path / "workshop", signed=False)
    release.replace(tmp_path / "invigil-1.0.0.release")
    with stack(tmp_path / "centre") as centre, Sandbox(tmp_path / "system", card) as system:
        walk = Walk(tmp_path, centre, system, card)
        try:
            yield walk
        finally:
            walk.leave()


def test_the_guide_leads_from_a_blank_card_to_a_booth_and_out_of_service(walk: Walk) -> None:
    not_run: list[Block] = []
    for block in blocks(GUIDE.read_text()):
        if block.comment.startswith("not run: "):
            not_run.append(block)
            if "a board has to start" in block.comment:
                walk.switch_on()
        else:
            walk.follow(block)
            if walk.ran[-1:] == ["device$ sudo invigil device doctor"]:
                assert walk.checks() >= HEALTHY
    print(f"\n{len(walk.ran)} commands of the guide were run, {sum(len(block.lines) for block in not_run)} were not:")
    for block in not_run:
        print("".join(f"  {line}   ({block.comment})\n" for line in block.lines), end="")
    assert len(walk.ran) >= 25
    assert len(not_run) == NOT_RUN
    assert walk.device()["device"]["status"] == "revoked"
    assert not walk.system.path("etc/systemd/system/invigil-agent.service").exists()
    assert walk.system.path("etc/invigil/device.key").exists(), "without --purge"


def test_every_block_that_is_not_run_says_why() -> None:
    for block in blocks(GUIDE.read_text()):
        assert block.language in ("console", "toml"), f"line {block.at_line}"
        if block.language == "toml":
            assert block.comment.startswith("file: "), f"line {block.at_line}"
        assert not block.comment or re.match(r"(not run|file): \S", block.comment), f"line {block.at_line}"
