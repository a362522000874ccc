"""How the hub itself is doing, for people and for monitoring."""

import asyncio
import logging
import secrets
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from hub import __version__
from hub.config import Settings, is_loopback
from hub.errors import RefusedError, StoreError
from hub.metrics import CONTENT_TYPE
from hub.parts import Hub, TheHub, allowed, bearer, client_address
from hub.store import totals
from hub.views import System

router = APIRouter(tags=["system"])
probes = APIRouter(tags=["probes"])

log = logging.getLogger(__name__)

DATABASE_TIMEOUT_S: Final = 3.0
"""Monitoring asks again soon, and waits no longer than a few seconds itself."""
FAILING_S: Final = 10.0
"""A database that is started again takes less."""


@router.get("/system", operation_id="system", dependencies=[Depends(allowed("system.read"))])
async def system(hub: TheHub) -> System:
    async with hub.database.reading() as connection:
        counted = await totals.count(connection)
    return System(
        version=__version__,
        instance=hub.instance,
        started_at=hub.started_at,
        broker="connected" if hub.mqtt.connected else "disconnected",
        rejected_messages=counted.rejected_messages,
        events_committed=counted.events_committed,
        chain_gaps=counted.chain_gaps,
        database_bytes=await hub.database.size_bytes(),
        disk_free_bytes=hub.evidence.disk_free_bytes(),
    )


@probes.get("/healthz", operation_id="healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@probes.get("/readyz", operation_id="readyz")
async def readyz(hub: TheHub) -> dict[str, str]:
    """Database, broker, ingest and disk are as they must be; 503 that names what is not."""
    troubles = {name: trouble for name, trouble in (await _checks(hub)).items() if trouble}
    if troubles:
        detail = "; ".join(f"{name}: {trouble}" for name, trouble in troubles.items())
        raise RefusedError(503, "Not ready", detail)
    return {"status": "ready"}


async def _checks(hub: Hub) -> dict[str, str]:
    """What is wrong with each part; empty where nothing is."""
    try:
        async with asyncio.timeout(DATABASE_TIMEOUT_S):
            await hub.database.ping()
        database = ""
    except StoreError as error:
        database = f"{error} ({error.hint})"
    except TimeoutError:
        database = "does not answer; look at its server"
    failing_s = hub.ingest.failing_s()
    free = hub.evidence.disk_free_bytes()
    return {
        "database": database,
        "broker": "" if hub.mqtt.connected else "not connected; the hub keeps trying",
        "ingest": f"nothing stored for {failing_s:.0f} s; see the log" if failing_s > FAILING_S else "",
        "disk": "" if free > hub.settings.evidence_max_bytes else f"{free} bytes are left; make room",
    }


@probes.get("/metrics", operation_id="metrics", response_class=Response)
async def metrics(connection: Request, hub: TheHub) -> Response:
    """Prometheus. From this machine, or with the token of `metrics_token_file` as `Authorization: Bearer`."""
    if not _may_read_metrics(connection, hub.settings):
        raise RefusedError(
            403, "Not for everybody", "ask from the hub's machine, or set metrics_token_file: docs/operations.md"
        )
    hub.metrics.leads.set(hub.leader.leads)
    hub.metrics.disk_free.set(hub.evidence.disk_free_bytes())
    return Response(hub.metrics.render(), media_type=CONTENT_TYPE)


def _may_read_metrics(connection: Request, settings: Settings) -> bool:
    given = bearer(connection)
    if settings.metrics_token_file is None or given is None:
        return is_loopback(client_address(connection))
    try:
        token = (settings.data / settings.metrics_token_file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        log.error("the token for metrics cannot be read: %s", error)
        return False
    return bool(token) and secrets.compare_digest(token.encode(), given.encode())
