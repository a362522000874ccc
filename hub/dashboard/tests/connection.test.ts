import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveMessage } from "@/api/types";
import { backoffMs, LiveConnection, STALE_AFTER_MS } from "@/live/connection";
import { at, violation } from "./make";

/** A socket whose other end is the test. */
class Socket {
  readyState: number = WebSocket.OPEN;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  close() {
    this.readyState = WebSocket.CLOSED;
  }
  says(message: LiveMessage) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  breaks() {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.();
  }
}

const hello: LiveMessage = { type: "hello", instance: "hub-1", at: at(0) };
const beat: LiveMessage = { type: "beat", at: at(5) };

let sockets: Socket[];
let heard: LiveMessage[];
let refetched: (() => void)[];
let lost: number;
let connection: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  heard = [];
  refetched = [];
  lost = 0;
  connection = new LiveConnection({
    connect: () => {
      sockets.push(new Socket());
      return sockets.at(-1) as unknown as WebSocket;
    },
    onMessage: (message) => heard.push(message),
    onHello: () => new Promise<void>((resolve) => refetched.push(resolve)),
    onLost: () => {
      lost += 1;
    },
  });
  connection.start();
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

const phase = () => connection.state.phase;

async function becomeLive(index: number) {
  sockets[index]?.says(hello);
  refetched.at(-1)?.();
  await vi.advanceTimersByTimeAsync(0);
}

describe("the live connection", () => {
  it("is live only when everything was fetched after the hello", async () => {
    expect(phase()).toBe("connecting");
    sockets[0]?.says(hello);
    expect(phase()).toBe("catching-up");
    refetched[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(phase()).toBe("live");
  });

  it("hands on what it hears", async () => {
    await becomeLive(0);
    const message: LiveMessage = { type: "violation", violation: violation() };
    sockets[0]?.says(message);
    expect(heard).toEqual([hello, message]);
  });

  it("comes back after a loss and fetches everything again", async () => {
    await becomeLive(0);
    sockets[0]?.breaks();
    expect(phase()).toBe("connecting");
    expect(lost).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sockets).toHaveLength(2);
    await becomeLive(1);
    expect(refetched).toHaveLength(2);
    expect(phase()).toBe("live");
  });

  it("is stale when the beat is missing, since the last thing heard, and opens a new socket", async () => {
    await becomeLive(0);
    await vi.advanceTimersByTimeAsync(5000);
    sockets[0]?.says(beat);
    const heardAt = Date.now();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS);
    expect(connection.state).toEqual({ phase: "stale", heardAt });
    expect(sockets[0]?.readyState).toBe(WebSocket.CLOSED);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sockets).toHaveLength(2);
    await becomeLive(1);
    expect(phase()).toBe("live");
  });

  it("stays stale through attempts that fail, until the hub speaks", async () => {
    await becomeLive(0);
    for (let turn = 0; turn < 6; turn++) {
      sockets.at(-1)?.breaks();
      await vi.advanceTimersByTimeAsync(16_000);
    }
    expect(sockets.length).toBeGreaterThanOrEqual(7);
    expect(phase()).toBe("stale");
  });

  it("never goes stale while beats come", async () => {
    await becomeLive(0);
    for (let turn = 0; turn < 10; turn++) {
      await vi.advanceTimersByTimeAsync(5000);
      sockets[0]?.says(beat);
    }
    expect(phase()).toBe("live");
    expect(sockets).toHaveLength(1);
  });

  it("ignores a socket it has given up", async () => {
    await becomeLive(0);
    const late = sockets[0]?.onmessage;
    sockets[0]?.breaks();
    late?.({ data: JSON.stringify(beat) });
    expect(heard).toEqual([hello]);
  });

  it("tries at once when asked, and not twice", async () => {
    await becomeLive(0);
    sockets[0]?.breaks();
    connection.retryNow();
    expect(sockets).toHaveLength(2);
    await becomeLive(1);
    connection.retryNow();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS - 1);
    expect(sockets).toHaveLength(2);
  });
});

describe("back-off", () => {
  it("doubles up to its bound, at least half of it, never all in step", () => {
    expect(backoffMs(0, () => 0)).toBe(250);
    expect(backoffMs(0, () => 1)).toBe(500);
    expect(backoffMs(3, () => 1)).toBe(4000);
    expect(backoffMs(30, () => 1)).toBe(15_000);
    expect(backoffMs(30, () => 0)).toBe(7500);
  });
});
