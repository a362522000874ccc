/**
 * One peer connection with a booth, kept alive: signalled through the hub, built again by itself after every failure.
 *
 * aiortc cannot restart ICE, so a link that fails is replaced by a new one. The old picture stays until the new one
 * plays. Nothing here waits for the operating system to notice a dead network: every step has its own time limit.
 */
import { backoffMs } from "@/live/connection";
import type { IceCandidate, RenditionWish, SignalIn, SignalOut } from "@/watch/messages";

export type LinkState =
  | { phase: "connecting" }
  | { phase: "live" }
  /** It was live; building it again since `since` (ms, this computer's clock). */
  | { phase: "rebuilding"; since: number }
  /** The hub or the booth said why not; tried again by itself. */
  | { phase: "trouble"; title: string; detail: string }
  /** Trying again would not help. */
  | { phase: "refused"; title: string; detail: string }
  | { phase: "ended" };

export const WELCOME_MS = 2500;
export const ANSWER_MS = 8000;
export const CONNECT_MS = 5000;
export const HEARTBEAT_MS = 1000;
/** Without a heartbeat for so long the booth or the way to it is gone. The booth itself gives up after 8 s. */
export const SILENT_MS = 4000;
const RETRY_MAX_MS = 1500;
/** Not signed in, foreign page, no such booth, not allowed, and somebody else speaks there now. */
const FOR_GOOD = new Set([4401, 4403, 4404, 4406, 4409]);

export type LinkOptions = {
  connect: () => WebSocket;
  peer?: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** Adds transceivers, tracks and handlers before the offer is made. */
  prepare: (peer: RTCPeerConnection) => void;
  /** The size of picture that is asked for. */
  wish?: () => RenditionWish;
  /** A link is up: take its tracks. Called again after every rebuild. */
  onLive: (peer: RTCPeerConnection) => void;
  /** Whether the other end answers heartbeats: the agent does, a booth's screen does not. */
  heartbeat: boolean;
};

/** One try: its socket, its connection, its clocks. Thrown away as a whole. */
type Attempt = {
  socket: WebSocket;
  peer: RTCPeerConnection | null;
  limit: ReturnType<typeof setTimeout> | undefined;
  beat: ReturnType<typeof setInterval> | undefined;
  heardAt: number;
};

