"""What a start must put right after the agent was cut off: show the time nobody looked, end what was left open."""

import logging
from datetime import datetime
from uuid import uuid4

from agent.uplink.outbox import Outbox
from contract.messages import MonitoringGap, ViolationClosed

log = logging.getLogger(__name__)


def close_what_was_left_open(outbox: Outbox, now: datetime) -> None:
    """Append what a crash prevented; nothing to do after a clean stop. Raises `StorageError`.

    Ends are set at the last sign of life. A clock that went back since then (a Raspberry Pi without a network) must
    not make an interval end before it began. The gap comes first: each append is itself a sign of life, so a second
    crash in here would otherwise hide it.
    """
    last_alive, violations, gaps = outbox.last_alive, outbox.open_violations(), outbox.open_gaps()
    if last_alive is not None:
        log.warning("The agent was cut off at %s; the time since then is reported as a gap.", last_alive.isoformat())
        went_back = last_alive > now
        outbox.append(
            MonitoringGap(
                gap_id=uuid4(),
                reason="agent_down",
                detail="the agent did not stop cleanly" + (", and the clock went back" if went_back else ""),
                started_at=min(last_alive, now),
                ended_at=now,
            )
        )
    until = last_alive or now
    for violation in violations:
        ended_at = max(until, violation.opened_at)
        outbox.append(ViolationClosed(violation=violation.model_copy(update={"ended_at": ended_at})))
    for gap in gaps:
        outbox.append(gap.model_copy(update={"ended_at": max(until, gap.started_at)}))
