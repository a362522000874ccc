"""People who are signed in to a hub under test, and what they ask of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from sqlalchemy import insert, select

from hub.parts import Hub
from hub.store import users
from hub.tables import assignments, audit_log
from tests.support.hub import add_user, browser, sign_in


@asynccontextmanager
async def person(hub: Hub, name: str, role: str, *booths: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody new, signed in, with these booths."""
    await add_user(hub, name, role)
    async with hub.database.writing() as connection:
        found = await users.find(connection, name)
        assert found is not None
        for booth in booths:
            await connection.execute(insert(assignments).values(user_id=found.user_id, booth_id=booth))
    async with browser(hub) as client:
        await sign_in(client, name)
        yield client


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def get_until(client: httpx.AsyncClient, path: str, probe: Callable[[Any], bool]) -> Any:
    """The first answer that is as it should be. The time-out only ends a test that hangs."""
    async with asyncio.timeout(60):
        while not probe(answer := await get(client, path)):  # noqa: ASYNC110 (asked over HTTP)
            await asyncio.sleep(0.02)
    return answer


async def asked(client: httpx.AsyncClient, method: str, path: str, status: int = 200, **body: Any) -> Any:
    """What the hub answers, which must be of this status; None where it says nothing."""
    answer = await client.request(method, f"/api/v1{path}", json=body or None)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def audited(hub: Hub, action: str) -> list[tuple[str | None, str]]:
    """By whom, and to what, in order."""
    of = audit_log.c
    async with hub.database.reading() as connection:
        rows = await connection.execute(
            select(of.username, of.object_id).where(of.action == action).order_by(of.number)
        )
        return [(row.username, row.object_id) for row in rows]
