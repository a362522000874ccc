"""How late the candidate hears the interviewer: chirps from one real Chromium to the booth's screen in another.

Both ends are audio worklets that read the one clock of this machine (whole milliseconds): the first writes a chirp into
the track that is sent, the second hears it in the stream that the page plays. So the browsers' microphone and speaker
buffers are not in the figure; encoder, network, jitter buffer and decoder are.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from playwright.sync_api import Page, Playwright, sync_playwright
from rich.console import Console

from contract.live import AnswerReply
from tests.benchmarks.rows import Row, show
from tests.support.kiosk import KIOSK, launched, screen_server, talk_command
from tests.support.processes import wait_for

GOAL_MS: Final = 80.0
"""Issue 4; a conversation begins to suffer at 150 ms one way (ITU-T G.114)."""
CHIRPS: Final = 150
CHIRPS_SHORT: Final = 50
SETTLE_S: Final = 4.0
"""The jitter buffer starts long and shrinks."""

MOUTH: Final = """async () => {
  const sound = new AudioContext({ sampleRate: 48000, latencyHint: "interactive" });
  const code = `registerProcessor("mouth", class extends AudioWorkletProcessor {
    constructor() { super(); this.wait = 48000; this.left = 0; }
    process(_, [[out]]) {
      if (this.left <= 0 && (this.wait -= out.length) <= 0) {
        this.left = 960; this.phase = 0; this.wait = 16800 + Math.random() * 7200;
        this.port.postMessage(Date.now());
      }
      for (let i = 0; i < out.length; i++) {
        out[i] = this.left-- > 0 ? 0.6 * Math.sin(0.26 * this.phase++) : 0;
      }
      return true;
    }
  })`;
  await sound.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const mouth = new AudioWorkletNode(sound, "mouth", { numberOfInputs: 0 });
  globalThis.out = sound.createMediaStreamDestination();
  mouth.connect(out);
  mouth.port.onmessage = ({ data }) => spoken.push(data);
  globalThis.spoken = [];
  globalThis.pc = new RTCPeerConnection({ iceServers: [] });
  pc.addTransceiver(out.stream.getAudioTracks()[0], { direction: "sendonly", streams: [out.stream] });
  await pc.setLocalDescription(await pc.createOffer());
  while (pc.iceGatheringState !== "complete") await new Promise((resolve) => setTimeout(resolve, 20));
  return pc.localDescription.sdp;
}"""
"""A chirp of 20 ms at 2 kHz every 350 to 500 ms."""

EAR: Final = """async (own) => {
  const sound = new AudioContext({ sampleRate: 48000, latencyHint: "interactive" });
  const code = `registerProcessor("ear", class extends AudioWorkletProcessor {
    constructor() { super(); this.quiet = 0; }
    process([[heard]]) {
      if (!heard) return true;
      if (heard.some((sample) => Math.abs(sample) > 0.1)) {
        if (this.quiet > 4800) this.port.postMessage(Date.now());
        this.quiet = 0;
      } else this.quiet += heard.length;
      return true;
    }
  })`;
  await sound.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const ear = new AudioWorkletNode(sound, "ear", { numberOfOutputs: 0 });
  sound.createMediaStreamSource(own ? out.stream : document.getElementById("picture").srcObject).connect(ear);
  ear.port.onmessage = ({ data }) => heard.push(data);
  globalThis.heard = [];
}"""


def measure(*, short: bool) -> list[Row]:
    """Floor: the same chirps heard in the page that makes them, by the same worklets, with no connection between.

    Needs the network of this machine: call it before the bench fences itself off.
    """
    arrived, floor = delays_ms(CHIRPS_SHORT if short else CHIRPS)
    return [
        Row(
            f"talkback audio browser to browser p{share}",
            value=_quantile(arrived, share),
            unit="ms",
            better="lower",
            goal=goal,
            floor=_quantile(floor, share),
        )
        for share, goal in ((50, GOAL_MS), (95, None))
    ]


def delays_ms(chirps: int) -> tuple[list[float], list[float]]:
    """Of so many chirps: how late each was heard on the screen, and in the page that made them; sorted."""
    with ExitStack() as stack:
        server = stack.enter_context(screen_server())
        playwright: Playwright = stack.enter_context(sync_playwright())
        booth, desk = (stack.enter_context(launched(playwright, *KIOSK)) for _ in range(2))
        screen = booth.new_context(bypass_csp=True).new_page()
        screen.goto(f"http://127.0.0.1:{server.port}/")
        wait_for("the screen", lambda: server.screen().connected)
        mouth = desk.new_context().new_page()
        mouth.route("http://localhost/", lambda route: route.fulfill(content_type="text/html", body="<!doctype html>"))
        mouth.goto("http://localhost/")
        reply = server.talk(talk_command(mouth.evaluate(MOUTH))).result(30)
        assert isinstance(reply, AnswerReply), reply
        mouth.evaluate("sdp => pc.setRemoteDescription({ type: 'answer', sdp })", reply.sdp)
        wait_for("the connection", lambda: mouth.evaluate("pc.connectionState") == "connected")
        time.sleep(SETTLE_S)
        screen.evaluate(EAR, False)
        mouth.evaluate(EAR, True)
        mouth.evaluate("spoken.length = 0")
        wait_for("the chirps", lambda: _count(mouth, "spoken") > chirps, timeout_s=chirps + 60)
        spoken = mouth.evaluate("spoken")
        return matched(spoken, screen.evaluate("heard")), matched(spoken, mouth.evaluate("heard"))


def matched(spoken: Sequence[float], heard: Sequence[float]) -> list[float]:
    """What was heard, with the last that was spoken before it; chirps are further apart than any delay worth having."""
    delays = [min((at - said for said in spoken if said <= at), default=None) for at in heard]
    return sorted(delay for delay in delays if delay is not None and delay < 350)


def _count(page: Page, name: str) -> int:
    return int(page.evaluate(f"{name}.length"))


def _quantile(ordered: Sequence[float], share: int) -> float:
    return float(ordered[min(len(ordered) - 1, share * len(ordered) // 100)])


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
