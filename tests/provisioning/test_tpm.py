"""A device whose key is in a TPM, from enrolment to rescue, against a real hub and its broker. The TPM is a program."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509

from contract.tpm import MARK, WHERE
from tests.support.cli import invigil
from tests.support.processes import Program, ended, wait_for
from tests.support.stack import Stack, stack
from tests.support.tpm import Tpm, a_tpm


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack(tmp_path_factory.mktemp("centre")) as centre:
        yield centre


@pytest.fixture(scope="module")
def tpm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tpm]:
    with a_tpm(tmp_path_factory.mktemp("tpm") / "own") as tpm:
        yield tpm


def device(*command: str | Path, tpm: Tpm, **env: str) -> dict[str, Any]:
    """What `invigil device` answers on a board with this TPM."""
    done = ended("invigil", "device", *command, "--json", env={**tpm.env, **env})
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def refused(*command: str | Path, env: dict[str, str]) -> str:
    """What it says on a board whose TPM is not reached, which needs no program of its own."""
    done = invigil("device", *command, env=env)
    assert done.code == 1, done.out + done.err
    return " ".join(done.err.split())


def refused_by(tpm: Tpm, *command: str | Path) -> str:
    done = ended("invigil", "device", *command, env=tpm.env)
    assert done.returncode == 1, done.stdout + done.stderr
    return " ".join(done.stderr.split())


def claimed(centre: Stack, booth: str) -> dict[str, str]:
    with centre.client() as client:
        client.post("/api/v1/booths", json={"booth_id": booth, "name": booth}).raise_for_status()
        return {"INVIGIL_CLAIM_CODE": client.post(f"/api/v1/booths/{booth}/claim-code").json()["code"]}


def serial(folder: Path) -> str:
    return f"{x509.load_pem_x509_certificate((folder / 'device.pem').read_bytes()).serial_number:x}"


def telling(folder: Path, tpm: Tpm) -> tuple[Program, Callable[[str], dict[str, Any]]]:
    """Its booth runs; how it does, once it is connected with the certificate of that serial number and all it had to
    say was taken."""
    state = folder / "telling.json"
    named = [f"{name}={value}" for name, value in tpm.env.items()]
    command = (sys.executable, "-m", "tests.support.telling_booth", folder / "device.toml", state)
    booth = Program(["env", *named, *map(str, command)], folder / "telling.log").start()

    def settled(serial: str) -> dict[str, Any] | None:
        booth.must_run()
        if not state.exists():
            return None
        found: dict[str, Any] = json.loads(state.read_text())
        fits = found["connected"] and found["waiting"] == 0 and found["serial"].replace(":", "").lstrip("0") == serial
        return found if fits else None

    return booth, lambda serial: wait_for(f"the booth with {serial}", lambda: settled(serial))


def signatures_refused(centre: Stack) -> float:
    """Checkpoints that the hub could not verify, since it started."""
    lines = httpx.get(f"{centre.url}/metrics").text.splitlines()
    (found,) = [line for line in lines if line.startswith("invigil_checkpoints_refused_total")]
    return float(found.split()[-1])


def test_a_device_lives_with_its_key_in_a_tpm(centre: Stack, tpm: Tpm, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    known = ("--hub", centre.url, "--dir", folder)
    enrolled = device("enrol", *known, tpm=tpm, **claimed(centre, "booth-1"))
    assert enrolled["key"] == "tpm", "this board has one, so it is taken"
    key = folder / "device.key"
    assert key.read_bytes().startswith(MARK)
    assert key.stat().st_mode & 0o777 == 0o600
    booth, settled = telling(folder, tpm)
    try:
        first = settled(serial(folder))
        waiting = folder / "state" / "spool" / "waits-for-upload"
        waiting.parent.mkdir()
        waiting.touch()
        # The agent has the TPM open meanwhile; what is new is written as one, by the same links as ever.
        before = key.read_bytes()
        renewed = device("renew", "--dir", folder, tpm=tpm)
        assert (renewed["renewed"], renewed["key"]) == (True, "tpm")
        assert key.is_symlink()
        assert key.read_bytes().startswith(MARK)
        assert key.read_bytes() != before
        second = settled(renewed["serial"])
        assert second["sealed_by"] == first["sealed_by"], "what waits can be opened still"
        waiting.unlink()
        # The TPM goes and comes back: what was opened before is opened anew.
        tpm.switch_off()
        tpm.switch_on()
        with centre.client() as client:
            (found,) = client.get("/api/v1/devices").json()["items"]
            made = client.post(f"/api/v1/devices/{found['device_id']}/rescue-code").json()
        rescued = device("renew", "--rescue", "--dir", folder, tpm=tpm, INVIGIL_RESCUE_CODE=made["code"])
        assert rescued["key"] == "tpm"
        assert settled(rescued["serial"])["sealed_by"] != first["sealed_by"], "an empty spool gets another"
    finally:
        booth.stop()
    assert signatures_refused(centre) == 0
    looked = ended("invigil-agent", "doctor", "--config", folder / "device.toml", "--only", "certificate", env=tpm.env)
    assert "its key is in this board's TPM" in looked.stdout, looked.stdout + looked.stderr


def test_a_key_file_is_useless_elsewhere_and_what_is_wrong_is_said(centre: Stack, tpm: Tpm, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    env = claimed(centre, "booth-2")
    known = ("enrol", "--hub", centre.url, "--dir", folder)
    nowhere = {WHERE: "swtpm:path=nowhere"}
    missing = refused(*known, "--key", "tpm", env={**env, **nowhere})
    assert "the TPM is not reached" in missing
    assert not folder.exists()
    device(*known, "--key", "tpm", tpm=tpm, **env)
    renew = ("renew", "--dir", folder)
    stolen = shutil.copytree(folder, tmp_path / "stolen")
    with a_tpm(tmp_path / "other") as other:
        assert "made by another TPM" in refused_by(other, "renew", "--dir", stolen)
    assert "the TPM is not reached" in refused(*renew, env=nowhere)
    assert "apt install tpm2-openssl" in refused(*renew, env={**tpm.env, "OPENSSL_MODULES": str(tmp_path)})
    tpm.lock_out()
    assert "it is in lockout" in refused_by(tpm, *renew)
    assert tpm.tool("tpm2_dictionarylockout", "--clear-lockout").returncode == 0
    assert device(*renew, "--key", "file", tpm=tpm)["key"] == "file", "out of the TPM, with a new key"
    again = invigil("device", *renew, "--json", env=nowhere)
    assert (again.code, json.loads(again.out)["key"]) == (0, "file"), "and there it stays"


def test_a_tpm_that_does_not_work_is_said_and_a_file_is_taken(centre: Stack, tmp_path: Path) -> None:
    env = {**claimed(centre, "booth-3"), WHERE: "swtpm:path=nowhere"}
    done = invigil("device", "enrol", "--hub", centre.url, "--dir", tmp_path / "device", "--json", env=env)
    assert done.code == 0, done.err
    assert "the key goes into a file: the TPM is not reached" in " ".join(done.err.split())
    assert json.loads(done.out)["key"] == "file"
