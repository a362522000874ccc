"""What a running hub consists of, and how a request gets at it. Built by `hub.app`, used by `hub.api` only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from hub.audit import Actor
from hub.auth import Auth
from hub.bundle import Bundles
from hub.certificates import Authority, KeyPair
from hub.commands import Commands
from hub.config import Settings
from hub.db import Database
from hub.desired import DesiredState
from hub.enrolment import Enrolment
from hub.errors import RefusedError
from hub.evidence import EvidenceFiles
from hub.exams.sessions import ExamSessions
from hub.feed import Feed
from hub.live import Live
from hub.metrics import Metrics
from hub.mqtt import HubMqtt
from hub.permissions import Permission, roles_with
from hub.signaling import Signaling
from hub.states import BoothStates
from hub.views import Me, Role
from hub.watches import Watches


@dataclass(frozen=True, slots=True)
class Hub:
    settings: Settings
    instance: str
    started_at: datetime
    metrics: Metrics
    database: Database
    authority: Authority
    server_keys: KeyPair
    auth: Auth
    enrolment: Enrolment
    mqtt: HubMqtt
    states: BoothStates
    feed: Feed
    desired: DesiredState
    commands: Commands
    exam_sessions: ExamSessions
    evidence: EvidenceFiles
    bundles: Bundles
    live: Live
    watches: Watches
    signaling: Signaling


def running_hub(connection: HTTPConnection) -> Hub:
    hub = connection.app.state.hub
    assert isinstance(hub, Hub)  # noqa: S101 (the lifespan sets it before the first request)
    return hub


TheHub = Annotated[Hub, Depends(running_hub)]


async def signed_in(connection: HTTPConnection, hub: TheHub) -> Me:
    me = await hub.auth.who(connection.cookies.get(hub.auth.cookie_name))
    if me is None:
        raise RefusedError(401, "Not signed in", "sign in with POST /api/v1/sign-in; a sign-in lasts twelve hours")
    return me


SignedIn = Annotated[Me, Depends(signed_in)]


def client_address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


def actor(connection: HTTPConnection, me: SignedIn) -> Actor:
    """Who acts, for `hub.audit.record`: the person with the address the request comes from."""
    return Actor.of(me, client_address(connection))


ActorOf = Annotated[Actor, Depends(actor)]


def refuse_unless(me: Me, permission: Permission) -> None:
    """Raises 403 with who may."""
    if not me.may(permission):
        who = " or ".join(roles_with(permission))
        raise RefusedError(403, "Not allowed", f"this needs {permission}, which {who} has; you are {me.role}")


def allowed(*permissions: Permission) -> Callable[[Me], Awaitable[Me]]:
    """A dependency that lets only those through who have all of these permissions. Scope is the route's own matter:
    `hub.scope.refuse_foreign` for one thing, `me.booths` for a list."""

    async def check(me: SignedIn) -> Me:
        for permission in permissions:
            refuse_unless(me, permission)
        return me

    return check


def role_required(*roles: Role) -> Callable[[Me], Awaitable[Me]]:
    """A dependency that lets only these roles through."""

    async def check(me: SignedIn) -> Me:
        if me.role not in roles:
            raise RefusedError(403, "Not allowed", f"this needs the role {' or '.join(roles)}; you are {me.role}")
        return me

    return check
