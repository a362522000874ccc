"""What people's decisions about a violation come to. Only people decide; this adds up (ADR 33)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import sqrt
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.errors import RefusedError
from hub.store import reviews
from hub.views import REVIEW_STATES, Decision, DismissalReason, Me, Rate, Reviewed, ReviewState
from hub.webhooks import ViolationReviewed, announce

NAMED: Final = 3
"""How many of several things a refusal names."""
Z_95: Final = 1.959964
"""Standard deviations on each side that hold 95 % of a normal distribution."""


def outcome(decisions: Iterable[Decision], wanted: int) -> ReviewState:
    """Of the decisions that stand, one a person.

    One side must have more voices than the other, and as many as are wanted. Where both sides have voices and neither
    wins, people disagree, and one more has to decide.
    """
    voices = Counter(decisions)
    confirmed, dismissed = voices["confirmed"], voices["dismissed"]
    if confirmed != dismissed and max(confirmed, dismissed) >= wanted:
        return "confirmed" if confirmed > dismissed else "dismissed"
    return "contested" if confirmed and dismissed else "unreviewed"


def wilson(found: int, of: int) -> tuple[float, float]:
    """Within which bounds the true share lies, at 95 %. It holds for few cases and for shares near 0 and 1, too.

    E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209. `of` is at least 1.
    """
    share, spread = found / of, Z_95**2 / of
    middle = share + spread / 2
    half = sqrt(spread * (share * (1 - share) + spread / 4))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


async def decide(
    connection: AsyncConnection,
    me: Me,
    actor: audit.Actor,
    violation_ids: Sequence[UUID],
    decision: Decision,
    note: str,
    reason: DismissalReason | None = None,
) -> list[Reviewed]:
    """One person's decision about each, in the caller's transaction; with `RefusedError` about none of them."""
    _refuse_reason(decision, reason, note)
    found = await reviews.to_review(connection, violation_ids)
    _refuse_unknown(found, violation_ids)
    _refuse_foreign(found, me)
    before = await reviews.standing(connection, violation_ids)
    if decision == "unreviewed":
        _refuse_nothing_to_take_back(me, violation_ids, before)
    now = datetime.now(UTC)
    about = {"decision": decision, "reason_code": reason, "note": note}
    said = {**about, "username": me.username, "display_name": me.display_name}
    await reviews.add(
        connection, [{"review_id": uuid4(), "violation_id": each, "decided_at": now, **said} for each in violation_ids]
    )
    after = await reviews.standing(connection, violation_ids)
    done = []
    for violation_id in violation_ids:
        row, stands = found[violation_id], after.get(violation_id, ())
        state = outcome((review.decision for review in stands), row.reviews_wanted)
        await reviews.set_state(connection, violation_id, state, row.severity_rank if stands else None)
        what = {**about, "review": state, "booth": row.booth_id, "kind": row.kind}
        await audit.record(connection, actor, "violation.reviewed", "violation", str(violation_id), **what)
        ids = {"violation_id": violation_id, "booth_id": row.booth_id, "exam_session_id": row.exam_session_id}
        told = ViolationReviewed(**ids, decision=decision, review=state, decided_by=me.username)
        await announce(connection, told)
        done.append(Reviewed(violation_id=violation_id, before=row.review, review=state))
    return done


def rates(counted: Iterable[Any]) -> list[Rate]:
    """From numbers by group and state: those most often decided first."""
    groups: dict[tuple[Any, ...], dict[str, int]] = {}
    names = ("kind", "rule", "profile", "profile_version", "exam_id", "exam_name", "booth_id", "booth_name")
    for row in counted:
        key = tuple(getattr(row, name) for name in names)
        groups.setdefault(key, dict.fromkeys(REVIEW_STATES, 0))[row.review] += row.number
    found = []
    for key, numbers in groups.items():
        decided = numbers["confirmed"] + numbers["dismissed"]
        low, high = wilson(numbers["dismissed"], decided) if decided else (None, None)
        share = numbers["dismissed"] / decided if decided else None
        values = dict(zip(names, key, strict=True))
        found.append(Rate(**values, **numbers, dismissed_share=share, low=low, high=high))
    return sorted(found, key=lambda rate: -(rate.confirmed + rate.dismissed))


def _refuse_reason(decision: Decision, reason: DismissalReason | None, note: str) -> None:
    if reason is not None and decision != "dismissed":
        raise RefusedError(422, "The reason does not fit", "reason_code says why a violation was dismissed")
    if reason == "other" and not note:
        raise RefusedError(422, "A note is needed", "reason_code other: say in `note` what it was")


def _refuse_unknown(found: dict[UUID, Any], violation_ids: Iterable[UUID]) -> None:
    unknown = [str(each) for each in violation_ids if each not in found]
    if unknown:
        raise RefusedError(404, "No such violation", f"never reported: {_named(unknown)}; nothing was decided")


def _refuse_foreign(found: dict[UUID, Any], me: Me) -> None:
    foreign = [f"{violation_id} of {row.booth_id}" for violation_id, row in found.items() if not me.sees(row.booth_id)]
    if foreign:
        raise RefusedError(
            403,
            "Not your booth",
            f"outside your scope: {_named(foreign)}; nothing was decided. Ask an administrator for the booth",
        )


def _refuse_nothing_to_take_back(me: Me, violation_ids: Iterable[UUID], before: dict[UUID, Any]) -> None:
    missing = [
        str(each) for each in violation_ids if me.username not in {review.username for review in before.get(each, ())}
    ]
    if missing:
        raise RefusedError(
            409, "Nothing to take back", f"no decision of yours stands on {_named(missing)}; nothing was changed"
        )


def _named(some: Sequence[str]) -> str:
    more = f" and {len(some) - NAMED} more" if len(some) > NAMED else ""
    return ", ".join(some[:NAMED]) + more
