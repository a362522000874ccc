"""What damaged messages do behind the parsers: in a hub's ingest and states with a real database, and in an agent's
uplink with a real outbox. One booth may say what it likes; the others are heard."""

import asyncio
import json
import random
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from agent.errors import StorageError
from agent.health import Trouble
from agent.sitting.orders import orders_of
from agent.sitting.progress import follow
from agent.sitting.step import step_of
from agent.uplink.mqtt import Incoming
from agent.uplink.outbox import Outbox
from agent.uplink.uplink import Uplink
from contract import messages as m
from contract.topics import HUB_STATUS, BoothChannel, BoothTopic, booth_topic, reply_topic
from contract.wire import InvalidError
from hub.intake.message import Delivery, Message
from hub.parts import Hub
from tests.contract.examples import EXAMPLES
from tests.support import damage
from tests.support.fuzz import Record, count_of, no_hang
from tests.support.hub import Chain, a_hub, add_booth, add_user, browser, sign_in

BOOTHS: Final = tuple(f"booth-{number}" for number in range(1, 9))
HONEST: Final = "honest"
EVENTS: Final = {name: json.loads(value.to_json()) for name, value in EXAMPLES.items() if name.startswith("event_")}
STATES: Final[dict[BoothChannel, Any]] = {
    "availability": json.loads(EXAMPLES["availability"].to_json()),
    "health": json.loads(EXAMPLES["health"].to_json()),
    "reported": json.loads(EXAMPLES["reported"].to_json()),
    "checkup": json.loads(EXAMPLES["checkup"].to_json()),
}
FOR_AGENTS: Final = {
    name: json.loads(value.to_json())
    for name, value in EXAMPLES.items()
    if name in {"ack", "desired", "hub_status"} or name.startswith("command_")
}


def message(topic: str, payload: bytes) -> Message:
    return Message(topic, payload, False, datetime.now(UTC), Delivery(0, 0, 0), len(payload))


def damaged(rng: random.Random, document: Any, others: list[Any]) -> bytes:
    if rng.random() < 0.8:
        return damage.as_json(damage.document_of(rng, document, others))
    return damage.bytes_of(rng, damage.as_json(document))


@pytest.mark.anyio
async def test_a_hub_hears_the_others(tmp_path: Path, record: Record) -> None:
    count = count_of(0.05, short=30)
    events, states = list(EVENTS.values()), list(STATES.values())
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        for booth in (*BOOTHS, HONEST):
            await add_booth(hub, booth)
        for number in range(count):
            rng, booth = random.Random(f"hub {number}"), BOOTHS[number % len(BOOTHS)]
            event = {**rng.choice(events), "booth": booth, "chain_id": str(UUID(int=rng.randrange(4))), "seq": number}
            hub.ingest.receive(booth, message(booth_topic(booth, "events"), damaged(rng, event, events)))
            for channel, state in STATES.items():
                topic = BoothTopic(booth, channel)
                hub.states.receive(topic, message(booth_topic(*topic), damaged(rng, state, states)))
            if number % len(BOOTHS) == len(BOOTHS) - 1:
                await asyncio.sleep(0.12)  # states keep the newest only: let them be taken
        await _say(hub)

        async def heard() -> bool:
            booth = (await client.get(f"/api/v1/booths/{HONEST}")).json()
            listed = (await client.get("/api/v1/violations", params={"booth": HONEST})).json()
            return bool(booth["availability"] == "stopped" and listed["items"])

        async with asyncio.timeout(120):
            while not await heard():  # noqa: ASYNC110 (asked over HTTP)
                await asyncio.sleep(0.05)
        for path in (*(f"/api/v1/booths/{booth}" for booth in BOOTHS), "/api/v1/booths", "/api/v1/violations"):
            answer = await client.get(path)
            assert answer.status_code == 200, (path, answer.text[:300])
        assert hub.metrics.state_failures._value.get() == 0
    record("fuzz", _row("hub: ingest and states", 4 * count))


