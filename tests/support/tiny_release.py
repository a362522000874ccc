"""Real releases that install in a second: a wheel called invigil whose agent says how it is and does nothing else.

What its agent does is its kind: `well` says that it is, `crashes` ends at once, `deaf` never reaches a hub, `mute` says
nothing, `fails` does not pass its own test.
"""

import base64
import hashlib
import json
import os
import signal
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract import release as contract
from contract.release import Keys, load_keys, open_release
from provisioning.release.build import Recipe, add_signature, build
from provisioning.update import settle
from provisioning.update.device import Device
from provisioning.update.stage import Releases, stage, this_target

Kind = Literal["well", "crashes", "deaf", "mute", "fails"]

AGENT = """
import json, os, pathlib, sys, time, tomllib
from tiny_friend import FRIEND
VERSION, KIND = {version!r}, {kind!r}
def main():
    if "--version" in sys.argv:
        print(VERSION)
    elif "selftest" in sys.argv:
        if KIND == "fails":
            sys.exit("the network does not load")
    else:
        run(pathlib.Path(sys.argv[sys.argv.index("--config") + 1]))
def run(config):
    if KIND == "crashes":
        sys.exit("it crashes")
    state_dir = config.parent / tomllib.loads(config.read_text())["state_dir"]
    boot_id = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    began_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    while state_dir.exists():
        now_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        said = {{
            "pid": os.getpid(), "boot_id": boot_id, "boottime_s": now_s,
            "health": {{"version": VERSION, "uptime_s": now_s - began_s, "camera": "ok"}},
            "exam_session_on": (state_dir / "exam").exists(), "hub_here": KIND != "deaf",
        }}
        if KIND != "mute":
            part = state_dir / f"status.{{os.getpid()}}"
            part.write_text(json.dumps(said))
            part.replace(state_dir / "status.json")
        time.sleep(0.05)
"""


def make_wheel(folder: Path, name: str, version: str, sources: dict[str, str], scripts: dict[str, str]) -> Path:
    """A wheel as a build tool makes it, without one."""
    info = f"{name}-{version}.dist-info"
    files = {
        **sources,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\n" + "".join(f"{n} = {at}\n" for n, at in scripts.items()),
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Workshop:
    """Who makes and signs releases."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self.keys_dir.mkdir(parents=True, exist_ok=True)
        given = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (self.keys_dir / "workshop.pem").write_bytes(given)

    @property
    def keys_dir(self) -> Path:
        return self.folder / "release-keys"

    @property
    def keys(self) -> Keys:
        return load_keys(self.keys_dir)

    def release(self, version: str, kind: Kind = "well", *, signed: bool = True, **more: Any) -> Path:
        """A file; `more` goes into its recipe."""
        folder = self.folder / f"{version}-{kind}"
        friend = make_wheel(folder / "wheels", "tiny_friend", "2.0", {"tiny_friend.py": "FRIEND = 1\n"}, {})
        ours = make_wheel(
            folder,
            "invigil",
            version,
            {"tiny_agent.py": AGENT.format(version=version, kind=kind)},
            {"invigil-agent": "tiny_agent:main"},
        )
        lock = folder / "lock.txt"
        digest = hashlib.sha256(friend.read_bytes()).hexdigest()
        lock.write_text(f"tiny-friend==2.0 ; python_version >= '3.11' \\\n    --hash=sha256:{digest}\n")
        out = folder / f"invigil-{version}.release"
        recipe: dict[str, Any] = {"wheels": {this_target(): friend.parent}, "made_at": datetime.now(UTC)}
        build(Recipe(version=version, package=ours, lock=lock, **recipe | more), out, lambda _count: None)
        if signed:
            add_signature(out, lambda manifest: contract.sign(self.key, manifest))
        return out


@dataclass
class Booth:
    """The folders of a device, with a `systemctl` that starts whatever `current` leads to."""

    folder: Path
    keys_dir: Path

    def __post_init__(self) -> None:
        (self.device.root / "releases").mkdir(parents=True, exist_ok=True)
        self.state_dir.mkdir(exist_ok=True)
        self.device.config.write_text('state_dir = "state"\n')
        self.bin.mkdir(exist_ok=True)
        agent = f"{self.device.root}/current/bin/invigil-agent"
        started = f"{agent} run --config {self.device.config} </dev/null >/dev/null 2>&1 &"
        script = self.bin / "systemctl"
        before = f"xargs -r kill -9 < {self.pid_file} 2>/dev/null"
        script.write_text(f"#!/bin/sh\ntouch {self.pid_file}\n{before}\n{started}\necho $! > {self.pid_file}\n")
        script.chmod(0o755)

    @property
    def device(self) -> Device:
        etc = self.folder / "device.toml"
        return Device(self.folder / "opt", etc, self.keys_dir, self.folder / "requests")

    @property
    def pid_file(self) -> Path:
        """Of the agent that runs."""
        return self.folder / "agent.pid"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def state_dir(self) -> Path:
        return self.folder / "state"

    @property
    def path(self) -> str:
        """PATH with our `systemctl` first."""
        return f"{self.bin}{os.pathsep}{os.environ['PATH']}"

    def install(self, release: Path, keys: Keys) -> None:
        """As the first release of the device, without trying it."""
        with release.open("rb") as file:
            opened = open_release(file, keys)
            version = opened.manifest.version
            stage(Releases(self.device.root), opened, this_target(), lambda _step: None, lambda _count, _total: None)
        settle.point_at(self.device.root, version)

    def says(self, version: str, **changes: Any) -> None:
        """The agent that runs says this of itself, once; this process stands in for it."""
        now_s = settle.now_s()
        said = {
            "pid": os.getpid(),
            "boot_id": settle.boot_id(),
            "boottime_s": now_s,
            "health": {"version": version, "uptime_s": 500.0, "camera": "ok"},
            "exam_session_on": False,
            "hub_here": True,
        }
        (self.state_dir / "status.json").write_text(json.dumps(said | changes))

    @property
    def runs(self) -> str:
        return settle.current(self.device.root)

    @property
    def journal(self) -> dict[str, Any]:
        return settle.read_journal(self.device.root)

    def stop(self) -> None:
        """Ends the agent that was started last, if any."""
        with suppress(OSError, ValueError):
            os.kill(int(self.pid_file.read_text()), signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)
