"""The hub's countersignatures: what it held of each chain, and when, so that a tail cannot be cut off unseen."""

from uuid import UUID

from contract import chain
from contract.bundle import (
    COUNTERSIGNATURES,
    COUNTERSIGNATURES_MAX_BYTES,
    Countersignature,
    Countersignatures,
    countersigned_bytes,
)
from contract.verify.chains import ChainCheck
from contract.verify.members import Members
from contract.verify.report import Report
from contract.verify.trust import Trust
from contract.wire import InvalidError


def check_countersignatures(members: Members, trust: Trust, chains: dict[UUID, ChainCheck], report: Report) -> None:
    """Every chain must be countersigned at its very end."""
    found = _read(members, report)
    for each in found:
        check = chains.get(each.chain_id)
        if check is None:
            problem = f"the hub held chain {each.chain_id} up to event {each.head_seq}; it is not in this bundle"
            report.wrong("countersignatures", COUNTERSIGNATURES, problem)
        elif problem := _not_signed(each, trust):
            report.wrong("countersignatures", f"chain {each.chain_id}", problem, each.head_seq)
        else:
            _compare(each, check, report)
    for chain_id, check in chains.items():
        heads = {each.head_seq for each in found if each.chain_id == chain_id}
        if check.facts.last_seq not in heads:
            problem = "its last event is not countersigned: whether events came after it cannot be told"
            report.wrong("countersignatures", f"chain {chain_id}", problem, check.facts.last_seq)
    report.held["countersignatures"] = f"{len(found)} of the hub; each chain ends where the hub said that it ends"


def _read(members: Members, report: Report) -> tuple[Countersignature, ...]:
    data = members.read(COUNTERSIGNATURES, COUNTERSIGNATURES_MAX_BYTES)
    if data is None:
        return ()
    try:
        return Countersignatures.parse(data).items
    except InvalidError as error:
        report.wrong("countersignatures", COUNTERSIGNATURES, f"cannot be read: {error}")
        return ()


def _not_signed(each: Countersignature, trust: Trust) -> str:
    hub = trust.hubs.get(each.signed_by)
    if hub is None:
        return "the certificate of the key that countersigned it is not here"
    signed = countersigned_bytes(each.chain_id, each.head_seq, each.head_sha256, each.reason, each.signed_at)
    if not chain.verify(hub.key, each.signature, signed):
        return "its countersignature is not the hub's"
    return "" if hub.covers(each.signed_at) else "was countersigned when the hub's certificate was not valid"


def _compare(each: Countersignature, check: ChainCheck, report: Report) -> None:
    where, head = f"chain {each.chain_id}", check.head(each.head_seq)
    at = each.signed_at.isoformat(timespec="seconds")
    if each.head_seq > check.facts.last_seq:
        problem = f"the hub held this event at {at}; the bundle ends at {check.facts.last_seq}: the tail was cut off"
        report.wrong("countersignatures", where, problem, each.head_seq)
    elif head is None:
        report.wrong("countersignatures", where, f"the hub held this event at {at}; it is not here", each.head_seq)
    elif head != each.head_sha256:
        report.wrong("countersignatures", where, f"the hub held another event of this number at {at}", each.head_seq)
    else:
        check.facts.countersigned.append(f"event {each.head_seq} at {at} ({each.reason.replace('_', ' ')})")
