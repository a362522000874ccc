"""People who are signed in to a hub under test, and what they ask of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from hub.parts import Hub
from hub.store import scopes, users
from hub.views import Scope
from tests.support.hub import add_user, browser, sign_in


@asynccontextmanager
async def person(hub: Hub, name: str, role: str, *booths: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody new, signed in, with these booths."""
    await add_user(hub, name, role)
    async with hub.database.writing() as connection:
        found = await users.find(connection, name)
        assert found is not None
        await scopes.replace(connection, found.user_id, Scope(booths=booths))
    async with browser(hub) as client:
        await sign_in(client, name)
        yield client


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()
