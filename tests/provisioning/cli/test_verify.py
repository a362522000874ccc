"""`invigil verify` as an auditor runs it: a file, a certificate, no hub and no network."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.bundle import MissingEvents
from provisioning.console import printable
from tests.support.bundles import Writer, a_bundle, made_of
from tests.support.mutations import change_an_event, cut_the_tail, forge_with_an_authority_of_ones_own


def invigil(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "provisioning", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_bytes(a_bundle().authority.pem)
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def as_json(*arguments: str | Path) -> tuple[int, Any]:
    done = invigil("verify", *arguments, "--json")
    return done.returncode, json.loads(done.stdout)


def test_a_whole_bundle(tmp_path: Path, ca: Path) -> None:
    path = written(tmp_path / "room.zip", a_bundle().sealed())
    done = invigil("verify", path, "--ca", ca)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == 10
    assert "whole: nothing was added, changed or left out" in done.stdout
    assert "1–11" in done.stdout
    assert "+12 to +12 ms" in done.stdout
    code, found = as_json(path, "--ca", ca)
    assert (code, found["verdict"], found["authority"]["pinned"]) == (0, "whole", True)
    assert {check["state"] for check in found["checks"]} == {"ok"}


def test_the_authority_is_pinned_by_its_fingerprint_too(tmp_path: Path) -> None:
    path = written(tmp_path / "room.zip", a_bundle().sealed())
    digits = a_bundle().authority.fingerprint
    colons = ":".join(digits[at : at + 2] for at in range(0, 64, 2)).upper()
    assert as_json(path, "--ca", digits)[0] == as_json(path, "--ca", colons)[0] == 0
    code, found = as_json(path, "--ca", "0" * 64)
    assert code == 1
    assert digits in found["findings"][0]["problem"]


def test_without_an_authority_it_says_whose_word_it_is(tmp_path: Path) -> None:
    forged = forge_with_an_authority_of_ones_own(random.Random(1)).data
    done = invigil("verify", written(tmp_path / "forged.zip", forged))
    assert done.returncode == 0
    assert "whose word it is was not compared" in done.stdout
    assert "▲ authority" in done.stdout
    assert "compare it with your hub's ca.pem" in done.stdout


def test_what_was_changed_is_named(tmp_path: Path, ca: Path) -> None:
    tampered = change_an_event(random.Random(1))
    done = invigil("verify", written(tmp_path / "changed.zip", tampered.data), "--ca", ca)
    assert done.returncode == 1
    assert tampered.named in done.stdout
    assert "not what was recorded" in done.stdout
    cut = cut_the_tail(random.Random(1))
    code, found = as_json(written(tmp_path / "cut.zip", cut.data), "--ca", ca)
    assert code == 1
    assert any("tail was cut off" in finding["problem"] for finding in found["findings"])


def test_what_is_missing_has_a_code_of_its_own(tmp_path: Path, ca: Path) -> None:
    writer = Writer(a_bundle().devices[0])
    for _ in range(3):
        writer.violation()
        writer.checkpoint()
    whole = made_of(a_bundle().authority, a_bundle().hub, a_bundle().devices, (writer,), ())
    gap = {"events": 8, "missing": (MissingEvents(first=4, last=4, reason="the booth \x1b[2J has not sent them"),)}
    told = writer.told[:3] + writer.told[4:]
    data = replace(whole, chains={writer.chain_id: told}, parts=(whole.parts[0].model_copy(update=gap),)).sealed()
    done = invigil("verify", written(tmp_path / "gap.zip", data), "--ca", ca)
    assert done.returncode == 3, done.stdout
    assert "events 4 to 4 are not here" in done.stdout
    assert "\x1b" not in done.stdout
    assert "▲ chains            1 missing: see below" in done.stdout


def test_a_file_that_is_no_bundle(tmp_path: Path) -> None:
    path = written(tmp_path / "notes.txt", b"not a bundle at all, but long enough to be looked at")
    done = invigil("verify", path)
    assert done.returncode == 1
    assert "does not end where a bundle ends" in done.stdout
    assert "✓" not in done.stdout


def test_what_cannot_be_read_is_no_verdict(tmp_path: Path) -> None:
    path = written(tmp_path / "room.zip", a_bundle().sealed())
    for arguments in ((tmp_path / "none.zip",), (tmp_path,), (path, "--ca", "none.pem"), (path, "--ca", path), ()):
        done = invigil("verify", *arguments)
        assert done.returncode == 2, done.stdout
        assert done.stdout == ""


def test_nothing_in_a_bundle_steers_the_terminal() -> None:
    assert printable("a\x1b[31m\u202eb\n✓ ü") == "a\\u001b[31m\\u202eb\\u000a✓ ü"
