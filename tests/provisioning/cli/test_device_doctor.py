"""`invigil device doctor`: the agent's doctor, run as a program, as a table and as one JSON document."""

import json
from pathlib import Path

import pytest

from contract.checkup import Checkup
from provisioning import doctor
from provisioning.console import ProvisioningError
from tests.support.broker import Authority
from tests.support.cli import invigil


@pytest.fixture
def config(tmp_path: Path) -> Path:
    tls = Authority(tmp_path).issue("booth-1")
    tls.key.chmod(0o644)
    path = tmp_path / "device.toml"
    path.write_text(
        'booth = "booth-1"\n[hub]\nurl = "https://127.0.0.1:9"\nmqtt_host = "127.0.0.1"\nmqtt_port = 9\n'
        f'[tls]\nca = "{tls.ca}"\ncertificate = "{tls.certificate}"\nkey = "{tls.key}"\n'
    )
    return path


def looked(config: Path, *arguments: str) -> tuple[int, dict[str, dict[str, object]]]:
    said = invigil("device", "doctor", "--config", config, "--json", *arguments)
    checkup = Checkup.parse(said.out)
    return said.code, {check.name: check.model_dump() for check in checkup.checks}


def test_the_json_is_a_checkup_and_the_exit_code_says_what_is_worst(config: Path) -> None:
    code, found = looked(config, "--only", "configuration", "--only", "certificate")
    assert (code, {name: check["state"] for name, check in found.items()}) == (
        0,
        {"configuration": "ok", "certificate": "ok"},
    )
    assert set(found["certificate"]) == {
        *("name", "title", "means", "state", "said", "value", "unit", "advice", "fixed", "took_ms"),
    }
    code, found = looked(config, "--only", "key_files")
    assert (code, found["key_files"]["state"], found["key_files"]["advice"] != "") == (1, "failed", True)


def test_what_is_safe_to_mend_is_mended_and_said(config: Path) -> None:
    code, found = looked(config, "--only", "key_files", "--fix")
    assert (code, found["key_files"]["state"]) == (0, "ok")
    assert "600" in str(found["key_files"]["fixed"])


def test_a_warning_alone_has_an_exit_code_of_its_own(config: Path) -> None:
    config.write_text(config.read_text() + '[camera]\nkind = "replay"\nsource = "video.mp4"\n')
    said = invigil("device", "doctor", "--config", config, "--only", "configuration")
    assert (said.code, "▲ warning" in said.out, "→" in said.out) == (3, True, True)


def test_the_table_says_what_it_means_and_what_to_do(config: Path) -> None:
    said = invigil("device", "doctor", "--config", config, "--only", "key_files")
    assert said.code == 1
    assert "✗ failed" in said.out
    assert "nobody but the agent's user may read it" in said.out
    assert "chmod 600" in said.out
    assert "1 failed" in said.err


def test_what_there_is_to_look_at_is_listed(config: Path) -> None:
    said = invigil("device", "doctor", "--list", "--json")
    checks = json.loads(said.out)
    assert (said.code, len(checks) >= 18) == (0, True)
    assert set(checks[0]) == {"name", "title", "means", "advice", "mends"}
    assert "disk_wear" in invigil("device", "doctor", "--list").out


def test_a_check_that_nobody_knows_is_an_error_that_names_the_known_ones(config: Path) -> None:
    said = invigil("device", "doctor", "--config", config, "--only", "horoscope")
    assert (said.code, "horoscope" in said.err, "--list" in said.err) == (1, True, True)


def test_the_help_shows_an_example() -> None:
    said = invigil("device", "doctor", "--help")
    assert (said.code, "sudo invigil device doctor --fix" in said.out, "Exit codes" in said.out) == (0, True, True)


def test_the_release_that_is_installed_is_asked_and_what_is_no_doctor_is_an_error(tmp_path: Path) -> None:
    installed = tmp_path / "invigil-agent"
    installed.write_text('#!/bin/sh\necho \'[{"name": "installed"}]\'\n')
    installed.chmod(0o700)
    assert doctor.known_checks(program=installed) == [{"name": "installed"}]
    with pytest.raises(ProvisioningError, match="not understood"):
        doctor.examine(tmp_path / "device.toml", program=installed)
    installed.write_text("#!/bin/sh\necho no such option >&2; exit 2\n")
    with pytest.raises(ProvisioningError, match="no such option"):
        doctor.examine(tmp_path / "device.toml", program=installed)
