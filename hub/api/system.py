"""How the hub itself is doing, for people and for monitoring."""

from fastapi import APIRouter, Depends, Response

from hub import __version__
from hub.errors import RefusedError
from hub.metrics import CONTENT_TYPE
from hub.parts import TheHub, allowed
from hub.store import totals
from hub.views import System

router = APIRouter(tags=["system"])
probes = APIRouter(tags=["probes"])


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
    """Database and broker answer; 503 otherwise."""
    await hub.database.ping()
    if not hub.mqtt.connected:
        raise RefusedError(503, "Not ready", "the MQTT broker is not connected; the hub keeps trying")
    return {"status": "ready"}


@probes.get("/metrics", operation_id="metrics", response_class=Response)
async def metrics(hub: TheHub) -> Response:
    """Prometheus."""
    return Response(hub.metrics.render(), media_type=CONTENT_TYPE)