export class Link {
  private current: LinkState = { phase: "connecting" };
  private attempt: Attempt | null = null;
  /** Still playing while a new try is under way. */
  private previous: Attempt | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: LinkOptions) {}

  get state(): LinkState {
    return this.current;
  }

  get peer(): RTCPeerConnection | null {
    return this.attempt?.peer ?? this.previous?.peer ?? null;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    this.set({ phase: "connecting" });
    this.open();
  }

  stop(): void {
    clearTimeout(this.retry);
    this.say({ type: "hang_up" });
    this.discard(this.attempt);
    this.discard(this.previous);
    this.attempt = this.previous = null;
    this.set({ phase: "ended" });
  }

  /** Try at once: the person asked, or the network came back. */
  retryNow = (): void => {
    if (this.current.phase === "live" || this.current.phase === "ended") return;
    this.tries = 0;
    this.open();
  };

  /** Something else than the connection itself says that the other end is gone. */
  lost(peer: RTCPeerConnection): void {
    if (this.attempt?.peer === peer) this.fail(this.attempt);
  }

  say(message: SignalOut): void {
    const socket = this.attempt?.socket;
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  private open(): void {
    clearTimeout(this.retry);
    this.discard(this.attempt);
    const socket = this.options.connect();
    const attempt: Attempt = { socket, peer: null, limit: undefined, beat: undefined, heardAt: Date.now() };
    this.attempt = attempt;
    this.arm(attempt, WELCOME_MS);
    socket.onmessage = (event: MessageEvent<string>) => this.hear(attempt, JSON.parse(event.data) as SignalIn);
    socket.onclose = (event: CloseEvent) => this.closed(attempt, event);
  }

  private closed(attempt: Attempt, event: CloseEvent): void {
    if (attempt !== this.attempt) return;
    if (FOR_GOOD.has(event.code)) {
      this.end({ phase: "refused", title: event.reason || "refused", detail: "" });
    } else {
      this.fail(attempt);
    }
  }

  private hear(attempt: Attempt, message: SignalIn): void {
    if (attempt !== this.attempt) return;
    if (message.type === "welcome") {
      this.arm(attempt, ANSWER_MS);
      void this.offer(attempt, message).catch(() => this.fail(attempt));
    } else if (message.type === "answer") {
      this.arm(attempt, CONNECT_MS);
      attempt.peer
        ?.setRemoteDescription({ type: "answer", sdp: message.sdp })
        .catch(() => attempt === this.attempt && this.fail(attempt));
    } else if (message.retry) {
      const { title, detail } = message;
      this.fail(attempt, { phase: "trouble", title, detail });
    } else {
      this.end({ phase: "refused", title: message.title, detail: message.detail });
    }
  }

  private async offer(attempt: Attempt, welcome: Extract<SignalIn, { type: "welcome" }>): Promise<void> {
    const make = this.options.peer ?? ((configuration) => new RTCPeerConnection(configuration));
    const peer = make({
      iceServers: welcome.ice_servers.map(({ urls, username, credential }) => ({
        urls: [...urls],
        ...(username ? { username, credential } : {}),
      })),
      iceTransportPolicy: welcome.relay_only ? "relay" : "all",
      bundlePolicy: "max-bundle",
    });
    attempt.peer = peer;
    const waiting: IceCandidate[] = [];
    let offered = false;
    const trickle = (candidate: IceCandidate) => {
      if (!offered) waiting.push(candidate);
      else if (attempt === this.attempt) this.say({ type: "candidate", candidate });
    };
    peer.onicecandidate = ({ candidate }) =>
      trickle({
        candidate: candidate?.candidate ?? "",
        sdp_mid: candidate?.sdpMid ?? null,
        sdp_mline_index: candidate?.sdpMLineIndex ?? null,
      });
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "connected") this.connected(attempt);
      else if (peer.connectionState === "failed" || peer.connectionState === "closed") this.fail(attempt);
    };
    this.options.prepare(peer);
    if (this.options.heartbeat) this.listen(attempt, peer.createDataChannel("heartbeat"));
    const offer = await peer.createOffer();
    await peer.setLocalDescription(offer);
    if (attempt !== this.attempt) return;
    this.say({ type: "offer", sdp: offer.sdp ?? "", rendition: this.options.wish?.() ?? "auto" });
    offered = true;
    for (const candidate of waiting) trickle(candidate);
  }

  /** The booth answers each beat; both sides notice by it that the other is gone. */
  private listen(attempt: Attempt, channel: RTCDataChannel): void {
    channel.onopen = () => {
      attempt.heardAt = Date.now();
      attempt.beat = setInterval(() => {
        if (channel.readyState === "open") channel.send(".");
        if (Date.now() - attempt.heardAt > SILENT_MS) this.fail(attempt);
      }, HEARTBEAT_MS);
    };
    channel.onmessage = () => {
      attempt.heardAt = Date.now();
    };
    channel.onclose = () => this.fail(attempt);
  }

  private connected(attempt: Attempt): void {
    if (attempt !== this.attempt || !attempt.peer) return;
    clearTimeout(attempt.limit);
    this.tries = 0;
    this.options.onLive(attempt.peer);
    this.discard(this.previous);
    this.previous = null;
    this.set({ phase: "live" });
  }

  private fail(attempt: Attempt, said?: Extract<LinkState, { phase: "trouble" }>): void {
    if (attempt !== this.attempt) return;
    clearTimeout(attempt.limit);
    const wasLive = this.current.phase === "live";
    if (wasLive && attempt.peer?.connectionState === "connected") {
      // Only the signaling was lost: the picture goes on until the next one is there.
      attempt.socket.onclose = null;
      attempt.socket.onmessage = null;
      this.discard(this.previous);
      this.previous = attempt;
    } else {
      this.discard(attempt);
    }
    this.attempt = null;
    if (said) this.set(said);
    else if (wasLive) this.set({ phase: "rebuilding", since: Date.now() });
    this.retry = setTimeout(() => this.open(), Math.min(RETRY_MAX_MS, backoffMs(this.tries++)));
  }

  private end(state: Extract<LinkState, { phase: "refused" }>): void {
    clearTimeout(this.retry);
    this.discard(this.attempt);
    this.discard(this.previous);
    this.attempt = this.previous = null;
    this.set(state);
  }

  private arm(attempt: Attempt, ms: number): void {
    clearTimeout(attempt.limit);
    attempt.limit = setTimeout(() => this.fail(attempt), ms);
  }

  /** Handlers go first: the end of what we gave up must not start anything. */
  private discard(attempt: Attempt | null): void {
    if (!attempt) return;
    clearTimeout(attempt.limit);
    clearInterval(attempt.beat);
    attempt.socket.onmessage = null;
    attempt.socket.onclose = null;
    attempt.socket.close();
    if (attempt.peer) {
      attempt.peer.onconnectionstatechange = null;
      attempt.peer.onicecandidate = null;
      attempt.peer.close();
    }
  }

  private set(next: LinkState): void {
    this.current = next;
    for (const listener of this.listeners) listener();
  }
}
