"""A database that is away under load, stopped or hanging: the hub says so, what it cannot store is kept in the booths,
and it is well again by itself when the database is.

`make faults` lets it be away for a minute.
"""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection

from agent.health import Trouble
from agent.uplink.uplink import Uplink
from contract.device import DeviceConfig, HubConfig, TlsConfig
from contract.messages import AnyCommand, AnyReply, ErrorReply, ViolationClosed, ViolationOpened
from hub.intake.ingest import ANSWER_S
from hub.parts import Hub
from tests.support.held import Held
from tests.support.hub import Device, a_hub, a_violation, closed, until
from tests.support.journal import JournalledOutbox
from tests.support.journalled import journals_of
from tests.support.kills import ROUNDS
from tests.support.postgres import Server
from tests.support.reckoning import reckon
from tests.support.served import next_of, served

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(600)]

AWAY_S = float(os.environ.get("INVIGIL_AWAY_S") or (60 if ROUNDS else 1))
EVENTS_HZ = 40


def stop(server: Server) -> Callable[[], object]:
    server.crash()
    return server.start


def hang(server: Server) -> Callable[[], object]:
    """It takes connections, as its kernel does that for it, and answers nobody."""
    children = Path(f"/proc/{server.program.pid}/task/{server.program.pid}/children")
    os.kill(server.program.pid, signal.SIGSTOP)
    stopped = [server.program.pid, *map(int, children.read_text().split())]

    def each(number: signal.Signals) -> None:
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    each(signal.SIGSTOP)
    return lambda: each(signal.SIGCONT)


@asynccontextmanager
async def a_booth_that_speaks(hub: Hub, folder: Path) -> AsyncIterator[tuple[JournalledOutbox, asyncio.Task[None]]]:
    """The agent's own outbox and uplink, and a rule that opens a violation again and again."""
    device = await Device.enrol(hub, "booth-1", folder / "device")
    config = DeviceConfig(
        booth="booth-1",
        hub=HubConfig(url="http://127.0.0.1", mqtt_host="127.0.0.1", mqtt_port=hub.mqtt.port),
        tls=TlsConfig(**{name: device.folder / file for name, file in FILES.items()}),
        state_dir=folder,
    )
    JournalledOutbox.folder = journals_of(folder)
    outbox = JournalledOutbox(folder / "outbox.db", "booth-1", Trouble())
    uplink = Uplink(config, outbox, Trouble(), on_desired=lambda _: None, on_command=answer)
    speaking = asyncio.create_task(speak(outbox))
    uplink.start()
    try:
        yield outbox, speaking
    finally:
        speaking.cancel()
        await asyncio.to_thread(uplink.stop)
        outbox.close()


FILES = {"ca": "ca.pem", "certificate": "device.pem", "key": "device.key"}


def answer(_: AnyCommand) -> AnyReply:
    return ErrorReply(reason="nobody sees anything here")


async def speak(outbox: JournalledOutbox) -> None:
    while True:
        violation = a_violation()
        outbox.append(ViolationOpened(violation=violation))
        outbox.append(ViolationClosed(violation=closed(violation)))
        await asyncio.sleep(2 / EVENTS_HZ)


# What stops is also tried by tests/hub/test_postgres.py.
@pytest.mark.parametrize("break_it", [stop, hang] if ROUNDS else [hang])
async def test_nothing_is_lost_and_the_hub_says_that_it_is_unwell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[Server], Callable[[], object]]
) -> None:
    monkeypatch.setattr("hub.live.BEAT_INTERVAL_S", 0.2)
    server = await asyncio.to_thread(Server)
    try:
        database = server.database("away")
        async with (
            a_hub(tmp_path / "hub", database=database) as hub,
            served(hub) as page,
            httpx.AsyncClient(base_url=page.url, headers={"Cookie": page.cookie}, timeout=60) as client,
            a_booth_that_speaks(hub, tmp_path) as (outbox, speaking),
            page.listen() as socket,
        ):
            stored = hub.metrics.events_committed._value.get
            await until("events to flow", lambda: stored() > EVENTS_HZ)
            await until("somebody to lead", lambda: hub.leader.leads)
            began, mend = time.monotonic(), await asyncio.to_thread(break_it, server)
            try:
                await says(client, 503, "database")
                await beats(socket)
                await until("nobody to lead", lambda: not hub.leader.leads)
                assert (await client.get("/healthz")).status_code == 200
                assert "invigil_leads 0.0" in (await client.get("/metrics")).text
                await asyncio.sleep(max(0.0, AWAY_S - (time.monotonic() - began)))
                assert await beats(socket) == 0, "a page would be taken for live"
                assert outbox.depth > 0
                if break_it is stop or AWAY_S > ANSWER_S + 10:
                    assert hub.metrics.ingest_retries._value.get() > 0
            finally:
                await asyncio.to_thread(mend)
            await says(client, 200, "ready")
            await next_of(socket, "beat")
            await until("somebody to lead again", lambda: hub.leader.leads)
            lately = stored()
            await until("events to flow again", lambda: stored() > lately + EVENTS_HZ)
            speaking.cancel()
            await until("the rest", lambda: outbox.depth == 0)
            async with hub.database.reading() as connection:
                reckoning = reckon(journals_of(tmp_path), await Held.read(connection))
        print(f"{break_it.__name__} for {AWAY_S:.0f} s or more: {reckoning}")
        reckoning.must_balance()
    finally:
        await asyncio.to_thread(server.stop)


async def says(client: httpx.AsyncClient, status: int, word: str) -> None:
    async with asyncio.timeout(120):
        while True:
            answer = await client.get("/readyz")
            if answer.status_code == status and word in answer.text:
                return
            await asyncio.sleep(0.1)


async def beats(socket: ClientConnection) -> int:
    """That came and were not read yet; everything else that came is read with them."""
    counted = 0
    with suppress(TimeoutError):
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), 0.05))
            counted += message["type"] == "beat"
    return counted
