"""`invigil simulate`, with a hub of its own and at one that has real booths."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from provisioning import simulation
from provisioning.hub import HubClient
from tests.support.processes import ended, run
from tests.support.stack import PASSWORD, USER, stack

SMALL = ("--booths", "3", "--seconds", "3", "--events-hz", "5")
FIGURES = {
    *("booths", "connected", "appended", "acknowledged", "waiting", "pictures", "cuts", "ack_p50_ms", "ack_p99_ms"),
    *("trouble", "seconds", "kept", "shown", "lost", "doubled", "invented"),
}


def test_it_brings_a_hub_of_its_own_and_finds_everything_in_it_once() -> None:
    figures = json.loads(run("invigil", "simulate", *SMALL, "--processes", "2", "--pictures", "0.5", "--json"))
    assert set(figures) == FIGURES
    assert figures["booths"] == 3
    assert figures["appended"] == figures["acknowledged"] > 0
    assert figures["kept"] == figures["shown"] > 0
    assert (figures["waiting"], figures["lost"], figures["doubled"], figures["invented"]) == (0, 0, 0, 0)


def test_it_asks_before_it_loads_a_hub_with_real_booths(tmp_path: Path) -> None:
    with stack(tmp_path) as centre:
        run("invigil-hub", "booth", "add", "room-1-a", "--name", "A", "--data", centre.data)
        with HubClient.signed_in(centre.url, USER, PASSWORD) as client:
            may = ["booths.read", "places.manage", "devices.manage", "violations.read"]
            token = client.post("/me/tokens", {"name": "load", "permissions": may})["token"]
            known = {"INVIGIL_HUB": centre.url, "INVIGIL_TOKEN": token}
            refused = ended("invigil", "simulate", *SMALL, "--at-hub", env=known)
            assert refused.returncode == 1
            assert "1 real booths, such as room-1-a" in refused.stderr
            assert simulation.strangers(client) == [booth["booth_id"] for booth in client.booths()] == ["room-1-a"]

            folder = ("--dir", tmp_path / "kept")
            for _ in range(2):  # the booths of before are used again
                figures = json.loads(
                    run("invigil", "simulate", *SMALL, "--at-hub", "--yes", *folder, "--json", env=known)
                )
                assert figures["shown"] == figures["kept"] > 0
            names = simulation.booth_names(3)
            lost, since = str(uuid4()), datetime.now(UTC) - timedelta(hours=1)
            verdict = simulation.judge([("will", lost), ("kept", lost)], client, names, since)
            assert (verdict.lost, verdict.doubled, verdict.holds) == (1, 0, False)
            assert verdict.invented == verdict.shown > figures["shown"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rhythm", "waltz"), "rhythm"),
        (("--booths", "0"), "--booths"),
    ],
)
def test_a_load_that_makes_no_sense_is_refused(options: tuple[str, ...], said: str) -> None:
    refused = ended("invigil", "simulate", *options)
    assert refused.returncode in (1, 2)
    assert said in refused.stderr
