"""Which rendition a viewer's link carries, judged by what the viewer's own browser reports."""

from dataclasses import dataclass
from typing import Final

from contract.live import Rendition, RenditionWish

WINDOW_S: Final = 0.8
WINDOW_PACKETS: Final = 10
"""Losses are judged over both: browsers report once a second, but also with every request for a lost packet."""
HASTE_S: Final = 0.3
HASTE_PACKETS: Final = 30
"""Enough to see that most is lost: a link that is far too narrow should not show nothing for seconds."""
LOSS_BAD: Final = 0.12
"""More than a poor Wi-Fi loses by chance: 5 % of 100 packets are below it 999 times of 1000."""
LOSS_AWFUL: Final = 0.3
LOSS_GOOD: Final = 0.03
DELAY_BAD_S: Final = 0.5
"""Above the shortest round trip seen: packets stand in somebody's queue."""
ESTIMATE_BAD: Final = 0.6
"""Of what is sent: an estimate that falls below that means that much of it does not arrive in time. One that is still
low after a change to the high rendition means nothing: browsers raise theirs slowly from what they got before."""
FALL: Final = 0.95
"""Of the estimate before; less is rounding."""
BAD_WINDOWS: Final = 2
"""In a row."""
FIRST_REST_S: Final = 30.0
LONGEST_REST_S: Final = 240.0
"""How long to stay low before the high one is tried again; doubles each time it did not go."""
PROVEN_S: Final = 30.0
"""High for so long: the next rest is a short one again."""


@dataclass(slots=True)
class Link:
    """One viewer's. `now_s` is the monotonic clock; values come from the streaming loop alone."""

    wish: RenditionWish = "auto"
    loss: float | None = None
    """Share of packets lost in the last window."""
    round_trip_s: float | None = None
    estimate_bps: int | None = None
    """What the link carries, by the browser (REMB)."""
    _auto: Rendition = "high"
    _bad: int = 0
    _fell: bool = False
    """Whether the estimate fell in this window."""
    _good_since_s: float | None = None
    _shortest_s: float = float("inf")
    _rest_s: float = FIRST_REST_S
    _changed_s: float = float("-inf")
    _window: tuple[float, int, int] | None = None
    """When the window began, and packets expected and lost until then."""

    @property
    def rendition(self) -> Rendition:
        return self._auto if self.wish == "auto" else self.wish

    def reported(self, now_s: float, expected: int, lost: int, round_trip_s: float | None, sent_bps: float) -> None:
        """One receiver report: packets expected and lost since the stream began, and what was sent of late."""
        if round_trip_s is not None:
            self.round_trip_s = round_trip_s
            self._shortest_s = min(self._shortest_s, round_trip_s)
        if self._window is None:
            self._window = now_s, 0, 0
        began_s, expected_before, lost_before = self._window
        packets = expected - expected_before
        loss = min(1.0, max(0.0, (lost - lost_before) / packets)) if packets > 0 else 0.0
        hasty = loss > LOSS_AWFUL and packets >= HASTE_PACKETS and now_s - began_s >= HASTE_S
        if hasty or (now_s - began_s >= WINDOW_S and packets >= WINDOW_PACKETS):
            self._window = now_s, expected, lost
            self._judge(now_s, loss, sent_bps)

    def estimated(self, bitrate_bps: int) -> None:
        self._fell |= self.estimate_bps is not None and bitrate_bps < FALL * self.estimate_bps
        self.estimate_bps = bitrate_bps

    def congested(self, now_s: float) -> None:
        """Our own socket does not take any more."""
        self._bad = max(self._bad, BAD_WINDOWS)
        self._good_since_s = None
        self._choose(now_s)

    def _judge(self, now_s: float, loss: float, sent_bps: float) -> None:
        self.loss = loss
        late = self.round_trip_s is not None and self.round_trip_s - self._shortest_s > DELAY_BAD_S
        narrow = self._fell and self.estimate_bps is not None and self.estimate_bps < ESTIMATE_BAD * sent_bps
        self._fell = False
        if loss > LOSS_BAD or late or narrow:
            self._bad += BAD_WINDOWS if loss > LOSS_AWFUL else 1
            self._good_since_s = None
        else:
            self._bad = 0
            if loss <= LOSS_GOOD and self._good_since_s is None:
                self._good_since_s = now_s
        self._choose(now_s)

    def _choose(self, now_s: float) -> None:
        if self._auto == "high":
            if self._bad >= BAD_WINDOWS:
                failed_soon = now_s - self._changed_s < PROVEN_S
                self._rest_s = min(2 * self._rest_s, LONGEST_REST_S) if failed_soon else FIRST_REST_S
                self._turn("low", now_s)
        elif (
            self._good_since_s is not None
            and now_s - self._good_since_s >= self._rest_s
            and now_s - self._changed_s >= self._rest_s
        ):
            self._turn("high", now_s)

    def _turn(self, rendition: Rendition, now_s: float) -> None:
        self._auto, self._changed_s, self._bad, self._good_since_s = rendition, now_s, 0, None
