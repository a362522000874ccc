"""Where a report's facts come from: chains, signatures, devices, clocks, weights."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import __version__
from hub.reports.timeline import Timeline
from hub.store import reports
from hub.views.reports import (
    Provenance,
    ReportChain,
    ReportClock,
    ReportCountersignature,
    ReportDevice,
    ReportViolation,
)


async def provenance(
    connection: AsyncConnection,
    line: Timeline,
    parts: Sequence[Row[Any]],
    violations: Sequence[ReportViolation],
    authority_sha256: str | None,
) -> Provenance:
    versions: set[str] = set()
    profiles = {(each.explanation.profile, each.explanation.profile_version) for each in violations}
    devices: dict[str, ReportDevice] = {}
    for stay in line.stays:
        for payload in await reports.monitoring_steps(connection, stay.booth_id, *stay.span):
            body = json.loads(payload)["body"]
            versions.add(str(body["agent_version"]))
            profiles.add((str(body["profile"]), int(body["profile_version"])))
        for row in await reports.devices_between(connection, stay.booth_id, *stay.span):
            devices[row.fingerprint] = ReportDevice.model_validate(row._mapping, from_attributes=True)
    return Provenance(
        hub_version=__version__,
        authority_sha256=authority_sha256,
        chains=tuple([await _chain(connection, part) for part in parts]),
        devices=tuple(devices.values()),
        clock=_clock(parts),
        agent_versions=tuple(sorted(versions)),
        profiles=tuple(f"{name} v{version}" for name, version in sorted(profiles)),
        models=dict(
            sorted({name: sha for each in violations for name, sha in each.explanation.models.items()}.items())
        ),
    )


async def _chain(connection: AsyncConnection, part: Row[Any]) -> ReportChain:
    signed = await reports.signatures(connection, part.chain_id, part.first_seq, part.last_seq)
    word = await reports.countersignature(connection, part.chain_id, part.last_seq)
    return ReportChain(
        chain_id=part.chain_id,
        booth_id=part.booth_id,
        first_seq=part.first_seq,
        last_seq=part.last_seq,
        events=part.events,
        missing=tuple(await reports.missing(connection, part.chain_id, part.first_seq, part.last_seq)),
        broken_links=part.broken_links,
        checkpoints=signed.right,
        checkpoints_refused=signed.refused,
        signed_to_seq=signed.signed_to_seq,
        countersigned=None if word is None else ReportCountersignature.model_validate(dict(word._mapping)),
    )


def _clock(parts: Sequence[Row[Any]]) -> ReportClock:
    return ReportClock(
        measured=sum(part.measured for part in parts),
        lowest_ms=min((part.lowest_ms for part in parts if part.lowest_ms is not None), default=None),
        highest_ms=max((part.highest_ms for part in parts if part.highest_ms is not None), default=None),
    )
