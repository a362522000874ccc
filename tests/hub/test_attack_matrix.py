"""Booth A, with its real certificate and with false ones, tries everything at a real broker that is booth B's or the
hub's: every topic in every way, every client id, wills and retained messages.

Each probe is first shown to be seen where it succeeds: the same one, by whoever may do it, is counted.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import paho.mqtt.client as paho
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from contract.topics import (
    FROM_BOOTH,
    HUB_FEED,
    HUB_STATUS,
    PREFIX,
    TO_BOOTH,
    BoothChannel,
    all_booths,
    booth_topic,
    hub_common_name,
    reply_topic,
)
from tests.support.attacks import MARK, A, B, Client, Field, a_field, process, written
from tests.support.authority import Authority as OtherAuthority
from tests.support.hub import until

pytestmark = pytest.mark.anyio
CHANNELS: tuple[BoothChannel, ...] = get_args(BoothChannel)

FOREIGN = (
    *(booth_topic(B, channel) for channel in CHANNELS),
    *(booth_topic("booth-nobody", channel) for channel in CHANNELS),
    *(booth_topic(A, channel) for channel in TO_BOOTH),
    HUB_STATUS,
    HUB_FEED,
    f"{PREFIX}/hub",
    f"{PREFIX}/hub/replies",
    f"{PREFIX}/hub/replies/one/more",
    f"{PREFIX}/booths/{B}",
    f"{PREFIX}/booths/{B}/events/more",
    f"{PREFIX}/booths//events",
    f"/{PREFIX}/booths/{A}/events",
    f"{PREFIX}/booths/{A}/events/",
    f"{PREFIX}/booths/{A}/../{B}/events",
    f"{PREFIX}/booths/{A.upper()}/events",
    f"{PREFIX}/booths/%u/events",
    "invigil/v2/booths/booth-a/events",
    "$SYS/broker/uptime",
    "$CONTROL/dynamic-security/v1",
    "something/else",
)
"""Where A may not publish."""

FILTERS = (
    *("#", "+", "+/#", "/#", f"{PREFIX}/#", f"{PREFIX}/+/#", f"{PREFIX}/booths/#", f"{PREFIX}/booths/+/#"),
    *(booth_topic("+", channel) for channel in CHANNELS),
    *(booth_topic(B, channel) for channel in CHANNELS),
    *(booth_topic(A, channel) for channel in FROM_BOOTH),
    *(f"{PREFIX}/booths/{B}/#", f"{PREFIX}/booths/{B}/+", HUB_FEED, f"{PREFIX}/hub/#", f"{PREFIX}/hub/+"),
    *(reply_topic("+"), f"{PREFIX}/hub/replies/#", "$SYS/#", "$SYS/broker/#", "$SYS/broker/clients/+"),
    *("$CONTROL/#", "+/v1/booths/+/commands", "+/+/+/+/+"),
)
OWN = (*(booth_topic(A, channel) for channel in FROM_BOOTH), reply_topic("one"))
SHARED = tuple(f"$share/thieves/{each}" for each in FILTERS if not each.startswith("$"))
"""Where A may hear nothing that is not its own. Mosquitto grants what it then never delivers, so hearing is counted."""


async def _publishing(field: Field) -> None:
    """Every foreign topic, kept and not kept, with and without an answer asked for."""
    with field.connected(field.a) as a:
        assert await a.came_in()
        for topic in FOREIGN:
            ways = ((0, False), (1, False), (1, True), (2, False))
            payload = MARK + topic.encode()
            taken = await asyncio.gather(*(a.publish(topic, payload, qos=qos, retain=kept) for qos, kept in ways))
            for (qos, kept), took in zip(ways, taken, strict=True):
                what = f"{topic} qos {qos}{' retained' if kept else ''}"
                field.score.tried("publish", what, succeeded=qos == 1 and took)
            field.score.tried("delete what is retained", topic, succeeded=await a.publish(topic, b"", retain=True))
        assert not a.ended, "what is refused ends nothing"
        for topic in OWN:
            assert await a.publish(topic, b"own")
    for topic, payload in await field.overheard():
        field.score.tried("heard by somebody", f"{topic} {payload!r}", succeeded=True)
    sayable = [topic for topic in FOREIGN if not topic.startswith("$")]  # nobody may publish there
    for topic in sayable:
        await field.voice.publish(topic, b"control " + topic.encode(), qos=0)
    heard = await field.overheard(b"control ")
    for topic in sayable:
        field.score.seen("publish", topic, succeeded=(topic, b"control " + topic.encode()) in heard)


async def _retained(field: Field) -> None:
    """What the hub and B left stands as they left it, for whoever comes later."""
    kept = (booth_topic(B, "availability"), booth_topic(B, "reported"), booth_topic(B, "desired"), HUB_STATUS)
    for topic in kept:
        assert await field.voice.publish(topic, b"control kept", retain=True)
    with field.connected(field.a) as a:
        assert await a.came_in()
        for topic in kept:
            for payload in (MARK + b"kept", b""):
                taken = await a.publish(topic, payload, retain=True)
                field.score.tried("replace what is retained", topic, succeeded=taken)
    with field.connected(process(field.authority, field.folder, "third")) as later:
        assert await later.came_in()
        assert await later.subscribe("#")
        found: dict[str, bytes] = {}

        def all_of_it() -> bool:
            found.update(later.took())
            return set(kept) <= set(found)

        await until("what was kept", all_of_it)
        for topic in kept:
            field.score.seen("replace what is retained", topic, succeeded=found[topic] == b"control kept")
        assert not [payload for payload in found.values() if payload.startswith(MARK)]


async def _listening(field: Field) -> None:
    """Every filter, shared or not, against everything that is said."""
    secrets = (*(booth_topic(B, channel) for channel in CHANNELS), HUB_FEED, reply_topic("one"), "something/else")
    secrets = (*secrets, *(booth_topic(A, channel) for channel in FROM_BOOTH))
    own = booth_topic(A, "acks")

    async def heard_with(client: Client, filters: str, number: str, ending: str) -> list[tuple[str, bytes]]:
        await client.subscribe(filters)
        for topic in secrets:
            await field.voice.publish(topic, f"secret {number}".encode(), qos=0)
        assert await field.voice.publish(ending, f"end {number}".encode())
        found: list[tuple[str, bytes]] = []

        def all_of_it() -> bool:
            found.extend(client.took())
            return any(payload == f"end {number}".encode() for _, payload in found)

        await until("the end", all_of_it)
        allowed = (own, booth_topic(A, "desired"), booth_topic(A, "commands"), HUB_STATUS)
        return [(topic, payload) for topic, payload in found if topic not in allowed and topic != ending]

    for number, filters in enumerate((*FILTERS, *SHARED)):
        with field.connected(field.a) as a:
            assert await a.came_in()
            assert await a.subscribe(own)
            heard = await heard_with(a, filters, f"{number}", own)
            field.score.attempts["listen"] += len(secrets) - 1
            field.score.tried("listen", f"{filters}: {heard[:2]}", succeeded=bool(heard))
        with field.connected(process(field.authority, field.folder, "third")) as third:
            assert await third.came_in()
            assert await third.subscribe("control/end")
            heard = await heard_with(third, filters, f"control {number}", "control/end")
            if not filters.startswith("$CONTROL"):  # nothing is ever said there
                plain = filters.split("/", 2)[2] if filters.startswith("$share/") else filters
                reaches = plain.startswith("$SYS") or any(paho.topic_matches_sub(plain, topic) for topic in secrets)
                if reaches:
                    field.score.seen("listen", filters, succeeded=bool(heard))


async def _sharing(field: Field) -> None:
    """A joins those who share the events: Mosquitto would give it some, and throw them away. It must know the name."""
    topic, events = all_booths("events"), 10
    group = field.authority.secret_name("ingest")

    async def lost(guess: str) -> int:
        """How many of B's events do not reach the ingester while A takes part in the group of that name."""
        with (
            field.connected(process(field.authority, field.folder, "third")) as ingester,
            field.connected(field.a) as a,
            field.connected(field.b) as b,
        ):
            assert all([await ingester.came_in(), await a.came_in(), await b.came_in()])
            assert await ingester.subscribe(f"$share/{group}/{topic}")
            assert await ingester.subscribe("control/end")
            await a.subscribe(f"$share/{guess}/{topic}")
            for _ in range(events):
                await b.publish(booth_topic(B, "events"), b"share", qos=0)
            assert await b.publish(booth_topic(B, "reported"), b"all is said")
            assert await field.voice.publish("control/end", b"end")
            found: list[tuple[str, bytes]] = []

            def all_of_it() -> bool:
                found.extend(ingester.took())
                return any(payload == b"end" for _, payload in found)

            await until("the end", all_of_it)
            return events - sum(payload == b"share" for _, payload in found)

    for guess in ("ingest", "ingest-", "hub", "invigil", "%u", group[:-1], group.upper()):
        field.score.tried("take a share of events", guess, succeeded=await lost(guess) > 0)
    field.score.seen("take a share of events", "the name itself", succeeded=await lost(group) > 0)


