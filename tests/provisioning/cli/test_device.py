"""`invigil device enrol` against a real hub."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from contract.device import load_device_config
from tests.support.processes import BIN, run
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("centre"))
    try:
        stack.start_hub()
        yield stack
    finally:
        stack.hub.stop()


def claim(stack: Stack, booth: str) -> str:
    added = run("invigil-hub", "booth", "add", booth, "--name", booth, "--data", stack.data, "--json")
    return str(json.loads(added)["claim_code"])


def enrol(stack: Stack, folder: Path, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "invigil"), "device", "enrol", "--hub", stack.url, "--dir", str(folder), *more],
        check=False,
        capture_output=True,
        text=True,
        input=env.pop("stdin", ""),
        env={**os.environ, **env},
    )


def test_a_claim_code_makes_one_device(stack: Stack, tmp_path: Path) -> None:
    code = claim(stack, "booth-1")
    first = enrol(stack, tmp_path / "first", "--json", INVIGIL_CLAIM_CODE=code)
    assert first.returncode == 0, first.stderr
    answer = json.loads(first.stdout)
    config = load_device_config(Path(answer["config"]))
    assert (answer["booth"], config.booth, config.hub.mqtt_port) == ("booth-1", "booth-1", stack.mqtt_port)
    certificate = x509.load_pem_x509_certificate(config.tls.certificate.read_bytes())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(config.tls.ca.read_bytes()))

    second = enrol(stack, tmp_path / "second", INVIGIL_CLAIM_CODE=code)
    assert second.returncode == 1
    assert "the hub refused the claim code" in second.stderr
    assert "→" in second.stderr
    assert not (tmp_path / "second").exists()
    assert code not in first.stderr + second.stderr


def test_the_claim_code_may_come_on_standard_input(stack: Stack, tmp_path: Path) -> None:
    options = ["--claim", "-", "--state-dir", str(tmp_path / "state")]
    done = enrol(stack, tmp_path / "device", *options, stdin=claim(stack, "booth-2") + "\n")
    assert done.returncode == 0, done.stderr
    assert "enrolled as booth-2" in done.stderr
    assert load_device_config(tmp_path / "device" / "device.toml").state_dir == tmp_path / "state"
    assert "invigil-agent run --config" in done.stderr, "the next command is named"
    assert done.stdout == ""


def test_without_a_claim_code_nothing_is_asked_of_the_hub(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "INVIGIL_CLAIM_CODE"}
    done = subprocess.run(
        [str(BIN / "invigil"), "device", "enrol", "--hub", "http://127.0.0.1:1", "--dir", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=env,
    )
    assert done.returncode == 2
    assert "INVIGIL_CLAIM_CODE" in done.stderr


def test_an_unknown_kind_of_camera_is_refused_before_the_code_is_used(stack: Stack, tmp_path: Path) -> None:
    code = claim(stack, "booth-3")
    wrong = enrol(stack, tmp_path / "device", "--camera-kind", "webcam", INVIGIL_CLAIM_CODE=code)
    assert wrong.returncode == 1
    assert "kind" in wrong.stderr
    assert enrol(stack, tmp_path / "device", INVIGIL_CLAIM_CODE=code).returncode == 0
