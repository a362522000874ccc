// One interviewer who speaks: the peer connection from their offer to the end, and whether there is a picture to show.

const GATHER_MS = 4000; // then the answer goes with the ICE candidates there are
const CONNECT_MS = 15000;
const LOOK_MS = 250;
const STILL_MS = 1500; // a picture that stands still for so long is hidden
const CANDIDATES_MAX = 64;
const DARK = 12; // of 255: a camera that is switched off in the browser sends black

export class Talk {
  #pc;
  #audio = new MediaStream();
  #early = []; // ICE candidates that came before the offer was taken
  #ready = false;
  #channel = null;
  #timers = [];
  #frames = { count: 0, at: 0 };
  #canvas = Object.assign(document.createElement("canvas"), { width: 16, height: 12 });

  // offer: the agent's `talk` message. video: where picture and sound play. send(message) to the agent; changed() when
  // stage, picture, level or blocked have changed.
  constructor(offer, video, { send, changed }) {
    this.offer = offer;
    this.video = video;
    this.send = send;
    this.changed = changed;
    this.name = offer.name;
    this.stage = "connecting"; // · up · interrupted · over
    this.picture = false;
    this.blocked = false; // the browser wants a touch before it plays sound
    this.level = 0;
  }

  async start() {
    const { ice_servers, relay_only, sdp } = this.offer;
    try {
      this.#pc = new RTCPeerConnection({
        iceServers: ice_servers,
        iceTransportPolicy: relay_only ? "relay" : "all",
        bundlePolicy: "max-bundle",
      });
      this.#pc.ontrack = (event) => this.#take(event);
      this.#pc.ondatachannel = ({ channel }) => {
        this.#channel = channel;
        channel.onclose = () => this.fail("the speaker's browser was closed"); // 15 s before the connection fails
      };
      this.#pc.onconnectionstatechange = () => this.#moved();
      this.video.srcObject = this.#audio;
      await this.#pc.setRemoteDescription({ type: "offer", sdp });
      this.#ready = true;
      this.#early.splice(0).forEach((candidate) => this.#add(candidate));
      await this.#pc.setLocalDescription(await this.#pc.createAnswer());
      await this.#gathered();
      if (this.stage === "over") return;
      const answer = short_packets(this.#pc.localDescription.sdp);
      if (!answer.includes("a=candidate:")) {
        this.fail("the screen's browser found no ICE candidate: check its network, the TURN server and relay-only");
        return;
      }
      this.send({ type: "answer", peer_id: this.offer.peer_id, offer: this.offer.offer, sdp: answer });
      this.#timers.push(setTimeout(() => this.stage === "connecting" && this.fail("no connection within 15 s"), CONNECT_MS));
      this.#timers.push(setInterval(() => this.#look(), LOOK_MS));
    } catch (error) {
      this.fail(`the screen's browser cannot take this offer: ${error.name}: ${error.message}`);
    }
  }

  candidate({ candidate, sdp_mid, sdp_mline_index }) {
    const init = { candidate, sdpMid: sdp_mid, sdpMLineIndex: sdp_mline_index };
    if (this.#ready) this.#add(init);
    else if (this.#early.length < CANDIDATES_MAX) this.#early.push(init);
  }

  // Sound and picture stop at once. `word`, if any, goes to the speaker first.
  end(word = null) {
    if (this.stage === "over") return;
    this.stage = "over";
    this.picture = false;
    this.#timers.forEach((timer) => clearTimeout(timer));
    if (this.video.srcObject === this.#audio) this.video.srcObject = null;
    const told = word !== null && this.#channel?.readyState === "open";
    if (told) this.#channel.send(JSON.stringify(word));
    if (told) setTimeout(() => this.#pc.close(), 300);
    else this.#pc?.close(); // at once: when the page goes, no timer fires, and this tells the other side
    this.changed();
  }

  fail(reason) {
    if (this.stage === "over") return;
    this.send({ type: "ended", peer_id: this.offer.peer_id, offer: this.offer.offer, reason: reason.slice(0, 280) });
    this.end();
  }

  // After a touch, which browsers ask for before sound plays.
  hear() {
    this.video.muted = false;
    this.blocked = false;
    this.#play();
  }

  #add(candidate) {
    this.#pc.addIceCandidate(candidate).catch((error) => console.warn("An ICE candidate was not taken:", error.message));
  }

  #gathered() {
    return new Promise((resolve) => {
      const look = () => this.#pc.iceGatheringState === "complete" && resolve();
      this.#pc.addEventListener("icegatheringstatechange", look);
      this.#timers.push(setTimeout(resolve, GATHER_MS));
      look();
    });
  }

  #take({ track, receiver }) {
    if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0; // as little as the network allows
    this.#audio.addTrack(track);
    if (track.kind === "video") {
      track.onmute = track.onended = () => this.#hide();
    }
    this.#play();
  }

  async #play() {
    try {
      await this.video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError" || this.video.muted) return; // AbortError: another track came, play() again
      this.blocked = true;
      this.video.muted = true;
      this.changed();
      this.#play();
    }
  }

  #moved() {
    const state = this.#pc.connectionState;
    if (this.stage === "over") return;
    if (state === "connected") this.stage = "up";
    if (state === "disconnected") this.stage = "interrupted";
    if (state === "failed" || state === "closed") this.fail("the connection to the speaker was lost");
    if (state !== "connected") this.#hide();
    this.changed();
  }

  #hide() {
    this.#frames = { count: -1, at: 0 };
    if (!this.picture) return;
    this.picture = false;
    this.changed();
  }

  async #look() {
    const receivers = this.#pc.getReceivers();
    const sound = receivers.find(({ track }) => track.kind === "audio");
    const sight = receivers.find(({ track }) => track.kind === "video");
    this.level = sound?.getSynchronizationSources()[0]?.audioLevel ?? 0;
    this.picture = this.stage === "up" && (await this.#moves(sight)) && this.stage === "up";
    this.changed();
  }

  async #moves(sight) {
    if (!sight || sight.track.muted || sight.track.readyState === "ended") return false;
    const now = performance.now();
    let count = 0;
    for (const report of (await sight.getStats()).values()) {
      if (report.type === "inbound-rtp") count = report.framesDecoded ?? 0;
    }
    if (this.#frames.count < 0) this.#frames = { count, at: 0 };
    if (count > this.#frames.count) this.#frames = { count, at: now };
    return now - this.#frames.at < STILL_MS && this.#frames.at > 0 && this.video.videoWidth > 0 && !this.#dark();
  }

  #dark() {
    const pen = this.#canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(this.video, 0, 0, this.#canvas.width, this.#canvas.height);
    const { data } = pen.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
    return data.every((value, index) => index % 4 === 3 || value < DARK);
  }
}

// Asks the other side for sound in packets of 10 ms instead of 20: as much sooner, for 20 kbit/s more.
function short_packets(sdp) {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => (section.startsWith("m=audio") && !/^a=ptime:/m.test(section) ? `${section}a=ptime:10\r\n` : section))
    .join("");
}
