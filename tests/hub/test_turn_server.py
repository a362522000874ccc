"""coturn as we configure it takes the credentials that the hub makes, over UDP, TCP and TLS, and no others."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aioice import stun, turn

from contract.live import IceServer
from hub.config import IceConfig
from hub.streaming.turn import IceServers
from tests.support.hub import until
from tests.support.turn_server import SECRET, TurnServer

pytestmark = pytest.mark.anyio
WAYS = ("udp", "tcp", "tls")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with TurnServer(tmp_path_factory.mktemp("turn")) as running:
        yield running


class Inbox(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.arrived.put_nowait((data, addr))

    async def next(self) -> tuple[bytes, Any]:
        async with asyncio.timeout(60):
            return await self.arrived.get()


@asynccontextmanager
async def allocated(server: TurnServer, way: str, ice: IceServer) -> AsyncIterator[tuple[Any, Inbox]]:
    """A relay address for as long as this lasts; raises `stun.TransactionFailed` when the server refuses."""
    context = ssl.create_default_context(cafile=str(server.authority.ca))
    before = open_files()
    try:
        transport, inbox = await turn.create_turn_endpoint(
            Inbox,
            server_addr=("localhost", server.tls_port) if way == "tls" else ("127.0.0.1", server.port),
            username=ice.username,
            password=ice.credential,
            ssl=context if way == "tls" else None,
            transport="udp" if way == "udp" else "tcp",
        )
        try:
            yield transport, inbox
        finally:
            transport.close()
    finally:
        await until("the socket is closed, which takes some turns of the loop", lambda: open_files() <= before)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@asynccontextmanager
async def a_peer() -> AsyncIterator[tuple[asyncio.DatagramTransport, Inbox]]:
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(Inbox, local_addr=("127.0.0.1", 0))
    try:
        yield transport, inbox
    finally:
        transport.close()


async def relays(transport: Any, inbox: Inbox) -> None:
    """There and back."""
    async with a_peer() as (peer, heard):
        transport.sendto(b"question", peer.get_extra_info("sockname"))
        data, relay = await heard.next()
        assert data == b"question"
        assert relay == transport.get_extra_info("sockname"), "it comes from the relay's address"
        peer.sendto(b"answer", relay)
        assert (await inbox.next())[0] == b"answer"


async def refusal(server: TurnServer, way: str, ice: IceServer) -> int:
    with pytest.raises(stun.TransactionFailed) as refused:
        async with allocated(server, way, ice):
            pass
    return int(refused.value.response.attributes["ERROR-CODE"][0])


@pytest.mark.parametrize("way", WAYS)
async def test_a_credential_of_the_hub_opens_a_relay(server: TurnServer, way: str) -> None:
    (ice,) = server.ice_servers().for_user("Zoë O'Neill: proctor")
    async with allocated(server, way, ice) as (transport, inbox):
        await relays(transport, inbox)


@pytest.mark.parametrize("way", WAYS)
async def test_an_expired_credential_does_not(server: TurnServer, way: str) -> None:
    (ice,) = server.ice_servers(credential_lifetime_s=60).for_user("ada", datetime.now(UTC) - timedelta(seconds=61))
    assert await refusal(server, way, ice) == 401


@pytest.mark.parametrize("way", WAYS)
async def test_a_credential_under_another_secret_or_a_changed_one_does_not(server: TurnServer, way: str) -> None:
    config = IceConfig(urls=server.urls, turn_secret_file=Path("other"))
    (foreign,) = IceServers(config, "another-secret-entirely").for_user("ada")
    assert await refusal(server, way, foreign) == 401
    (ours,) = server.ice_servers().for_user("ada")
    expiry, name = ours.username.split(":")
    longer = ours.model_copy(update={"username": f"{int(expiry) + 1}:{name}"})
    assert await refusal(server, way, longer) == 401


async def test_what_was_opened_in_time_goes_on_after_the_credential_expired(server: TurnServer) -> None:
    """A view may last longer than its credential: coturn keeps what it let in."""
    begun = datetime.now(UTC) - timedelta(seconds=56)
    (ice,) = server.ice_servers(credential_lifetime_s=60).for_user("ada", begun)
    expiry = int(ice.username.split(":")[0])
    async with allocated(server, "udp", ice) as (transport, inbox):
        await relays(transport, inbox)
        while datetime.now(UTC).timestamp() <= expiry + 1:  # noqa: ASYNC110 (the clock has no event)
            await asyncio.sleep(0.1)
        assert await refusal(server, "udp", ice) == 401, "it has expired"
        refresh = stun.Message(message_method=stun.Method.REFRESH, message_class=stun.Class.REQUEST)
        refresh.attributes["LIFETIME"] = 600
        inner = transport._TurnTransport__inner_protocol
        reply, _ = await inner.request_with_retry(refresh)
        assert reply.message_class == stun.Class.RESPONSE
        await relays(transport, inbox)


def test_the_secret_is_in_no_argument_log_or_file_that_others_can_read(server: TurnServer) -> None:
    arguments = Path(f"/proc/{server.program.pid}/cmdline").read_bytes()
    assert b"turnserver.conf" in arguments
    assert SECRET.encode() not in arguments
    assert SECRET.encode() not in Path(f"/proc/{server.program.pid}/environ").read_bytes()
    assert SECRET not in server.program.tail(10_000)
    assert (server.folder / "run/turnserver.conf").stat().st_mode & 0o077 == 0
