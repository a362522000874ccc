"""What root reads of the agent on a device, which whoever took the agent over may have written; and what anybody in the
network may say by mDNS."""

import json
import os
from pathlib import Path
from typing import Final

import pytest

from agent.status import last_words
from contract.discovery import HubAdvert, device_of, hub_of, to_txt
from contract.wire import InvalidError
from provisioning.update import settle
from provisioning.update.requests import REQUEST, read_request
from tests.contract.examples import EXAMPLES
from tests.support.fuzz import Fuzz, Record, count_of, json_like, text_like

JOURNAL: Final[settle.Journal] = {"to": "1.4.0", "since_s": 0.0, "well_for_s": 45.0, "needs_hub": True}


def status() -> dict[str, object]:
    """Of an agent that runs now: this process."""
    health = json.loads(EXAMPLES["health"].to_json()) | {"version": "1.4.0", "uptime_s": 60.0}
    said = {"pid": os.getpid(), "boot_id": settle.boot_id(), "boottime_s": settle.now_s(), "at": health["at"]}
    return said | {"health": health, "exam_session_on": False, "hub_here": True}


def test_the_agents_word(tmp_path: Path, record: Record) -> None:
    """Of its health, by which an update is kept or given up: a word that nobody understands is none."""
    path, said = tmp_path / "status.json", status()

    def parse(data: bytes) -> object:
        path.write_bytes(data)
        found = settle.read_agent(path)
        why = settle.lacks(found, JOURNAL)
        assert isinstance(why, str)
        last_words(tmp_path)
        return found

    seeds = {"status": json.dumps(said).encode()}
    Fuzz("update: the agent's word", parse, seeds, (), {"status": said}, made_up=json_like()).run(count_of(0.5), record)


def test_requests(tmp_path: Path, record: Record) -> None:
    said = {"name": "room-1", "allow_older": False}

    def parse(data: bytes) -> object:
        (tmp_path / REQUEST).write_bytes(data)
        found = read_request(tmp_path)
        assert found is not None
        assert len(found.name) <= 80
        assert found.file.parent == tmp_path
        return found

    seeds = {"request": json.dumps(said).encode()}
    Fuzz("update: requests", parse, seeds, (), {"request": said}, made_up=json_like()).run(count_of(0.5), record)


@pytest.mark.parametrize("number", ["Infinity", "1e400", "9" * 400, "[" * 50_000])
def test_numbers_that_are_none_and_brackets_without_end(number: str, tmp_path: Path) -> None:
    """A release whose agent wrote such a word could not be given up any more."""
    said = json.dumps(status() | {"boottime_s": "HERE"}).replace('"HERE"', number)
    (tmp_path / "status.json").write_text(said)
    assert settle.lacks(settle.read_agent(tmp_path / "status.json"), JOURNAL) == "none runs"
    later = {"health": {"uptime_s": 10**400}, "boottime_s": 0.0}
    assert settle.lacks(later, JOURNAL) == "nobody understands what it says"


def test_root_waits_for_no_pipe_and_follows_no_link(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "status.json")
    os.mkfifo(tmp_path / REQUEST)
    assert settle.read_agent(tmp_path / "status.json") == {}
    assert read_request(tmp_path) is not None
    (tmp_path / "status.json").unlink()
    (tmp_path / "there").write_text(json.dumps(status()))
    (tmp_path / "status.json").symlink_to(tmp_path / "there")
    assert settle.read_agent(tmp_path / "status.json") == {}


def test_adverts(record: Record) -> None:
    """Lines of a DNS-SD text record, `key=value` in each."""
    advert = HubAdvert(tls=True, host="hub.example", authority_sha256="0" * 64, version="1.4.0")
    seed = b"\n".join(f"{key}={value}".encode() for key, value in to_txt(advert).items())

    def parse(data: bytes) -> object:
        pairs = (line.partition(b"=") for line in data.split(b"\n"))
        txt = {key: value if equals else None for key, equals, value in pairs}
        device_of(txt)
        return hub_of(txt)

    Fuzz("mDNS", parse, {"hub": seed}, (InvalidError,), made_up=text_like("tls=1\nhost=authority_sha256=abc")).run(
        count_of(0.5), record
    )
