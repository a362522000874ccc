"""Health: trouble is counted by name from any thread, said once in a while, and the board is asked gently."""

import threading
from pathlib import Path
from typing import get_args

import pytest

from agent import health
from agent.config import load_device_key
from agent.health import Trouble, TroubleName, disk_free_bytes, temperature_c, throttled, trouble_name
from contract.wire import InvalidError
from tests.support.broker import Authority


def test_counts_from_many_threads_add_up() -> None:
    trouble = Trouble()

    def count_often() -> None:
        for _ in range(500):
            trouble.count("vision")

    threads = [threading.Thread(target=count_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trouble.count("outbox_full", times=3)
    assert trouble.snapshot() == {"outbox_full": 3, "vision": 4000}


def test_a_sentence_that_repeats_is_said_once_and_a_new_one_at_once(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble()
    for _ in range(50):
        trouble.count("broker_tls", "No TLS.")
        trouble.count("broker_refused", "Refused.")
    trouble.count("broker_tls", "No TLS for another reason.")
    trouble.count("broker_tls")
    assert [record.message for record in caplog.records] == ["No TLS.", "Refused.", "No TLS for another reason."]
    assert trouble.of("broker_tls") == 52


def test_a_sentence_is_said_again_after_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "REPEAT_AFTER_S", 0.0)
    trouble = Trouble()
    trouble.count("broker_tls", "No TLS.")
    trouble.count("broker_tls", "No TLS.")
    assert len(caplog.records) == 2


def test_every_counter_has_its_name_and_no_other() -> None:
    assert [trouble_name(name) for name in get_args(TroubleName)] == list(get_args(TroubleName))
    with pytest.raises(KeyError):
        trouble_name("broker_tsl")


def test_the_board_tells_what_it_can(tmp_path: Path) -> None:
    zone = tmp_path / "temp"
    zone.write_text("48312\n")
    assert temperature_c(zone) == pytest.approx(48.312)
    flags = tmp_path / "get_throttled"
    flags.write_text("50005\n")
    assert throttled(flags) is True
    flags.write_text("50000\n")
    assert throttled(flags) is False, "it was throttled, but is not now"


def test_a_board_that_does_not_tell_is_unknown_not_well(tmp_path: Path) -> None:
    assert temperature_c(tmp_path / "none") is None
    assert throttled(tmp_path / "none") is None
    (tmp_path / "odd").write_text("n/a")
    assert temperature_c(tmp_path / "odd") is None
    assert throttled(tmp_path / "odd") is None
    assert disk_free_bytes(tmp_path) > 0
    assert disk_free_bytes(tmp_path / "none" / "at" / "all") == 0


@pytest.mark.parametrize("content", [b"", b"not a key", None])
def test_a_key_that_cannot_be_used_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "device.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidError, match=r"device\.key .*invigil device enrol"):
        load_device_key(path)


def test_a_key_of_an_enrolled_device_is_read(tmp_path: Path) -> None:
    assert load_device_key(Authority(tmp_path).issue("booth-1").key).key_size == 256
