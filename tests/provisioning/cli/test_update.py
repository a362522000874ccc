"""`invigil release` and `invigil device update|rollback` as somebody types them."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from provisioning.update import settle
from tests.support.processes import BIN
from tests.support.tiny_release import Booth, Workshop, make_wheel


def exactly(**properties: Any) -> dict[str, Any]:
    """These and no others."""
    return {"type": "object", "required": [*properties], "properties": properties, "additionalProperties": False}


TEXT = {"type": "string"}
UPDATED = exactly(
    ok={"type": "boolean"},
    runs=TEXT,
    phase={"enum": ["healthy", "rolled_back"]},
    **{"from": TEXT, "to": TEXT},
    reason=TEXT,
    starts={"type": "integer"},
)
CHECKED = exactly(
    ok={"const": True},
    phase={"const": "checked"},
    **{"from": TEXT, "to": TEXT},
    signed_by={"type": "array", "items": TEXT},
    target=TEXT,
    reason=TEXT,
)
VERIFIED = exactly(
    ok={"const": True},
    release=TEXT,
    signed_by={"type": "array", "items": TEXT},
    manifest_sha256=TEXT,
    manifest={"type": "object", "required": ["version", "files", "targets", "made_at"]},
)


def validate(document: Any, schema: dict[str, Any]) -> None:
    jsonschema_rs.validate(schema, document)


def invigil(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "invigil"), *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **env},
        timeout=120,
    )


def on(booth: Booth) -> list[object]:
    device = booth.device
    return ["--root", device.root, "--config", device.config, "--limit", "60", "--well-for", "0.1", "--json"]


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[tuple[Booth, Workshop]]:
    workshop = Workshop(tmp_path / "workshop")
    (tmp_path / "booth").mkdir()
    booth = Booth(tmp_path / "booth", workshop.keys_dir)
    booth.install(workshop.release("1.0.0"), workshop.keys)
    booth.says("1.0.0")
    yield booth, workshop
    booth.stop()


def test_a_release_goes_onto_a_device_and_off_again(booth: tuple[Booth, Workshop]) -> None:
    device, workshop = booth
    release, keys = workshop.release("1.1.0"), ["--keys", workshop.keys_dir]
    checked = invigil("device", "update", release, "--dry-run", *keys, *on(device))
    assert checked.returncode == 0, checked.stderr
    validate(json.loads(checked.stdout), CHECKED)
    assert device.runs == "1.0.0"

    updated = invigil("device", "update", release, *keys, *on(device), PATH=device.path)
    assert updated.returncode == 0, updated.stderr
    validate(json.loads(updated.stdout), UPDATED)
    assert "waiting until its agent is well" in updated.stderr
    assert device.runs == "1.1.0"

    back = invigil("device", "rollback", "--yes", *on(device), PATH=device.path)
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["runs"] == device.runs == "1.0.0"

    given_up = invigil(
        *("device", "update", workshop.release("1.2.0", "deaf"), *keys, *on(device), "--limit", "1"), PATH=device.path
    )
    assert given_up.returncode == 3
    validate(json.loads(given_up.stdout), UPDATED)
    assert device.runs == "1.0.0"


def test_what_the_agent_asks_for_is_installed_and_forgotten(booth: tuple[Booth, Workshop]) -> None:
    device, workshop = booth
    requests = device.device.requests
    asking = ["device", "update", "--requested", "--requests", requests, "--keys", workshop.keys_dir, *on(device)]
    assert invigil(*asking).returncode == 0
    requests.mkdir()
    for name, content, phase in (("rollout-1", b"no release", "failed"), ("rollout-2", None, "healthy")):
        (requests / "asked.release").write_bytes(content or workshop.release("1.1.0").read_bytes())
        (requests / "request.json").write_text(json.dumps({"name": name}))
        invigil(*asking, PATH=device.path)
        assert (device.journal["request"], device.journal["phase"]) == (name, phase)
        assert list(requests.iterdir()) == []
    assert device.runs == "1.1.0"


def test_errors_say_what_to_do(booth: tuple[Booth, Workshop], tmp_path: Path) -> None:
    device, workshop = booth
    keys = ["--keys", workshop.keys_dir]
    device.says("1.0.0", exam_session_on=True)
    busy = invigil("device", "update", workshop.release("1.1.0"), *keys, *on(device))
    assert busy.returncode == 1
    assert "an exam session is on" in busy.stderr
    assert "→" in busy.stderr
    assert invigil("device", "update", *on(device)).returncode == 2
    assert invigil("device", "update", tmp_path / "missing", *keys, *on(device)).returncode == 1
    nowhere = invigil("device", "update", workshop.release("1.1.0"), *keys, "--root", tmp_path / "nowhere")
    assert nowhere.returncode == 1
    assert "Traceback" not in nowhere.stderr
    alone = invigil("device", "rollback", "--yes", *on(device))
    assert (alone.returncode, settle.current(device.device.root)) == (1, "1.0.0")


def test_a_release_is_made_signed_and_checked(tmp_path: Path) -> None:
    key, password = tmp_path / "centre.key", {"INVIGIL_RELEASE_KEY_PASSWORD": "a long one"}
    made = invigil("release", "key", key, "--json", **password)
    assert made.returncode == 0, made.stderr
    assert key.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in key.read_bytes()
    again = invigil("release", "key", key, **password)
    assert again.returncode == 1
    assert "never written over" in again.stderr

    wheels, lock, release = tmp_path / "wheels", tmp_path / "lock.txt", tmp_path / "invigil-2.0.0.release"
    friend = make_wheel(wheels, "tiny_friend", "2.0", {"tiny_friend.py": ""}, {})
    package = make_wheel(tmp_path, "invigil", "2.0.0", {"ours.py": ""}, {})
    build = ["release", "build", "2.0.0", "--wheels", f"aarch64/3.13={wheels}", "--package", package, "--lock", lock]
    lock.write_text("tiny-friend==2.0\n")
    foreign = invigil(*build, "--out", release)
    assert (foreign.returncode, release.exists()) == (1, False)
    assert "not in the lock" in foreign.stderr
    lock.write_text(f"tiny-friend==2.0 --hash=sha256:{hashlib.sha256(friend.read_bytes()).hexdigest()}\n")
    built = invigil(*build, "--out", release, "--json")
    assert built.returncode == 0, built.stderr
    assert [each["name"] for each in json.loads(built.stdout)["manifest"]["files"]] == [package.name, friend.name]

    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "centre.pem").write_bytes(key.with_suffix(".pem").read_bytes())
    unsigned = invigil("release", "verify", release, "--keys", keys, "--json")
    assert unsigned.returncode == 1
    assert json.loads(unsigned.stdout)["ok"] is False
    assert invigil("release", "sign", release, "--key", key, INVIGIL_RELEASE_KEY_PASSWORD="wrong").returncode == 1
    for _ in range(2):  # a second time it is the same signature
        signed = invigil("release", "sign", release, "--key", key, "--json", **password)
        assert json.loads(signed.stdout) == {"release": str(release), "signatures": 1}
    verified = invigil("release", "verify", release, "--keys", keys, "--json")
    assert verified.returncode == 0, verified.stderr
    validate(json.loads(verified.stdout), VERIFIED)
    assert json.loads(verified.stdout)["signed_by"] == ["centre"]

    key.chmod(0o644)
    assert "can be read by others" in invigil("release", "sign", release, "--key", key, **password).stderr


@pytest.mark.parametrize(
    "command",
    ["device update", "device rollback", "release key", "release build", "release sign", "release verify"],
)
def test_help_shows_an_example(command: str) -> None:
    said = invigil(*command.split(), "--help")
    assert said.returncode == 0
    assert f"invigil {command}" in said.stdout.replace("\n", " ")
    assert "Exit codes" in said.stdout
