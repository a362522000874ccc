"""One booth that streams, in a process of its own: `python -m tests.benchmarks.streaming_booth ours|naive`.

Reads commands as lines of JSON and answers each with one: an offer with its answer, `figures` with what the process has
used so far. `naive` is what aiortc's documentation shows: one `MediaRelay`, and a connection with an encoder for each
viewer. Both are fed the same pictures, which cost next to nothing to deliver.
"""

import asyncio
import json
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from agent.frame import BgrImage, Frame, FrameTap
from tests.support.moving_camera import MovingPictures

FPS: Final = 30
PICTURES: Final = 40
"""Drawn ahead and shown back and forth: a second and a half in which everything moves."""


def pictures() -> list[BgrImage]:
    drawn = MovingPictures()
    return [drawn.at(index) for index in range(PICTURES)]


def resident_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def figures() -> dict[str, float]:
    return {"cpu_s": time.process_time(), "at_s": time.monotonic(), "resident": resident_bytes()}


class OurBooth:
    def __init__(self) -> None:
        from agent.health import Trouble
        from agent.streaming.service import Streaming
        from contract.device import StreamingConfig

        self.filmed = 0
        self._tap = FrameTap()
        self._streaming = Streaming(self._tap, None, StreamingConfig(), Trouble())
        self._streaming.start()
        threading.Thread(target=self._film, daemon=True).start()

    async def offer(self, peer_id: UUID, sdp: str) -> str:
        from contract.live import AnswerReply, OfferCommand, Watcher

        command = OfferCommand(peer_id=peer_id, sdp=sdp, watcher=Watcher(name=str(peer_id)), rendition="high")
        reply = await asyncio.wrap_future(self._streaming.offer(command))
        assert isinstance(reply, AnswerReply), reply
        return reply.sdp

    async def hang_up(self, peer_id: UUID) -> None:
        from contract.live import HangUpCommand

        if (gone := self._streaming.hang_up(HangUpCommand(peer_id=peer_id))) is not None:
            await asyncio.wrap_future(gone)

    def _film(self) -> None:
        images, index, due_s = pictures(), 0, time.monotonic()
        there_and_back = images + images[-2:0:-1]
        while True:
            image = there_and_back[index % len(there_and_back)]
            self._tap.put(Frame(image, time.monotonic(), datetime.now(UTC), index))
            self.filmed = index
            index, due_s = index + 1, due_s + 1 / FPS
            time.sleep(max(0.0, due_s - time.monotonic()))


class NaiveBooth:
    def __init__(self) -> None:
        from aiortc.contrib.media import MediaRelay

        self.filmed = 0
        self._relay = MediaRelay()
        self._track = _naive_track()
        self._connections: dict[UUID, Any] = {}

    async def offer(self, peer_id: UUID, sdp: str) -> str:
        from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription

        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections[peer_id] = connection
        transceiver = connection.addTransceiver(self._relay.subscribe(self._track), direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType in ("video/H264", "video/rtx")])
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return str(connection.localDescription.sdp)

    async def hang_up(self, peer_id: UUID) -> None:
        await self._connections.pop(peer_id).close()


def _naive_track() -> Any:
    import av
    import cv2
    from aiortc import VideoStreamTrack

    class Track(VideoStreamTrack):
        def __init__(self) -> None:
            super().__init__()
            images = [cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420) for image in pictures()]
            self._images: list[Any] = images + images[-2:0:-1]
            self._index = 0

        async def recv(self) -> Any:
            pts, time_base = await self.next_timestamp()
            frame = av.VideoFrame.from_ndarray(self._images[self._index % len(self._images)], format="yuv420p")
            self._index += 1
            frame.pts, frame.time_base = pts, time_base
            return frame

    return Track()


async def serve(kind: str) -> None:
    booth = OurBooth() if kind == "ours" else NaiveBooth()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        if "offer" in command:
            told: dict[str, Any] = {"answer": await booth.offer(UUID(command["peer_id"]), command["offer"])}
        elif "hang_up" in command:
            await booth.hang_up(UUID(command["hang_up"]))
            told = {}
        else:
            told = {**figures(), "filmed": booth.filmed}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
