import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ANSWER_MS, CONNECT_MS, HEARTBEAT_MS, Link, SILENT_MS, WELCOME_MS } from "@/watch/link";
import type { SignalIn, SignalOut } from "@/watch/messages";

/** The hub's end of a signaling socket. */
class Socket {
  readyState: number = WebSocket.OPEN;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  heard: SignalOut[] = [];
  send(text: string) {
    this.heard.push(JSON.parse(text));
  }
  close() {
    this.readyState = WebSocket.CLOSED;
  }
  says(message: SignalIn) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  breaks(code = 1006, reason = "") {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code, reason });
  }
}

class Channel {
  readyState = "connecting";
  onopen: (() => void) | null = null;
  onmessage: (() => void) | null = null;
  onclose: (() => void) | null = null;
  sent = 0;
  send() {
    this.sent += 1;
  }
}

/** What jsdom lacks; the real one is tried by the tests with Chromium. */
class Peer {
  connectionState = "new";
  onconnectionstatechange: (() => void) | null = null;
  onicecandidate: ((event: { candidate: object | null }) => void) | null = null;
  answered = "";
  channel = new Channel();
  constructor(readonly configuration: RTCConfiguration) {}
  createDataChannel() {
    return this.channel;
  }
  async createOffer() {
    return { type: "offer", sdp: "v=0 offer" };
  }
  async setLocalDescription() {
    this.onicecandidate?.({ candidate: { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 } });
  }
  async setRemoteDescription({ sdp }: { sdp: string }) {
    this.answered = sdp;
  }
  becomes(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  close() {
    this.connectionState = "closed";
  }
}

const welcome: SignalIn = {
  type: "welcome",
  peer_id: "p",
  relay_only: false,
  ice_servers: [{ urls: ["turn:hub.example"], username: "u", credential: "c" }],
};

let sockets: Socket[];
let peers: Peer[];
let live: unknown[];
let link: Link;

beforeEach(() => {
  vi.useFakeTimers();
  [sockets, peers, live] = [[], [], []];
  link = new Link({
    connect: () => {
      sockets.push(new Socket());
      return sockets.at(-1) as unknown as WebSocket;
    },
    peer: (configuration) => {
      peers.push(new Peer(configuration));
      return peers.at(-1) as unknown as RTCPeerConnection;
    },
    prepare: () => {},
    wish: () => "low",
    onLive: (peer) => live.push(peer),
    heartbeat: true,
  });
  link.start();
});

afterEach(() => {
  link.stop();
  vi.useRealTimers();
});

const last = <T>(items: T[]): T => {
  const item = items.at(-1);
  if (item === undefined) throw new Error("nothing there yet");
  return item;
};

async function connect() {
  last(sockets).says(welcome);
  await vi.advanceTimersByTimeAsync(0);
  last(sockets).says({ type: "answer", sdp: "v=0 answer" });
  await vi.advanceTimersByTimeAsync(0);
  last(peers).becomes("connected");
  last(peers).channel.readyState = "open";
  last(peers).channel.onopen?.();
}

describe("a link to a booth", () => {
  it("offers when the hub has named the servers, and only then sends candidates", async () => {
    last(sockets).says(welcome);
    await vi.advanceTimersByTimeAsync(0);
    expect(last(peers).configuration.iceServers).toEqual([
      { urls: ["turn:hub.example"], username: "u", credential: "c" },
    ]);
    expect(last(sockets).heard.map((message) => message.type)).toEqual(["offer", "candidate"]);
    expect(last(sockets).heard[0]).toMatchObject({ sdp: "v=0 offer", rendition: "low" });
  });

  it("is live when the connection stands", async () => {
    await connect();
    expect(last(peers).answered).toBe("v=0 answer");
    expect(link.state.phase).toBe("live");
    expect(live).toEqual([last(peers)]);
  });

  it("asks for relayed candidates only, where the hub says so", async () => {
    last(sockets).says({ ...welcome, relay_only: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(last(peers).configuration.iceTransportPolicy).toBe("relay");
  });

  it.each([
    ["welcome", WELCOME_MS, async () => {}],
    ["answer", ANSWER_MS, async () => last(sockets).says(welcome)],
    [
      "connection",
      CONNECT_MS,
      async () => {
        last(sockets).says(welcome);
        await vi.advanceTimersByTimeAsync(0);
        last(sockets).says({ type: "answer", sdp: "x" });
      },
    ],
  ])("tries again when no %s comes in time", async (_, limit, reach) => {
    await reach();
    await vi.advanceTimersByTimeAsync(limit + 1500);
    expect(sockets).toHaveLength(2);
  });

  it("is built again when the booth falls silent, and live again without a click", async () => {
    await connect();
    last(peers).channel.onmessage?.();
    await vi.advanceTimersByTimeAsync(SILENT_MS + 2 * HEARTBEAT_MS);
    expect(link.state.phase).toBe("rebuilding");
    await vi.advanceTimersByTimeAsync(1500);
    expect(sockets.length).toBeGreaterThan(1);
    await connect();
    expect(link.state.phase).toBe("live");
    expect(peers[0]?.connectionState).toBe("closed");
  });

  it("keeps the picture while only the signaling is lost, until the new one plays", async () => {
    await connect();
    const first = last(peers);
    last(sockets).breaks();
    await vi.advanceTimersByTimeAsync(1500);
    expect(first.connectionState).toBe("connected");
    await connect();
    expect(first.connectionState).toBe("closed");
    expect(live).toHaveLength(2);
  });

  it("says what the booth says, and tries again", async () => {
    last(sockets).says({ type: "trouble", title: "The booth is offline", detail: "since 12:03", retry: true });
    expect(link.state).toEqual({ phase: "trouble", title: "The booth is offline", detail: "since 12:03" });
    await vi.advanceTimersByTimeAsync(1500);
    expect(sockets).toHaveLength(2);
  });

  it("takes no for an answer", async () => {
    last(sockets).breaks(4406, "you are not assigned to this booth; ask an administrator");
    expect(link.state).toMatchObject({ phase: "refused", title: expect.stringContaining("not assigned") });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });

  it("hangs up when it is stopped, and nothing starts it again", async () => {
    await connect();
    const socket = last(sockets);
    link.stop();
    expect(socket.heard.at(-1)).toEqual({ type: "hang_up" });
    expect(last(peers).connectionState).toBe("closed");
    last(peers).becomes("failed");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });
});
