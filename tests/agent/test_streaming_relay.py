"""A booth that may only be reached through TURN over TCP, where a slow link shows in our own socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming.service import Streaming
from agent.streaming.viewer import QUEUE_BYTES
from contract.device import StreamingConfig
from contract.messages import ErrorReply
from tests.support.moving_camera import MovingCamera
from tests.support.turn_server import TurnServer
from tests.support.viewer import TestViewer, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    tap = FrameTap()
    streaming = Streaming(tap, None, StreamingConfig(), Trouble())
    streaming.start()
    with MovingCamera(tap):
        yield streaming
        streaming.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TurnServer]:
    with TurnServer(tmp_path / "turn") as running:
        yield running


async def test_what_a_tcp_relay_does_not_take_is_seen_and_frames_are_left_out(
    streaming: Streaming, server: TurnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = server.ice_servers(urls=server.urls[1:2]).for_user("booth-1")
    async with TestViewer(streaming) as viewer:
        await viewer.watch("high", ice_servers=servers, relay_only=True)
        sender = streaming._seats[viewer.peer_id].peer.video
        assert sender is not None
        transport = sender._pair().protocol.transport
        relay = transport._TurnTransport__inner_protocol.transport  # aioice's own name; `waiting_bytes` looks for it
        assert sender.waiting_bytes == relay.get_write_buffer_size()
        with monkeypatch.context() as patch:
            patch.setattr(relay, "get_write_buffer_size", lambda: QUEUE_BYTES + 1, raising=False)
            await until(lambda: streaming.viewers()[0].skipped > 5, "frames to be left out")
        seen = len(viewer.seen_s)
        await until(lambda: len(viewer.seen_s) > seen + 20, "the stream's return")


async def test_a_wrong_credential_is_said_to_be_no_way(streaming: Streaming, server: TurnServer) -> None:
    other = server.folder / "other.secret"
    other.write_text("not-the-secret-of-this-server")
    other.chmod(0o600)
    servers = server.ice_servers(urls=server.urls[:1], turn_secret_file=other.name).for_user("booth-1")
    async with TestViewer(streaming) as viewer:
        reply = await viewer.ask(await viewer.offer(), ice_servers=servers, relay_only=True)
        assert isinstance(reply, ErrorReply)
        assert "no TURN server let it in" in reply.reason
