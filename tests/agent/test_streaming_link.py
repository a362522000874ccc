"""Which rendition a link carries, by the reports of a viewer's browser."""

import pytest

from agent.streaming import link as link_module
from agent.streaming.link import FIRST_REST_S, Link

PACKETS = 100
"""A second at the high rendition."""


class Reports:
    """A browser that reports every second."""

    def __init__(self, link: Link) -> None:
        self.link, self.now_s, self.expected, self.lost = link, 100.0, 0, 0

    def second(self, loss: float = 0.0, round_trip_s: float = 0.05, sent_bps: float = 1e6) -> str:
        self.now_s += 1
        self.expected += PACKETS
        self.lost += round(loss * PACKETS)
        self.link.reported(self.now_s, self.expected, self.lost, round_trip_s, sent_bps)
        return self.link.rendition

    def seconds(self, count: float, loss: float = 0.0) -> str:
        for _ in range(int(count)):
            self.second(loss)
        return self.link.rendition


@pytest.fixture
def reports() -> Reports:
    reports = Reports(Link())
    reports.seconds(2)  # the first begins the first window
    return reports


@pytest.mark.parametrize(("loss", "rendition"), [(0.0, "high"), (0.05, "high"), (0.11, "high"), (0.2, "low")])
def test_loss_decides(reports: Reports, loss: float, rendition: str) -> None:
    assert reports.seconds(5, loss) == rendition
    assert reports.link.loss == pytest.approx(loss)


def test_one_bad_second_is_forgiven_and_an_awful_one_is_not(reports: Reports) -> None:
    assert reports.second(0.25) == "high"
    assert reports.second(0.0) == "high"
    assert reports.second(0.6) == "low"


def test_requests_for_lost_packets_do_not_count_as_seconds(reports: Reports) -> None:
    """Chromium sends a report with each, of a few packets, of which one is lost."""
    for _ in range(20):
        reports.now_s += 0.02
        reports.expected += 2
        reports.lost += 1 if reports.expected % 20 == 0 else 0
        reports.link.reported(reports.now_s, reports.expected, reports.lost, 0.05, 1e6)
    assert reports.link.rendition == "high"


def test_packets_that_stand_in_a_queue_count_as_lost(reports: Reports) -> None:
    assert reports.second(round_trip_s=0.9) == "high"
    assert reports.second(round_trip_s=1.4) == "low"


def test_an_estimate_that_falls_far_below_what_is_sent_counts(reports: Reports) -> None:
    for estimate_bps in (900_000, 400_000, 300_000):
        reports.link.estimated(estimate_bps)
        reports.second()
    assert reports.link.rendition == "low"


def test_an_estimate_that_is_low_but_rises_does_not_count(reports: Reports) -> None:
    """As Chromium's does for half a minute after a change to the high rendition."""
    for second in range(30):
        reports.link.estimated(int(160_000 * 1.08**second))
        assert reports.second() == "high"


def test_an_estimate_falls_in_a_quiet_scene_and_that_does_not_count(reports: Reports) -> None:
    for estimate_bps in (900_000, 400_000, 300_000):
        reports.link.estimated(estimate_bps)
        assert reports.second(sent_bps=200_000) == "high"


def test_the_high_one_is_tried_again_and_later_each_time_that_it_does_not_go(reports: Reports) -> None:
    reports.second(0.6)
    assert reports.seconds(FIRST_REST_S - 2) == "low"
    assert reports.seconds(4) == "high"
    assert reports.second(0.6) == "low"
    assert reports.seconds(FIRST_REST_S + 5) == "low"
    assert reports.seconds(FIRST_REST_S) == "high"
    reports.seconds(link_module.PROVEN_S + 1)
    assert reports.second(0.6) == "low"
    assert reports.seconds(FIRST_REST_S + 2) == "high"


def test_a_wish_stands_above_the_link(reports: Reports) -> None:
    reports.link.wish = "high"
    assert reports.seconds(5, 0.5) == "high"
    reports.link.wish = "low"
    assert reports.link.rendition == "low"
    reports.link.wish = "auto"
    assert reports.link.rendition == "low"  # the losses were real


def test_our_own_socket_counts_at_once() -> None:
    link = Link()
    link.congested(5.0)
    assert link.rendition == "low"
