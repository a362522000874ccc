"""Many viewers in one process: `python -m tests.benchmarks.streaming_crowd`. Cheap ones: they count, and do not decode.

Connections are aiortc's. Once they stand, media datagrams are counted where they come out of the socket, by the RTP
header, which is in the clear: a frame counts when its last packet is there and no packet before it is missing. A
receiver report goes back every second and a heartbeat every two, as from a browser.
"""

import asyncio
import json
import random
import struct
import sys
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket

from tests.support.viewer import until


@dataclass(slots=True)
class Count:
    packets: int = 0
    bytes: int = 0
    frames: int = 0
    broken: int = 0
    next_sequence: int | None = None
    whole: bool = True
    ssrc: int = 0


class Watcher:
    def __init__(self) -> None:
        self.peer_id = uuid4()
        self.count = Count()
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._tasks: list[asyncio.Task[None]] = []

    async def offer(self) -> str:
        connection = self._connection
        connection.addTransceiver("video", direction="recvonly")
        channel = connection.createDataChannel("heartbeat")
        channel.on("open", lambda: self._tasks.append(asyncio.ensure_future(self._beat(channel))))
        await connection.setLocalDescription(await connection.createOffer())
        return str(connection.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: self._connection.connectionState == "connected", "a connection")
        dtls = self._connection.getTransceivers()[0].receiver.transport
        for protocol in dtls.transport._connection._protocols:
            self._tap(protocol)
        self._tasks.append(asyncio.ensure_future(self._report(dtls)))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._connection.close()

    def _tap(self, protocol: Any) -> None:
        rest, count = protocol.datagram_received, self.count

        def received(data: bytes, address: Any) -> None:
            if not 128 <= data[0] < 192 or 192 <= data[1] <= 223:
                rest(data, address)
                return
            _, marked, sequence, _, count.ssrc = struct.unpack_from("!BBHII", data)
            if count.next_sequence not in (None, sequence):
                count.whole = False
            count.packets, count.bytes = count.packets + 1, count.bytes + len(data)
            count.next_sequence = sequence + 1 & 0xFFFF
            if marked & 0x80:
                count.frames += count.whole
                count.broken += not count.whole
                count.whole = True

        protocol.datagram_received = received

    async def _report(self, dtls: Any) -> None:
        while True:
            await asyncio.sleep(random.uniform(0.8, 1.2))
            report = RtcpReceiverInfo(self.count.ssrc, 0, 0, self.count.next_sequence or 0, 0, 0, 0)
            await dtls._send_rtp(bytes(RtcpRrPacket(ssrc=1, reports=[report])))

    async def _beat(self, channel: Any) -> None:
        while channel.readyState == "open":
            channel.send(".")
            await asyncio.sleep(2)


async def serve() -> None:
    watchers: list[Watcher] = []
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        told: dict[str, Any] = {}
        if "come" in command:
            watchers.append(Watcher())
            told = {"peer_id": str(watchers[-1].peer_id), "offer": await watchers[-1].offer()}
        elif "answer" in command:
            await watchers[-1].accept(command["answer"])
        elif "go" in command:
            gone = watchers.pop()
            await gone.close()
            told = {"peer_id": str(gone.peer_id)}
        else:
            told = {"at_s": loop.time(), "frames": [watcher.count.frames for watcher in watchers]}
            told["broken"] = [watcher.count.broken for watcher in watchers]
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
