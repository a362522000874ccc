"""Every route of the OpenAPI document, with every role, nobody, an API token without permissions, and two scopes."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contract.chain import sha256_hex
from hub.app import create_app
from hub.parts import Hub
from hub.people.permissions import PERMISSIONS
from hub.store import places
from tests.support.exams import Centre
from tests.support.hub import Chain, a_hub, a_violation, add_booth, add_user, an_uplink, browser, sign_in, snapshot_ref
from tests.support.people import person
from tests.support.routes import EXPECTED, Expected

pytestmark = pytest.mark.anyio

NOW = a_violation().opened_at
METHODS = ("get", "put", "post", "delete", "patch", "head")
NAMES = {"admin": "ada", "proctor": "pro", "reviewer": "rev", "technician": "tec", "auditor": "aud"}


@dataclass(frozen=True)
class Route:
    operation: str
    method: str
    path: str


@dataclass
class World:
    """One booth is everybody's own, one is foreign to all but administrators; each with everything that belongs to it.
    Whatever is foreign says so in its name."""

    own: dict[str, str]
    foreign: dict[str, str]
    clients: dict[str, httpx.AsyncClient]

    async def ask(self, who: str, route: Route, expected: Expected, things: dict[str, str]) -> httpx.Response:
        path = route.path.format(**things)
        params = {name: value.format(**things) for name, value in expected.query.items()}
        body = None if route.method in ("get", "head", "delete") else expected.body
        return await self.clients[who].request(route.method.upper(), path, params=params, json=body)


def routes() -> Iterator[Route]:
    for path, operations in create_app().openapi()["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                yield Route(operation["operationId"], method, path)


ROUTES = sorted(routes(), key=lambda route: (route.method != "get", route.method == "delete", route.operation))
"""What only looks comes first, what takes away last."""


def test_every_route_says_whom_it_expects() -> None:
    served = {route.operation for route in ROUTES}
    missing = sorted(served - EXPECTED.keys())
    hint = (
        'add one line to EXPECTED in tests/support/routes.py, such as "{}": needs("exam_sessions.read", scoped=True),'
    )
    assert not missing, "\n".join(hint.format(name) for name in missing)
    assert EXPECTED.keys() <= served, f"no route is called {sorted(EXPECTED.keys() - served)}: remove the line"


@asynccontextmanager
async def a_world(folder: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(a_hub(folder))
        admin = await stack.enter_async_context(browser(hub))
        await add_user(hub)
        await add_user(hub, "subject", "proctor")
        await sign_in(admin)
        await add_booth(hub, "own-2")
        sides = [await _furnish(hub, folder, stack, admin, side) for side in ("own", "foreign")]
        clients = {"admin": admin, "nobody": await stack.enter_async_context(browser(hub))}
        for role, name in NAMES.items():
            if role != "admin":
                clients[role] = await stack.enter_async_context(person(hub, name, role, "own-1", "own-2"))
        made = await admin.post("/api/v1/me/tokens", json={"name": "bare", "permissions": []})
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
        clients["token"] = await stack.enter_async_context(browser(hub, headers=headers))
        yield World(sides[0], sides[1], clients)


async def _furnish(
    hub: Hub, folder: Path, stack: AsyncExitStack, admin: httpx.AsyncClient, side: str
) -> dict[str, str]:
    """A site with a room and a booth; an exam session there, a violation with its snapshot, a flag."""
    picture = b"\xff\xd8\xff" + side.encode() * 100
    uplink = await stack.enter_async_context(an_uplink(hub, folder, f"{side}-1"))
    violation = a_violation(evidence=(snapshot_ref(picture),))
    uplink.send(Chain(f"{side}-1").opened(violation))
    await uplink.acked(1)
    sha256 = sha256_hex(picture)
    stored = await admin.put(
        f"/api/v1/evidence/{sha256}", content=picture, headers=uplink.device.upload_headers(picture)
    )
    assert stored.status_code == 201
    async with hub.database.writing() as connection:
        await places.add_site(connection, f"{side}-site", f"{side} site", NOW)
        await places.add_room(connection, f"{side}-room", f"{side}-site", f"{side} room", NOW)
        assert await places.put_booth(connection, f"{side}-1", f"{side}-room")
    held = (await admin.get("/api/v1/devices")).json()["items"]
    (device_id,) = (each["device_id"] for each in held if each["booth_id"] == f"{side}-1")
    centre = Centre(admin)
    exam = await centre.exam(name=f"{side} exam" if side == "own" else "Another exam")
    candidate = await centre.candidate(f"{side}-A", name=f"{side} candidate")
    exam_session = await centre.schedule(exam, candidate, f"{side}-1")
    return {
        "booth_id": f"{side}-1",
        "device_id": device_id,
        "site_id": f"{side}-site",
        "room_id": f"{side}-room",
        "violation_id": str(violation.violation_id),
        "sha256": sha256,
        "exam_id": exam,
        "name": "standard",
        "candidate_id": candidate,
        "exam_session_id": str(exam_session),
        "username": "subject",
        "version": "9.9.9",
        "rollout_id": str(uuid4()),
        **{name: str(uuid4()) for name in ("canned_id", "flag_id", "invitation_id", "token_id", "sign_in_id")},
        **{name: str(uuid4()) for name in ("request_id", "expected_id")},
        **{name: str(uuid4()) for name in ("webhook_id", "delivery_id", "hold_id", "message_id", "run_id", "try_id")},
    }


async def test_every_route_lets_in_whom_it_expects_and_nobody_else(tmp_path: Path) -> None:
    wrong: list[str] = []
    async with a_world(tmp_path) as world:
        for route in ROUTES:
            wrong += [f"{route.operation}: {what}" async for what in _flaws(world, route, EXPECTED[route.operation])]
    assert not wrong, "\n".join(wrong)


async def _flaws(world: World, route: Route, expected: Expected) -> AsyncIterator[str]:
    answer = await world.ask("nobody", route, expected, world.own)
    if expected.anyone:
        if answer.status_code in (401, 403):
            yield f"nobody is asked to sign in: {_said(answer)}"
        return
    if answer.status_code != 401:
        yield f"nobody gets {_said(answer)}"
    answer = await world.ask("token", route, expected, world.own)
    if (answer.status_code == 403) != (expected.needs_permission or not expected.by_token):
        yield f"a token without permissions gets {_said(answer)}"
    for role in (*(role for role in PERMISSIONS if role != "admin"), "admin"):
        may = role in expected.roles
        if expected.scoped and role != "admin":
            answer = await world.ask(role, route, expected, world.foreign)
            if answer.status_code != 403:
                yield f"{role} gets {_said(answer)} of what is foreign"
        answer = await world.ask(role, route, expected, world.own)
        if (answer.status_code in (401, 403)) == may:
            yield f"{role} gets {_said(answer)}"
        if role != "admin" and route.method == "get" and not expected.all_places and "foreign" in answer.text:
            yield f"{role} is shown something foreign: {_said(answer)}"
        if answer.status_code >= 400 and not _is_problem(answer):
            yield f"{role} gets no problem document: {_said(answer)}"


def _is_problem(answer: httpx.Response) -> bool:
    if answer.headers.get("content-type") != "application/problem+json":
        return False
    said: dict[str, Any] = json.loads(answer.text)
    return said["status"] == answer.status_code and bool(said["detail"])


def _said(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:160]}"
