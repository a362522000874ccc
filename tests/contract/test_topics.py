"""Topics are built and taken apart to the same thing."""

from typing import get_args

import pytest

from contract import topics


@pytest.mark.parametrize("channel", get_args(topics.BoothChannel))
def test_a_booth_topic_comes_apart_again(channel: topics.BoothChannel) -> None:
    topic = topics.booth_topic("booth-1", channel)
    assert topic == f"invigil/v1/booths/booth-1/{channel}"
    assert topics.parse_booth_topic(topic) == ("booth-1", channel)


def test_every_channel_has_one_direction() -> None:
    assert set(topics.FROM_BOOTH) | set(topics.TO_BOOTH) == set(get_args(topics.BoothChannel))
    assert not set(topics.FROM_BOOTH) & set(topics.TO_BOOTH)


@pytest.mark.parametrize(
    "topic",
    ["", "invigil/v1/hub/status", "invigil/v1/booths/a/coffee", "invigil/v2/booths/a/events", "invigil/v1/booths/a"],
)
def test_other_topics_are_nobodys(topic: str) -> None:
    assert topics.parse_booth_topic(topic) is None
