"""`invigil device renew` and `device enrol --request` against a real hub; test_namespaces has networks, too."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from contract.device import load_device_config
from provisioning.identity import read_pair
from tests.support.cli import invigil
from tests.support.processes import run, wait_for
from tests.support.stack import Stack, stack


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack(tmp_path_factory.mktemp("centre")) as centre:
        yield centre


def enrolled(centre: Stack, booth: str, folder: Path) -> Path:
    code = json.loads(run("invigil-hub", "booth", "add", booth, "--data", centre.data, "--json"))["claim_code"]
    done = invigil("device", "enrol", "--hub", centre.url, "--dir", folder, env={"INVIGIL_CLAIM_CODE": code})
    assert done.code == 0, done.err
    return folder


@pytest.mark.parametrize("command", ["renew", "enrol"])
def test_help_shows_examples(command: str) -> None:
    shown = invigil("device", command, "--help")
    assert shown.code == 0
    assert f"invigil device {command}" in shown.out
    assert "Exit codes:" in shown.out


def test_a_device_is_renewed_and_its_answer_has_a_shape(centre: Stack, tmp_path: Path) -> None:
    folder = enrolled(centre, "booth-1", tmp_path / "device")
    tls = load_device_config(folder / "device.toml").tls
    before = read_pair(tls)
    early = invigil("device", "renew", "--if-due", "--dir", folder, "--json")
    assert early.code == 0, early.err
    answer = json.loads(early.out)
    assert {name: type(value) for name, value in answer.items()} == {
        "booth": str,
        "renewed": bool,
        "serial": str,
        "expires_at": str,
        "renew_at": str,
        "key": str,
    }
    assert (answer["renewed"], answer["serial"]) == (False, before.serial)
    assert datetime.fromisoformat(answer["renew_at"]) < datetime.fromisoformat(answer["expires_at"])
    for _ in range(2):
        done = invigil("device", "renew", "--dir", folder, "--json")
        assert done.code == 0, done.err
    answer, after = json.loads(done.out), read_pair(tls)
    assert (answer["renewed"], answer["serial"]) == (True, after.serial)
    assert after.key.public_key() != before.key.public_key()
    assert tls.key.stat().st_mode & 0o777 == 0o600
    assert len(list(folder.glob("identity-*"))) == 1, "the old keys are gone"
    again = enrolled(centre, "booth-2", tmp_path / "other")
    code = json.loads(run("invigil-hub", "booth", "claim", "booth-2", "--data", centre.data, "--json"))["claim_code"]
    invigil("device", "renew", "--dir", again)
    options = ("--hub", centre.url, "--dir", again, "--force")
    assert invigil("device", "enrol", *options, env={"INVIGIL_CLAIM_CODE": code}).code == 0
    assert not list(again.glob("identity*")), "a new identity leaves nothing of the old one"


def test_what_keeps_it_from_being_renewed_is_said(centre: Stack, tmp_path: Path) -> None:
    nowhere = invigil("device", "renew", "--dir", tmp_path)
    assert (nowhere.code, "device.toml" in nowhere.err) == (1, True)
    folder = enrolled(centre, "booth-3", tmp_path / "device")
    open_code = invigil("device", "renew", "--rescue", "--rescue-code", "AAAA-AAAA", "--dir", folder)
    assert (open_code.code, "INVIGIL_RESCUE_CODE" in open_code.err) == (2, True)
    no_code = invigil("device", "renew", "--rescue", "--dir", folder)
    assert (no_code.code, "rescue code" in no_code.err) == (2, True)
    wrong = invigil("device", "renew", "--rescue-code", "-", "--dir", folder, stdin="AAAA-AAAA\n")
    assert (wrong.code, "refused the rescue code" in wrong.err, "AAAA" in wrong.err) == (1, True, False)
    config = folder / "device.toml"
    config.write_text(config.read_text().replace(centre.url, "http://127.0.0.1:9"))
    deaf = invigil("device", "renew", "--dir", folder)
    assert (deaf.code, "does not answer" in deaf.err) == (1, True)
    assert read_pair(load_device_config(config).tls).serial, "the old pair is there still"


def test_a_device_asks_shows_its_code_and_is_let_in_or_refused(centre: Stack, tmp_path: Path) -> None:
    run("invigil-hub", "booth", "add", "booth-4", "--data", centre.data, "--json")
    ask = ("device", "enrol", "--hub", centre.url, "--dir", tmp_path / "device", "--request")
    both = invigil(*ask, "--claim", "AAAA-AAAA")
    assert both.code == 2
    alone = invigil(*ask, "--wait", "0")
    assert (alone.code, "nobody has decided" in alone.err) == (1, True)
    with centre.client() as client, ThreadPoolExecutor(1) as pool:

        def waiting() -> list[dict[str, str]]:
            return list(client.get("/api/v1/enrolment-requests").json()["items"])

        (shown,) = waiting()
        assert shown["code"] in alone.err
        path = f"/api/v1/enrolment-requests/{shown['request_id']}"
        assert client.post(f"{path}/refuse", json={"reason": "not ours"}).status_code == 204
        refused = invigil(*ask, "--wait", "0")
        assert (refused.code, "not ours" in refused.err, shown["code"] in refused.err) == (1, True, True)
        asked = pool.submit(invigil, *ask, "--json")
        (again,) = wait_for("the next request", lambda: waiting() or None)
        assert again["code"] != shown["code"], "after a refusal it asks with another key"
        approve = {"booth_id": "booth-4", "code": again["code"]}
        path = f"/api/v1/enrolment-requests/{again['request_id']}/approve"
        assert client.post(path, json=approve).status_code == 204
        done = asked.result()
    assert done.code == 0, done.err
    assert json.loads(done.out)["booth"] == "booth-4"
    assert not (tmp_path / "device" / "request.key").exists()
