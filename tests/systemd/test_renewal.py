"""A certificate that comes to two thirds of its life while its agent publishes: renewed by the timer, taken up by the
agent, nothing lost, and the old one counts no more."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from contract import chain
from contract.enrolment import certificate_renew_at
from hub.devices.certificates import BACKDATE
from tests.support.board import AGENT, BOOTH, Board, a_board
from tests.support.hub import Device, Uplink
from tests.support.postgres import rows_at
from tests.support.processes import wait_for

pytestmark = pytest.mark.timeout(900)

DUE_S = 60
"""After it was issued. A certificate begins a day earlier, for clocks that are behind, and that is part of its life."""
LIFE_DAYS = (BACKDATE.total_seconds() / 2 + DUE_S * 3 / 2) / 86_400
OFTEN = """[Timer]
OnCalendar=
OnActiveSec=1
OnUnitInactiveSec=4
RandomizedDelaySec=0
AccuracySec=100ms
"""
"""Instead of once a day: the timer and its unit are ours otherwise."""


def test_an_agent_is_renewed_while_it_publishes(tmp_path: Path) -> None:
    with a_board(tmp_path, f"[devices]\ncertificate_days = {LIFE_DAYS:.6f}\n") as board:
        board.install()
        board.enrol()
        thief = copied(board, tmp_path / "copied")
        old = parsed(thief.certificate_pem)
        board.ask_hub("PUT", f"/booths/{BOOTH}/profile", json={"profile": "strict"})
        board.start()
        overrides = board.booted.path("etc/systemd/system/invigil-renew.timer.d")
        overrides.mkdir()
        (overrides / "often.conf").write_text(OFTEN)
        board.booted.ask("systemctl", "daemon-reload")
        board.booted.ask("systemctl", "restart", "invigil-renew.timer")
        wait_for("something to be reported", lambda: reported(board) > 2)

        wait_for("the renewal", lambda: pem(board) != thief.certificate_pem)
        board.booted.ask("systemctl", "stop", "invigil-renew.timer")
        new = parsed(pem(board))
        assert new.not_valid_before_utc + BACKDATE >= certificate_renew_at(old).replace(microsecond=0), (
            "not before it was due"
        )
        detail = wait_for("it to be in force", lambda: in_force(board, f"{new.serial_number:x}"))
        assert [each["state"] for each in detail["certificates"]] == ["in_force", "withdrawn"]
        assert len(detail["history"]) == 1, "it is the same device"
        assert board.restarts() == 1, "the agent ended for it once, by itself"

        before = reported(board)
        wait_for("more to be reported", lambda: reported(board) > before + 2)
        board.booted.ask("systemctl", "stop", AGENT)
        nothing_is_lost(board)
        counts_for_nothing(board, thief)


def pem(board: Board) -> str:
    return board.booted.ask("cat", "/etc/invigil/device.pem") + "\n"


def parsed(certificate_pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate_pem.encode())


def copied(board: Board, folder: Path) -> Device:
    """The pair that the device has now, in other hands."""
    key = load_pem_private_key(board.booted.ask("cat", "/etc/invigil/device.key").encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    device = Device(BOOTH, key, pem(board), folder)
    device.write(board.booted.ask("cat", "/etc/invigil/ca.pem"))
    return device


def reported(board: Board) -> int:
    """Events that the hub has committed."""
    return int(rows_at(board.centre.data, "SELECT count(*) FROM events")[0][0])


def in_force(board: Board, serial: str) -> Any:
    device = board.device()
    return board.ask_hub("GET", f"/devices/{device['device_id']}") if device["serial"] == serial else None


def nothing_is_lost(board: Board) -> None:
    """Numbers from 1 without a hole, each once, none put aside, and every signature good; the outbox holds the rest."""
    data = board.centre.data
    chains = rows_at(data, "SELECT count(*), count(DISTINCT seq), min(seq), max(seq) FROM events GROUP BY chain_id")
    assert chains
    for count, distinct, first, last in chains:
        assert (first, count, distinct) == ("1", last, last)
    assert rows_at(data, "SELECT count(*) FROM rejected_messages") == [["0"]]
    signed = rows_at(data, "SELECT signature_ok, count(*) FROM checkpoints GROUP BY signature_ok")
    assert len(signed) == 1, "all are good"
    assert signed[0][0] in ("1", "t", "True")


def counts_for_nothing(board: Board, thief: Device) -> None:
    """At the broker and for uploads."""
    with Uplink(thief, board.centre.mqtt_port) as uplink:
        wait_for("refusals", lambda: uplink.ended >= 2)
        assert not uplink.client.is_connected()
    picture = b"\xff\xd8\xff" + b"0" * 100
    url = f"{board.centre.url}/api/v1/evidence/{chain.sha256_hex(picture)}"
    refused = httpx.put(url, content=picture, headers=thief.upload_headers(picture))
    assert (refused.status_code, "newer certificate" in refused.json()["detail"]) == (401, True)
