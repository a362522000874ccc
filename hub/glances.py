"""Which of the things that booths say of their health people are shown at once, and which can wait.

Every booth says every two seconds how it is. Two thousand of them would send each dashboard a thousand messages a
second in which a temperature moved by a tenth; so figures alone are shown every `SHOWN_INTERVAL_S`.
"""

from time import monotonic
from typing import Final

from contract.messages import Health

SHOWN_INTERVAL_S: Final = 10.0


class Glances:
    """Bounded by the number of booths. One thread."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[object, float]] = {}
        """What was seen of each booth at a glance, and when people were last shown any of it."""

    def is_news(self, booth_id: str, health: Health) -> bool:
        """Whether it is shown now: it looks different, or was not shown for a while, or somebody watches the booth,
        who looks at figures of the stream."""
        now = monotonic()
        glance = (
            (health.camera, health.camera_detail, health.screen, health.throttled, health.throttle_bits),
            [(each.name, each.state) for each in health.detectors],
            [each.stream for each in health.streams],
            sorted(health.errors),
            (health.outbox_depth > 0, health.spool_files > 0, bool(health.viewers)),
        )
        before, shown_s = self._shown.get(booth_id, (None, now))
        if glance == before and now - shown_s < SHOWN_INTERVAL_S and not health.viewers:
            return False
        self._shown[booth_id] = (glance, now)
        return True