async def _names(field: Field) -> None:
    """The client id is the certificate's: nobody takes another's place, and a name signs nobody in."""
    with field.connected(field.b) as b:
        assert await b.came_in()
        for name in (B, f"test-{B}", "invigil.hub", "hub", hub_common_name("voice"), hub_common_name("ears"), "", "%u"):
            with field.connected(field.a, client_id=name) as a:
                assert await a.came_in()
                spoke = await a.publish(booth_topic(B, "events"), MARK + b"name")
                field.score.tried("client id", name, succeeded=spoke or b.ended or field.voice.ended)
            with field.connected(field.a, username=name) as a:
                came = await a.came_in()
                spoke = came and await a.publish(booth_topic(B, "events"), MARK + b"name")
                field.score.tried("user name", name, succeeded=spoke or b.ended or field.voice.ended)
    with field.connected(field.b) as b:
        assert await b.came_in()
        with field.connected(field.b) as again:
            assert await again.came_in()
            await until("the first of the same name to end", lambda: b.ended)
            field.score.seen("client id", B, succeeded=b.ended)
    field.score.seen("user name", "own", succeeded=not await field.overheard())


async def _wills(field: Field) -> None:
    """What A leaves behind when it dies."""
    for topic in FOREIGN:
        with field.connected(field.a, will=(topic, MARK + b"will")) as a:
            if await a.came_in():
                a.die()
                await until("its death", lambda a=a: a.ended)  # type: ignore[misc]
        field.score.tried("will", topic, succeeded=False)
    with field.connected(field.a, will=(booth_topic(A, "availability"), b"control will")) as a:
        assert await a.came_in()
        a.die()
        found: list[tuple[str, bytes]] = []
        await until("its death", lambda: a.ended)
        while not found:
            found = await field.overheard(b"control will")
        field.score.seen("will", A, succeeded=bool(found))
    for topic, _ in await field.overheard():
        field.score.tried("will heard", topic, succeeded=True)


