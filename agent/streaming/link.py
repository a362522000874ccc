"""Which rendition a viewer's link carries, judged by what the viewer's own browser reports."""

from dataclasses import dataclass
from typing import Final

from contract.live import Rendition, RenditionWish

LOSS_BAD: Final = 0.12
"""More than a poor Wi-Fi loses by chance: 5 % of 120 packets a second are below it 999 times of 1000."""
LOSS_AWFUL: Final = 0.3
LOSS_GOOD: Final = 0.03
DELAY_BAD_S: Final = 0.5
"""Above the shortest round trip seen: packets stand in somebody's queue."""
ESTIMATE_BAD: Final = 0.6
"""Of what is sent: an estimate below that means that most of it does not arrive in time."""
BAD_REPORTS: Final = 2
"""In a row. Browsers report about once a second."""
FIRST_REST_S: Final = 15.0
LONGEST_REST_S: Final = 240.0
"""How long to stay low before the high one is tried again; doubles each time it did not go."""
PROVEN_S: Final = 30.0
"""High for so long: the next rest is a short one again."""


@dataclass(slots=True)
class Link:
    """One viewer's. `now_s` is the monotonic clock; values come from the streaming loop alone."""

    wish: RenditionWish = "auto"
    loss: float | None = None
    round_trip_s: float | None = None
    estimate_bps: int | None = None
    _auto: Rendition = "high"
    _bad: int = 0
    _good_since_s: float | None = None
    _shortest_s: float = float("inf")
    _rest_s: float = FIRST_REST_S
    _changed_s: float = float("-inf")

    @property
    def rendition(self) -> Rendition:
        return self._auto if self.wish == "auto" else self.wish

    def reported(self, now_s: float, loss: float, round_trip_s: float | None, sent_bps: float) -> None:
        """One receiver report; `sent_bps` is what was sent of late."""
        self.loss = loss
        if round_trip_s is not None:
            self.round_trip_s = round_trip_s
            self._shortest_s = min(self._shortest_s, round_trip_s)
        late = self.round_trip_s is not None and self.round_trip_s - self._shortest_s > DELAY_BAD_S
        narrow = self.estimate_bps is not None and self.estimate_bps < ESTIMATE_BAD * sent_bps
        if loss > LOSS_BAD or late or narrow:
            self._bad += 2 if loss > LOSS_AWFUL else 1
            self._good_since_s = None
        else:
            self._bad = 0
            if loss <= LOSS_GOOD and self._good_since_s is None:
                self._good_since_s = now_s
        self._choose(now_s)

    def congested(self, now_s: float) -> None:
        """Our own socket does not take any more."""
        self._bad = max(self._bad, BAD_REPORTS)
        self._good_since_s = None
        self._choose(now_s)

    def _choose(self, now_s: float) -> None:
        if self._auto == "high":
            if self._bad >= BAD_REPORTS:
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
