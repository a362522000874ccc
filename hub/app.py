"""The composition root: what a hub consists of, in which order it starts and stops."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from contract.messages import Health
from contract.topics import HUB_FEED, parse_booth_topic
from hub import __version__
from hub.address import of_external_broker, of_own_broker
from hub.announcing import found_by
from hub.api import (
    audit,
    booths,
    bundles,
    candidates,
    devices,
    enrol,
    enrolment,
    evidence,
    exam_sessions,
    exams,
    flags,
    invitations,
    links,
    live,
    messages,
    oidc,
    places,
    presence,
    profiles,
    recording,
    releases,
    reports,
    retention,
    reviews,
    schedule,
    sign_ins,
    signaling,
    system,
    tokens,
    totp,
    traces,
    tries,
    users,
    violations,
    watches,
    webhooks,
)
from hub.broker import Broker
from hub.clock import ClockWatch
from hub.commands import Commands
from hub.config import Settings
from hub.db import Database
from hub.desired import DesiredState
from hub.devices.admission import Admission
from hub.devices.certificates import Authority
from hub.devices.cutting import Cutting, write_list
from hub.devices.enrolment import Enrolment
from hub.devices.expected import Expected
from hub.devices.fleet import Fleet
from hub.devices.readmission import Readmission, Restored
from hub.devices.renewal import Renewals
from hub.devices.requests import Requests
from hub.errors import BrokerError
from hub.evidence.bundle import Bundles
from hub.evidence.countersign import Countersigner
from hub.evidence.files import EvidenceFiles
from hub.evidence.filestore import FileStore, LocalFiles
from hub.evidence.s3 import S3Files
from hub.evidence.signatures import Signatures
from hub.exams.clock import ExamClock
from hub.exams.practice import Practice
from hub.exams.sessions import ExamSessions
from hub.exams.silence import Silence
from hub.feed import Feed
from hub.intake.ingest import Ingest
from hub.intake.message import Message
from hub.leader import Leader
from hub.live import Live
from hub.lockfile import one_at_a_time
from hub.metrics import Metrics
from hub.mqtt import HubMqtt, Part
from hub.openapi import install_openapi
from hub.parts import Hub
from hub.people.auth import Auth
from hub.people.keyfile import SecretBox
from hub.people.oidc import Provider
from hub.people.oidc_sign_in import OidcSignIns
from hub.people.second_factor import SecondFactors
from hub.problems import install_problem_handlers
from hub.releases.rollouts import Rollouts
from hub.releases.shelf import Shelf
from hub.reports.service import Reports
from hub.retention.service import Retention
from hub.states import BoothStates
from hub.streaming.signaling import Signaling
from hub.streaming.turn import IceServers
from hub.tasks import begin
from hub.tries.clips import Clips
from hub.tries.tries import Tries
from hub.watching.holding import Holds
from hub.watching.presence import Presences
from hub.watching.viewed import Viewed
from hub.watching.viewing import Viewing
from hub.watching.watches import Watches
from hub.web import BodyLimit, Dashboard, ForgeryCheck, SecurityHeaders
from hub.webhooks.deliver import Deliverer

log = logging.getLogger(__name__)

BROKER_TIMEOUT_S: Final = 15.0


def create_app() -> FastAPI:
    """The web application. Whoever serves it sets `app.state.hub` to what `running` gives."""
    app = FastAPI(
        title="Invigil hub",
        version=__version__,
        description="What booths report, for the people who watch.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(ForgeryCheck, cookie_name=Auth.cookie_name),
            Middleware(BodyLimit, exempt="/api/v1/evidence/"),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
    )
    install_problem_handlers(app)
    api = APIRouter(prefix="/api/v1")
    for resource in (
        sign_ins,
        users,
        invitations,
        links,
        totp,
        oidc,
        tokens,
        audit,
        places,
        exams,
        profiles,
        tries,
        candidates,
        exam_sessions,
        schedule,
        booths,
        violations,
        reviews,
        messages,
        flags,
        presence,
        evidence,
        recording,
        traces,
        reports,
        watches,
        bundles,
        retention,
        webhooks,
        devices,
        releases,
        enrol,
        enrolment,
        system,
        live,
        signaling,
    ):
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(system.probes)
    app.mount("/", Dashboard(), name="dashboard")
    install_openapi(app)
    return app


def create_probes() -> FastAPI:
    """For a process that serves no dashboard: how it does, for those who watch over it."""
    app = FastAPI(title="Invigil ingest", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    install_problem_handlers(app)
    app.include_router(system.probes)
    return app


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Hub]:
    """Everything that runs behind the routes. Read downwards it starts, upwards it stops."""
    loop = asyncio.get_running_loop()
    instance = secrets.token_hex(6)
    metrics = Metrics()
    ice = IceServers.load(settings.ice, settings.data)
    async with AsyncExitStack() as stack:
        # 1. What is kept.
        database = Database(settings.database_at)
        stack.push_async_callback(database.close)
        await database.migrate()
        with one_at_a_time(settings.data / "start.lock"):
            box = SecretBox.load_or_create(settings.data / "secrets.key")
        auth = Auth(database, metrics, settings.sign_in)
        provider = Provider.load(settings.oidc, settings.data, box)
        with one_at_a_time(settings.data / "start.lock"):
            authority = Authority.load_or_create(settings.data / "ca")
            countersigner = Countersigner(authority.signer())
        several = settings.is_one_of_several
        server_keys = authority.issue_server(
            [settings.host, settings.reach_host, *found_by(settings)],
            f"server-{settings.name}" if several else "server",
        )
        files = _file_store(settings)

        # 2. The broker, and the connection to it. Nothing arrives before `mqtt.start`.
        listed = await write_list(database, authority)
        broker: Broker | None = None
        if settings.broker is None:
            broker = Broker(
                settings.data / "mosquitto", settings.host, settings.mqtt_port, server_keys, authority, metrics
            )
            await broker.start()
            stack.push_async_callback(broker.stop)
            address, for_devices = of_own_broker(settings, broker.port, authority)
        else:
            address, for_devices = of_external_broker(settings.broker, settings, authority)
        group = "" if settings.broker is None else authority.secret_name("ingest")
        mqtt = HubMqtt(
            address,
            instance,
            metrics,
            receive=lambda message: route(message),
            on_connected=lambda: loop.call_soon_threadsafe(connected.set),
            part=Part(settings.ingests, group, settings.serves),
        )

        # 3. Who takes part.
        leader = Leader(database, takes_part=settings.ingests)
        feed = Feed(mqtt)
        desired = DesiredState(database, mqtt, settings.exams)
        commands = Commands(mqtt, metrics, loop)
        live_feed = Live(database, instance, metrics, loop)
        viewing = Viewing(metrics)
        states = BoothStates(
            database,
            feed,
            metrics,
            loop,
            on_health=lambda *said: hear_health(*said),
            on_gone=viewing.gone,
            on_reported=desired.heard,
            on_certificate=lambda said: renewals.heard(said),
            writes=lambda: leader.leads,
        )
        ingest = Ingest(database, mqtt, feed, states, countersigner, desired, metrics, loop)
        clock = ClockWatch(commands, states)
        sittings = ExamSessions(database, desired, countersigner, feed, Practice(files), settings.exams)
        exam_clock = ExamClock(database, desired, sittings, feed, metrics)
        silence = Silence(
            database,
            feed,
            metrics,
            heard=lambda booth_id: states.heard_at(booth_id) if mqtt.connected else None,
            after=timedelta(seconds=settings.exams.silent_after_s),
        )
        cutting = Cutting(database, authority, address, broker.reload if broker else None, listed)
        admission = Admission(authority, for_devices, settings.devices.certificate_lifetime)
        readmission = Readmission(database, authority, cutting, Restored.of(settings.data))
        renewals = Renewals(database, authority, admission, cutting, readmission)
        presences = Presences(database, feed, settings.watching, loop)
        holds = Holds(feed, loop)
        telling = Deliverer(database, metrics, allow_private=settings.webhooks.allow_private)
        deleting = Retention(database, files, countersigner.signer)
        clips = Clips(settings.data / "tries" / settings.name)
        signatures = Signatures(database, authority, readmission)
        shelf = Shelf(database, signatures, settings.data / "releases", settings.data / "release-keys")
        rolling = Rollouts(database, commands)
        watched = Watches(database, one_of_several=several)
        signals = Signaling(commands, states, watched, ice, metrics)
        connected = asyncio.Event()

        def route(message: Message) -> None:
            """In paho's thread: to whom a message goes."""
            booth_topic = parse_booth_topic(message.topic)
            if booth_topic and booth_topic.channel == "events":
                ingest.receive(booth_topic.booth, message)
                return
            mqtt.taken(message.delivery)
            if booth_topic:
                states.receive(booth_topic, message)
            elif message.topic == HUB_FEED:
                live_feed.receive(message)
                presences.receive(message)
                holds.receive(message)
            elif message.topic == mqtt.reply_topic:
                commands.receive(message)

        def hear_health(booth_id: str, health: Health, received_at: datetime) -> None:
            clock.heard(booth_id, health.at, received_at)
            viewing.heard(booth_id, health)
            signals.heard(booth_id, health)

        async def greet() -> None:
            """After every connection: the broker forgot what it retained, and browsers may have missed changes."""
            while True:
                await connected.wait()
                connected.clear()
                if settings.ingests:
                    await desired.publish_all_at_last()
                states.connected()
                live_feed.fetch_again()

        # 4. What runs.
        await states.load()
        await watched.end_left_over()
        for name, work in (
            ("leader", leader.run),
            ("ingest", ingest.run),
            ("states", states.run),
            ("live", live_feed.run),
            ("clock", clock.run),
            ("exam clock", lambda: leader.while_leading(exam_clock.run)),
            ("silence", lambda: leader.while_leading(silence.run)),
            ("watches", watched.run),
            # Any process may be asked for a run, and each forgets its copies; days and messages are claimed.
            ("retention", deleting.run),
            ("cutting", lambda: leader.while_leading(cutting.run)),
            ("webhooks", lambda: leader.while_leading(telling.run)),
            ("presence", presences.run),
            ("clips", clips.run),
            ("rollouts", lambda: leader.while_leading(rolling.run)),
            ("greet", greet),
        ):
            stack.push_async_callback(begin(name, work))
        stack.push_async_callback(ingest.finish)
        mqtt.start()
        stack.push_async_callback(to_thread.run_sync, mqtt.stop)
        if not await to_thread.run_sync(mqtt.wait_connected, BROKER_TIMEOUT_S):
            raise BrokerError(
                f"the MQTT broker {address.host}:{address.port} does not let the hub in",
                hint="see the log; for a broker of your own: invigil-hub broker-config --help",
            )

        yield Hub(
            settings=settings,
            instance=instance,
            started_at=datetime.now(UTC),
            metrics=metrics,
            database=database,
            authority=authority,
            server_keys=server_keys,
            auth=auth,
            second_factors=SecondFactors(database, auth, box),
            oidc=OidcSignIns(provider, database, auth) if provider else None,
            viewed=Viewed(database),
            enrolment=Enrolment(database, admission),
            requests=Requests(database, admission, settings.devices.serial_networks),
            expected=Expected(database),
            renewals=renewals,
            fleet=Fleet(database, commands, cutting, desired),
            mqtt=mqtt,
            leader=leader,
            ingest=ingest,
            states=states,
            feed=feed,
            desired=desired,
            commands=commands,
            exam_sessions=sittings,
            evidence=EvidenceFiles(
                settings.evidence_dir,
                settings.evidence_max_bytes,
                files,
                database,
                signatures,
                feed,
                metrics,
                settings.name,
            ),
            bundles=Bundles(database, authority, countersigner, files),
            reports=Reports(database, files, settings.data / "reports", authority),
            retention=deleting,
            live=live_feed,
            watches=watched,
            presences=presences,
            holds=holds,
            signaling=signals,
            tries=Tries(clips, database, commands, states, signatures),
            shelf=shelf,
            rollouts=rolling,
        )


def _file_store(settings: Settings) -> FileStore:
    if settings.s3 is None:
        return LocalFiles(settings.evidence_dir)
    copies = "evidence-copies" if settings.name == "hub" else f"evidence-copies-{settings.name}"
    return S3Files(settings.s3, settings.data / copies, settings.data)