@pytest.mark.anyio
@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
async def test_a_time_that_utc_has_no_year_for_keeps_no_other_booth_from_being_shown(
    since: str, tmp_path: Path
) -> None:
    """States of all booths are written together: one that the database does not take was tried again for ever."""
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        for booth in (BOOTHS[0], HONEST):
            await add_booth(hub, booth)
        topic = BoothTopic(BOOTHS[0], "availability")
        said = json.dumps({"type": "availability", "state": "online", "since": since}).encode()
        hub.states.receive(topic, message(booth_topic(*topic), said))
        await _say(hub)
        async with asyncio.timeout(60):
            while (await client.get(f"/api/v1/booths/{HONEST}")).json()["availability"] != "stopped":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert hub.metrics.messages_rejected.labels("malformed")._value.get() == 1


@pytest.mark.anyio
async def test_what_can_never_be_stored_of_one_booth_is_left_out(tmp_path: Path) -> None:
    """Should a parser ever let it through: here it is put where parsed words wait."""
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        for booth in (BOOTHS[0], HONEST):
            await add_booth(hub, booth)
        hub.states._urgent[BOOTHS[0]] = {"availability": "online", "availability_since": "no time"}
        await _say(hub)
        async with asyncio.timeout(60):
            while (await client.get(f"/api/v1/booths/{HONEST}")).json()["availability"] != "stopped":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert hub.metrics.messages_rejected.labels("unstorable")._value.get() == 1
        assert not hub.states._urgent


async def _say(hub: Hub) -> None:
    """What an honest booth says."""
    hub.ingest.receive(HONEST, message(booth_topic(HONEST, "events"), Chain(HONEST).opened()))
    said = m.Availability(state="stopped", since=datetime.now(UTC)).to_json()
    hub.states.receive(BoothTopic(HONEST, "availability"), message(booth_topic(HONEST, "availability"), said))


def test_an_agent_goes_on(tmp_path: Path, record: Record) -> None:
    """Its outbox keeps what the hub has not committed, and whatever it is told to do can be shown on its screen."""
    config: Any = EXAMPLES["device_config"]
    trouble = Trouble()
    outbox = Outbox(tmp_path / "outbox.db", config.booth, trouble)
    wanted: list[m.Desired] = []
    asked: list[m.AnyCommand] = []

    def answer(command: m.AnyCommand) -> m.AnyReply:
        asked.append(command)
        return m.ErrorReply(reason="not here")

    uplink = Uplink(config, outbox, trouble, on_desired=wanted.append, on_command=answer)
    for name, document in FOR_AGENTS.items():
        if name.startswith("command_"):
            uplink._handle(
                Incoming(booth_topic(config.booth, "commands"), damage.as_json(document), reply_topic("hub"))
            )
    assert {command.type for command in asked} >= {"offer", "say", "logs"}, "not even what is whole is understood"
    count = count_of(0.2, short=60)
    for number in range(count):
        rng = random.Random(f"agent {number}")
        name = rng.choice(list(FOR_AGENTS))
        payload = damaged(rng, FOR_AGENTS[name], list(FOR_AGENTS.values()))
        topic = HUB_STATUS if name == "hub_status" else booth_topic(config.booth, _channel(name))
        to = rng.choice((reply_topic("hub"), None, "elsewhere", "\0"))
        with no_hang():
            with suppress(InvalidError, StorageError):
                uplink._handle(Incoming(topic, payload, to, rng.choice((b"1", None, b"\0" * 500))))
            if wanted:
                _live_through(wanted.pop())
    outbox.close()
    again = Outbox(tmp_path / "outbox.db", config.booth, trouble)
    again.close()
    record("fuzz", _row("agent: uplink", count))


def _channel(name: str) -> BoothChannel:
    return "acks" if name == "ack" else "desired" if name == "desired" else "commands"


def _live_through(desired: m.Desired) -> None:
    sitting = desired.sitting
    if sitting is None:
        return
    progress = follow(None, sitting)
    orders_of(desired, sitting, progress, sees_faces=True)
    step_of(sitting, progress, datetime.now(UTC), sees_faces=True)


def _row(parser: str, inputs: int) -> dict[str, object]:
    return {"parser": parser, "inputs": inputs, "taken": "", "refused": "", "slowest_ms": "", "bytes_per_byte": ""}
