"""Which devices are meant, one thing asked of several, and words for everything that a hub may say of a device."""

import threading
from typing import Any, get_args

import pytest

from hub.devices.status import CareCode, Status
from provisioning.cli.fleet.logs import after
from provisioning.console import ProvisioningError
from provisioning.fleet import AT_ONCE, each
from provisioning.standing import CARE, STATUS, care_of, word_of


def test_every_word_of_the_hub_has_a_sign_and_a_meaning() -> None:
    assert set(STATUS) == set(get_args(Status))
    assert set(CARE) == set(get_args(CareCode))
    assert word_of("levitating").sign == "?", "a newer hub may have more of them"
    assert care_of("on_fire")[0] == "on fire"


def test_one_that_fails_keeps_none_of_the_others() -> None:
    devices = [{"booth_id": f"booth-{number}"} for number in range(40)]
    lock, at_once, most = threading.Lock(), 0, 0

    def act(device: dict[str, Any]) -> str:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        with lock:
            at_once -= 1
        if device["booth_id"] == "booth-7":
            raise ProvisioningError("it is away", "try later")
        return str(device["booth_id"])

    outcomes = each(devices, act, "asking")
    assert [outcome.booth for outcome in outcomes] == [device["booth_id"] for device in devices], "in their order"
    assert [(one.booth, one.error, one.hint) for one in outcomes if not one.done] == [
        ("booth-7", "it is away", "try later")
    ]
    assert most <= AT_ONCE


@pytest.mark.parametrize(
    ("seen", "newest", "new"),
    [
        ([], ["a"], ["a"]),
        (["a"], ["a"], []),
        (["a", "b"], ["a", "b", "c"], ["c"]),
        (["a", "b", "c"], ["b", "c", "d"], ["d"]),  # the oldest are not kept
        (["b"], ["a", "b", "c"], ["c"]),  # fewer were asked for at first
        (["a", "b"], ["x", "y"], ["x", "y"]),  # too much came in between
        (["a", "b"], [], []),
    ],
)
def test_following_a_log_shows_each_line_once(seen: list[str], newest: list[str], new: list[str]) -> None:
    assert after(seen, newest) == new
