"""An interviewer's browser: Chromium's fake camera and microphone, offered to a booth's screen through Python."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from playwright.sync_api import Browser, Page

from agent.screen.server import ScreenServer
from contract.live import AnswerReply, CandidateCommand, HangUpCommand, IceCandidate, IceServer, TalkCommand, Watcher
from contract.messages import AnyReply, ErrorReply
from tests.support.processes import wait_for

ADDRESS = "http://localhost/interviewer"
ANSWERED_S = 30.0

PAGE = """<!doctype html><title>interviewer</title><script>
  let pc, stream, channel;
  const found = [], told = [];
  async function media({ camera }) {
    stream ??= await navigator.mediaDevices.getUserMedia({ audio: true, video: camera && { width: 640, height: 480 } });
    return stream;
  }
  async function offer({ camera, gathered, ice_servers, relay_only }) {
    const stream = await media({ camera });
    pc?.close();
    found.length = 0;
    pc = new RTCPeerConnection({ iceServers: ice_servers, iceTransportPolicy: relay_only ? "relay" : "all" });
    pc.onicecandidate = ({ candidate }) => candidate && found.push({
      candidate: candidate.candidate, sdp_mid: candidate.sdpMid, sdp_mline_index: candidate.sdpMLineIndex });
    channel = pc.createDataChannel("words");
    channel.onmessage = ({ data }) => told.push(JSON.parse(data));
    for (const track of stream.getTracks()) pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    await pc.setLocalDescription(await pc.createOffer());
    if (gathered) {
      while (pc.iceGatheringState !== "complete") await new Promise((resolve) => setTimeout(resolve, 20));
      found.length = 0;
    }
    return gathered ? pc.localDescription.sdp : pc.localDescription.sdp.replace(/a=candidate:.*\\r\\n/g, "");
  }
</script>"""


class Interviewer:
    """One browser window. It offers without candidates and trickles them, as a dashboard does."""

    def __init__(
        self,
        browser: Browser,
        server: ScreenServer,
        name: str = "A. Proctor",
        *,
        camera: bool = True,
        ice_servers: Sequence[IceServer] = (),
        relay_only: bool = False,
    ) -> None:
        self.name = name
        self._ice_servers, self._relay_only = tuple(ice_servers), relay_only
        self.peer_id: UUID = uuid4()
        self._server = server
        self._camera = camera
        context = browser.new_context()
        context.route(ADDRESS, lambda route: route.fulfill(content_type="text/html", body=PAGE))
        self.page: Page = context.new_page()
        self.page.goto(ADDRESS)

    def offer(self, *, gathered: bool = False) -> TalkCommand:
        options: dict[str, Any] = {"camera": self._camera, "gathered": gathered, "relay_only": self._relay_only}
        options["ice_servers"] = [server.model_dump() for server in self._ice_servers]
        return TalkCommand(
            peer_id=self.peer_id,
            sdp=self.page.evaluate("offer", options),
            watcher=Watcher(name=self.name),
            ice_servers=self._ice_servers,
            relay_only=self._relay_only,
        )

    def call(self) -> AnyReply:
        """Offer, take the answer, trickle, wait for the connection; what was refused is given back."""
        waiting = self._server.talk(self.offer())
        if not waiting.done():
            self.trickle()
        reply = waiting.result(ANSWERED_S)
        if isinstance(reply, AnswerReply):
            self.page.evaluate("sdp => pc.setRemoteDescription({ type: 'answer', sdp })", reply.sdp)
            wait_for("the connection", self._connected)
        else:
            assert isinstance(reply, ErrorReply)
        return reply

    def trickle(self) -> list[AnyReply]:
        replies = []
        for candidate in self.page.evaluate("found.splice(0)"):
            command = CandidateCommand(peer_id=self.peer_id, candidate=IceCandidate.model_validate(candidate))
            waiting = self._server.candidate(command)
            assert waiting is not None, "the screen does not know this peer"
            replies.append(waiting.result(ANSWERED_S))
        return replies

    def hang_up(self) -> AnyReply:
        waiting = self._server.hang_up(HangUpCommand(peer_id=self.peer_id))
        assert waiting is not None
        return waiting.result(ANSWERED_S)

    @property
    def state(self) -> str:
        return str(self.page.evaluate("pc.connectionState"))

    @property
    def told(self) -> list[dict[str, str]]:
        """What the screen said on the talk's data channel."""
        return list(self.page.evaluate("told"))

    def _connected(self) -> bool:
        self.trickle()
        return self.state == "connected"
