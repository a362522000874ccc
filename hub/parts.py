"""What a running hub consists of, and how a request gets at it. Built by `hub.app`, used by `hub.api` only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from hub.audit import Actor
from hub.commands import Commands
from hub.config import Settings
from hub.db import Database
from hub.desired import DesiredState
from hub.devices.certificates import Authority, KeyPair
from hub.devices.enrolment import Enrolment
from hub.devices.expected import Expected
from hub.devices.fleet import Fleet
from hub.devices.renewal import Renewals
from hub.devices.requests import Requests
from hub.errors import RefusedError
from hub.evidence.bundle import Bundles
from hub.evidence.files import EvidenceFiles
from hub.exams.sessions import ExamSessions
from hub.feed import Feed
from hub.intake.ingest import Ingest
from hub.leader import Leader
from hub.live import Live
from hub.metrics import Metrics
from hub.mqtt import HubMqtt
from hub.people.auth import Auth, Origin
from hub.people.oidc_sign_in import OidcSignIns
from hub.people.permissions import Permission, roles_with
from hub.people.second_factor import SecondFactors
from hub.releases.rollouts import Rollouts
from hub.releases.shelf import Shelf
from hub.reports.service import Reports
from hub.retention.service import Retention
from hub.states import BoothStates
from hub.streaming.signaling import Signaling
from hub.tries.tries import Tries
from hub.views import Me
from hub.watching.holding import Holds
from hub.watching.presence import Presences
from hub.watching.viewed import Viewed
from hub.watching.watches import Watches


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
    second_factors: SecondFactors
    oidc: OidcSignIns | None
    viewed: Viewed
    enrolment: Enrolment
    requests: Requests
    expected: Expected
    renewals: Renewals
    fleet: Fleet
    mqtt: HubMqtt
    leader: Leader
    ingest: Ingest
    states: BoothStates
    feed: Feed
    desired: DesiredState
    commands: Commands
    exam_sessions: ExamSessions
    evidence: EvidenceFiles
    bundles: Bundles
    reports: Reports
    retention: Retention
    live: Live
    watches: Watches
    presences: Presences
    holds: Holds
    signaling: Signaling
    tries: Tries
    shelf: Shelf
    rollouts: Rollouts


def running_hub(connection: HTTPConnection) -> Hub:
    hub = connection.app.state.hub
    assert isinstance(hub, Hub)  # noqa: S101 (the lifespan sets it before the first request)
    return hub


TheHub = Annotated[Hub, Depends(running_hub)]


def client_address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


def origin(connection: HTTPConnection) -> Origin:
    return Origin(client_address(connection), connection.headers.get("user-agent", ""))


OriginOf = Annotated[Origin, Depends(origin)]


def bearer(connection: HTTPConnection) -> str | None:
    """The API token of a request that brings one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def known(connection: HTTPConnection, hub: Hub) -> Me | None:
    """Who is behind an API token or a cookie; a request with a token is never anybody else's. Also for WebSockets."""
    token = bearer(connection)
    if token is not None:
        return await hub.auth.who_by_token(token, client_address(connection))
    return await hub.auth.who(connection.cookies.get(hub.auth.cookie_name), client_address(connection))


async def fully_known(connection: HTTPConnection, hub: Hub) -> Me | None:
    """As `known`, but nobody who still has to set up a second factor."""
    me = await known(connection, hub)
    return None if me is None or me.must_enrol else me


async def identified(connection: HTTPConnection, hub: TheHub) -> Me:
    """Also somebody who still has to set up a second factor."""
    me = await known(connection, hub)
    if me is None:
        if bearer(connection) is not None:
            raise RefusedError(401, "Not a valid API token", "it is unknown, expired or revoked; make a new one")
        raise RefusedError(401, "Not signed in", "sign in with POST /api/v1/sign-in; a sign-in lasts twelve hours")
    return me


Identified = Annotated[Me, Depends(identified)]


def in_person(connection: HTTPConnection, me: Identified) -> Me:
    """By a sign-in and not by an API token: what changes how somebody proves who they are."""
    if bearer(connection) is not None:
        raise RefusedError(403, "Not with an API token", "sign in; a token cannot change how its person signs in")
    return me


InPerson = Annotated[Me, Depends(in_person)]


def signed_in(me: Identified) -> Me:
    if me.must_enrol:
        detail = f"{me.role} needs a second factor; set one up with POST /api/v1/me/totp"
        raise RefusedError(403, "A second factor is needed", detail)
    return me


SignedIn = Annotated[Me, Depends(signed_in)]


def actor(connection: HTTPConnection, me: Identified) -> Actor:
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
