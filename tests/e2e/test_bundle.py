"""From a real booth to an auditor: what the agent saw, signed and uploaded holds in a bundle of the hub."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from provisioning.reel import write_reel
from tests.support.processes import BIN, run, wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def bundled(centre: Stack, out: Path) -> Any:
    """What `invigil verify` says of a bundle that is made now."""
    run(*("invigil-hub", "bundle", "booth-1", "--data", centre.data, "--out", out))
    command = [str(BIN / "invigil"), "verify", str(out), "--ca", str(centre.data / "ca" / "ca.pem"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    found = json.loads(done.stdout)
    assert done.returncode == {"whole": 0, "incomplete": 3, "broken": 1}[found["verdict"]]
    return found


def missing(found: Any) -> set[str]:
    """Files that the booth still had when it stopped: nothing else may be wrong or missing."""
    said = [finding for finding in found["findings"] if finding["level"] != "note"]
    assert {finding["check"] for finding in said} <= {"evidence"}, said
    assert all("the booth has not uploaded it yet" in finding["problem"] for finding in said), said
    return {finding["problem"].split()[1] for finding in said}


def test_what_a_booth_saw_holds_in_the_auditors_hands(centre: Stack, tmp_path: Path) -> None:
    booth = centre.add_booth("booth-1", write_reel(tmp_path / "reel.mp4"))

    def seen() -> bool:
        booth.must_run()
        violations = centre.violations()
        files = [file for violation in violations for file in violation["evidence"]]
        return any(violation["ended_at"] for violation in violations) and any(file["available"] for file in files)

    wait_for("a violation that has ended, and its picture", seen, timeout_s=300)
    assert booth.stop() == 0
    found = bundled(centre, tmp_path / "first.zip")
    waiting = missing(found)
    (chain,) = found["chains"]
    assert chain["events"] > 3
    assert chain["covered_seq"] == chain["last_seq"] - 1
    assert any("monitoring stopped" in word for word in chain["countersigned"])
    assert not found["checks"][7]["checked"].startswith("0 of")

    # The device goes on with its chain, and sends what it still had.
    booth.start()

    def all_came() -> bool:
        booth.must_run()
        with centre.client() as client:
            return all(client.get(f"/api/v1/evidence/{name}").status_code == 200 for name in waiting)

    wait_for("what had not been uploaded", all_came, timeout_s=300)
    assert booth.stop() == 0
    again = bundled(centre, tmp_path / "second.zip")
    assert not missing(again) & waiting
    assert again["chains"][0]["last_seq"] > chain["last_seq"]
    assert again["chains"][0]["events"] == again["chains"][0]["last_seq"]
