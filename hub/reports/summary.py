"""What many exam sessions come to: counts by state and kind, how far the reviews are, how well was monitored."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.reports.spans import Span, within
from hub.reports.spans import seconds as length
from hub.store import summaries
from hub.store.summaries import Wanted
from hub.views import UNDECIDED
from hub.views.reports import KindCount, Summary

_DECISIONS = ("confirmed", "dismissed", "unreviewed")


async def summarize(
    connection: AsyncConnection, of: Literal["exam", "site"], key: str, name: str, wanted: Wanted, now: datetime
) -> Summary:
    """What lasts still is counted until `now`."""
    states = await summaries.states(connection, wanted)
    counted = await summaries.kinds(connection, wanted)
    gaps = list(_gaps(await summaries.gaps(connection, wanted), now))
    sat_s = sum(_sat(row, now) for row in await summaries.times(connection, wanted))
    monitored_s = max(0.0, sat_s - sum(gaps))
    waits = [
        (row.admitted_at - row.code_at).total_seconds()
        for row in await summaries.check_ins(connection, wanted)
        if row.admitted_at and row.code_at and row.admitted_at >= row.code_at
    ]
    violations = sum(row.many for row in counted)
    reviewed = sum(row.many for row in counted if row.review not in UNDECIDED)
    return Summary.model_validate(
        {
            "of": of,
            "id": key,
            "name": name,
            "first": wanted.first,
            "last": wanted.last,
            "exam_sessions": sum(states.values()),
            "states": states,
            "monitored_s": round(monitored_s, 1),
            "gaps": len(gaps),
            "gaps_s": round(sum(gaps), 1),
            "check_in_s": round(sum(waits) / len(waits), 1) if waits else None,
            "checked_in": len(waits),
            "violations": violations,
            "reviewed": reviewed,
            "review_share": round(reviewed / violations, 4) if violations else None,
            "kinds": _kinds(counted, monitored_s),
        }
    )


def _kinds(counted: Sequence[Any], monitored_s: float) -> tuple[KindCount, ...]:
    by_kind: dict[str, dict[str, int]] = {}
    for row in counted:
        review = "unreviewed" if row.review in UNDECIDED else row.review
        by_kind.setdefault(row.kind, dict.fromkeys(_DECISIONS, 0))[review] += row.many
    found = []
    for kind, counts in sorted(by_kind.items()):
        decided = counts["confirmed"] + counts["dismissed"]
        found.append(
            KindCount.model_validate(
                {
                    "kind": kind,
                    **{name: counts[name] for name in _DECISIONS},
                    "per_monitored_hour": round(3600 * sum(counts.values()) / monitored_s, 3) if monitored_s else None,
                    "false_alarm_share": round(counts["dismissed"] / decided, 4) if decided else None,
                }
            )
        )
    return tuple(found)


def _sat(row: Any, now: datetime) -> float:
    """How long one exam session's clock ran, seconds."""
    until = row.ended_at or now
    stood: float = row.stopped_s + ((until - row.stopped_at).total_seconds() if row.stopped_at else 0.0)
    lasted: float = (until - row.started_at).total_seconds()
    return max(0.0, lasted - stood)


def _gaps(rows: Iterable[Any], now: datetime) -> Iterable[float]:
    for row in rows:
        sat = Span(row.sat_from, row.sat_to or now)
        lasted_s = length(within([Span(row.started_at, row.ended_at or now)], [sat]))
        if lasted_s:
            yield lasted_s
