"""What simulated booths do: how often something happens, in which rhythm, with how many pictures and lost links."""

import random
from typing import Literal

from pydantic import Field

from contract.wire import Wire

Rhythm = Literal["steady", "random", "bursts"]


class Load(Wire):
    """Of each booth. An event is the opening or the closing of a violation; rates are means."""

    events_hz: float = Field(0.2, ge=0, le=1000)
    rhythm: Rhythm = "random"
    burst: int = Field(20, ge=1, le=1000, description="events that come at once in bursts, as when a lamp fails")
    backlog: int = Field(0, ge=0, le=100_000, description="events before it connects, as after hours without the hub")
    picture_share: float = Field(0, ge=0, le=1, description="of the violations; they travel as snapshots do")
    picture_bytes: int = Field(60_000, ge=2_000, le=20_000_000, description="a 640 × 480 frame takes 40 to 90 kB")
    cut_every_s: float = Field(0, ge=0, description="mean time between losses of the link without a word; 0 for never")

    def pause_s(self, dice: random.Random) -> tuple[float, int]:
        """How long until something happens again, and how many events happen then."""
        match self.rhythm:
            case "steady":
                return 1 / self.events_hz, 1
            case "random":
                return dice.expovariate(self.events_hz), 1
            case "bursts":
                return dice.expovariate(self.events_hz / self.burst), self.burst
