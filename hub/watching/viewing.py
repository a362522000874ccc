"""How the booths' streams are doing, for Prometheus: taken from each booth's health, forgotten when it goes.

One label, the booth; at most `MAX_BOOTHS` of them. People are not labels: their names do not belong in a metrics store,
and the dashboard shows each viewer's figures.
"""

from typing import Final, get_args

from prometheus_client import Gauge

from contract.live import StreamStats, ViewerStats
from contract.messages import Health
from hub.metrics import Metrics

MAX_BOOTHS: Final = 1000
STREAMS: Final[tuple[str, ...]] = get_args(StreamStats.model_fields["stream"].annotation)


class Viewing:
    def __init__(self, metrics: Metrics) -> None:
        self._booths: dict[str, tuple[float, ...]] = {}
        """What was set last: most booths have nobody who watches, and say so every two seconds."""
        registry = metrics.registry

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"invigil_booth_{name}", what, ("booth", *labels), registry=registry)

        self._viewers = gauge("viewers", "Who watches now")
        self._sent = gauge("viewers_bits_per_second", "Sent to all viewers together")
        self._loss = gauge("viewers_loss_ratio", "Share of packets missed by the viewer that misses most")
        self._round_trip = gauge("viewers_round_trip_seconds", "Of the viewer that is farthest")
        self._fps = gauge("viewers_frames_per_second", "Of the connected viewer that gets fewest")
        self._streams = gauge("stream_bits_per_second", "Encoded; 0 while the encoder rests", "stream")

    def heard(self, booth_id: str, health: Health) -> None:
        if booth_id not in self._booths and len(self._booths) >= MAX_BOOTHS:
            return
        viewers = [viewer for viewer in health.viewers if viewer.state == "connected"]
        encoded: dict[str, float] = {stream.stream: stream.bitrate_bps for stream in health.streams}
        figures = (
            len(health.viewers),
            sum(viewer.bitrate_bps for viewer in viewers),
            max((viewer.loss or 0.0 for viewer in viewers), default=0.0),
            _slowest(viewers) / 1000,
            min((viewer.fps for viewer in viewers), default=0.0),
            *(encoded.get(name, 0) for name in STREAMS),
        )
        if self._booths.get(booth_id) == figures:
            return
        self._booths[booth_id] = figures
        of_booth = (self._viewers, self._sent, self._loss, self._round_trip, self._fps)
        children = (
            *(gauge.labels(booth_id) for gauge in of_booth),
            *(self._streams.labels(booth_id, name) for name in STREAMS),
        )
        for child, figure in zip(children, figures, strict=True):
            child.set(figure)

    def gone(self, booth_id: str) -> None:
        """What is not measured any more is not shown as if it were."""
        if booth_id not in self._booths:
            return
        del self._booths[booth_id]
        for gauge in (self._viewers, self._sent, self._loss, self._round_trip, self._fps):
            gauge.remove(booth_id)
        for name in STREAMS:
            self._streams.remove(booth_id, name)


def _slowest(viewers: list[ViewerStats]) -> float:
    return max((viewer.round_trip_ms or 0.0 for viewer in viewers), default=0.0)
