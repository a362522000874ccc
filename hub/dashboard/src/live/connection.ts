/** The one WebSocket to the hub: says how fresh the page is, and comes back by itself after every loss. */
import type { LiveMessage } from "@/api/types";

/**
 * connecting: no hub yet, or again none, but nothing is old; catching-up: connected, asking for what was missed;
 * live: what is shown is what the hub holds; stale: nothing heard for longer than a beat may take.
 */
export type Phase = "connecting" | "catching-up" | "live" | "stale";
export type LiveState = { phase: Phase; heardAt: number };

/** The hub beats every 5 s; two missed beats and some grace. */
export const STALE_AFTER_MS = 12_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 15_000;

/** Half fixed, half random: a hall full of browsers must not return in step. */
export function backoffMs(attempt: number, random = Math.random): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return full / 2 + (full / 2) * random();
}

export type LiveOptions = {
  connect: () => WebSocket;
  /** A change the hub has committed. */
  onMessage: (message: LiveMessage) => void;
  /** Connected, again or for the first time: fetch everything anew. Live is said when it has resolved. */
  onHello: () => Promise<unknown>;
  /** The connection went away or could not be made: perhaps the exam session of the viewer ended too. */
  onLost?: () => void;
};

export class LiveConnection {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private current: LiveState;

  constructor(private readonly options: LiveOptions) {
    this.current = { phase: "connecting", heardAt: Date.now() };
  }

  get state(): LiveState {
    return this.current;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    this.set({ phase: "connecting", heardAt: Date.now() });
    this.armWatch();
    this.open();
  }

  stop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.watch);
    this.drop();
  }

  /** Try at once instead of waiting for the back-off: the person asked, or the network came back. */
  retryNow = (): void => {
    if (this.current.phase === "live" || this.current.phase === "catching-up") return;
    this.attempt = 0;
    this.open();
  };

  private open(): void {
    clearTimeout(this.retry);
    this.drop();
    const socket = this.options.connect();
    this.socket = socket;
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.socket) this.hear(socket, event.data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  /** Handlers go first: the close of a socket that we gave up must not start a second one. */
  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private lost(): void {
    this.drop();
    if (this.current.phase !== "stale") this.set({ phase: "connecting", heardAt: this.current.heardAt });
    this.options.onLost?.();
    this.retry = setTimeout(() => this.open(), backoffMs(this.attempt++));
  }

  private hear(socket: WebSocket, text: string): void {
    const message = JSON.parse(text) as LiveMessage;
    const heardAt = Date.now();
    this.armWatch();
    if (message.type === "hello") {
      this.attempt = 0;
      this.set({ phase: "catching-up", heardAt });
      const done = () => {
        if (socket === this.socket) this.set({ phase: "live", heardAt: this.current.heardAt });
      };
      this.options.onMessage(message);
      // Lists that could not be fetched show their own error; the connection itself is live.
      this.options.onHello().then(done, done);
      return;
    }
    this.set({ phase: this.current.phase, heardAt });
    this.options.onMessage(message);
  }

  private armWatch(): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      this.set({ phase: "stale", heardAt: this.current.heardAt });
      // A socket may be silent without being closed: a cable was pulled, a proxy sleeps.
      if (this.socket?.readyState === WebSocket.OPEN) this.lost();
    }, STALE_AFTER_MS);
  }

  private set(next: LiveState): void {
    const changed = next.phase !== this.current.phase;
    this.current = next;
    if (changed) for (const listener of this.listeners) listener();
  }
}