async def _certificates(field: Field) -> None:
    """Whoever has none of ours, or one that is not good any more, does not come in."""
    now, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
    ca, other, folder = field.authority.certificate_pem, OtherAuthority.make("Invigil hub authority"), field.folder
    expired = field.device(A, "expired", lifetime=timedelta(hours=-1))
    revoked = field.device(A, "revoked")
    with field.connected(revoked) as before:
        field.score.seen("false certificate", "one that is to be revoked", succeeded=await before.came_in())
    serial = f"{load_pem_x509_certificate(revoked.certificate_pem.encode()).serial_number:x}"
    field.authority.write_revoked({serial: now})
    field.broker.reload()
    field.authority.signer()
    signing = field.folder / "ca" / "signing"
    signer = load_pem_private_key(signing.with_suffix(".key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    false = {
        "foreign, as A": written(A, key, other.sign(A, key.public_key()), ca, folder / "foreign-a"),
        "foreign, as B": written(B, key, other.sign(B, key.public_key()), ca, folder / "foreign-b"),
        "foreign, as the hub": written("h", key, other.sign("invigil.hub", key.public_key()), ca, folder / "foreign-h"),
        "a foreign authority's own": written("h", other.key, other.pem, ca, folder / "foreign-ca"),
        "expired": expired,
        "revoked": revoked,
        "for signing documents": written("h", signer, signing.with_suffix(".pem").read_text(), ca, folder / "signing"),
    }
    for what, device in false.items():
        for _ in range(3):
            with field.connected(device) as client:
                field.score.tried("false certificate", what, succeeded=await client.came_in())
    for what, change in {"no certificate": "bare", "TLS 1.2": "old"}.items():
        with field.connected(field.a, tls=change) as client:
            field.score.tried("false certificate", what, succeeded=await client.came_in())
    with field.connected(field.a) as a:
        field.score.seen("false certificate", "A's own", succeeded=await a.came_in())


async def test_a_booth_gets_nowhere_but_to_itself(tmp_path: Path) -> None:
    async with a_field(tmp_path) as field:
        for attack in (_publishing, _retained, _listening, _sharing, _names, _wills, _certificates):
            await attack(field)
        print(f"\n{field.score.table()}")
        assert field.score.successes == []
        assert field.score.attempts.total() >= 1000
        assert set(field.score.attempts) <= {*field.score.controls, "delete what is retained"}
