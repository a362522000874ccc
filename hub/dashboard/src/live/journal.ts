/**
 * Keeps live messages for as long as a fetch may run. An answer that the hub wrote before a change, but that reaches
 * us after it, would undo the change; so what came during a fetch is applied again on top of its answer.
 */
import type { QueryClient } from "@tanstack/react-query";
import type { LiveMessage } from "@/api/types";
import { applyLive } from "@/live/patch";

const KEEP_MS = 60_000;
const KEEP_MAX = 2000;
/** Thrown away at once, not one by one. */
const SLACK = 500;

/** Which thing a message is about. */
function about(message: LiveMessage): string {
  switch (message.type) {
    case "violation":
      return message.violation.violation_id;
    case "booth":
      return `booth ${message.booth.booth_id}`;
    case "gap":
      return message.gap.gap_id;
    case "exam_session":
      return message.exam_session.exam_session_id;
    case "evidence":
      return message.sha256;
    default:
      return message.type;
  }
}

/** Each message holds all of its thing, so that the last one alone need be applied. */
function latestOfEach(messages: readonly LiveMessage[]): LiveMessage[] {
  const latest = new Map<string, LiveMessage>();
  for (const message of messages) {
    latest.delete(about(message));
    latest.set(about(message), message);
  }
  return [...latest.values()];
}

/** `at` is when it was heard, by `performance.now`. */
export type Heard = { message: LiveMessage; at: number };

export class Journal {
  private entries: Heard[] = [];
  private readonly fetchStarted = new Map<string, number>();
  private replaying = false;

  constructor(private readonly client: QueryClient) {}

  /** Starts to watch fetches; call what is returned to end it. */
  watch(): () => void {
    return this.client.getQueryCache().subscribe((event) => {
      if (event.type !== "updated") return;
      const { action, query } = event;
      if (action.type === "fetch") this.fetchStarted.set(query.queryHash, performance.now());
      if (action.type === "success" && !action.manual) this.replay(query.queryHash);
    });
  }

  record(heard: readonly Heard[]): void {
    this.entries.push(...heard.filter(({ message }) => message.type !== "hello" && message.type !== "beat"));
    if (this.entries.length > KEEP_MAX + SLACK) this.entries = this.entries.slice(-KEEP_MAX);
    applyLive(
      this.client,
      heard.map(({ message }) => message),
    );
  }

  private replay(queryHash: string): void {
    const since = this.fetchStarted.get(queryHash);
    this.fetchStarted.delete(queryHash);
    if (since === undefined || this.replaying) return;
    this.replaying = true;
    this.entries = this.entries.filter((entry) => performance.now() - entry.at < KEEP_MS);
    const missed = this.entries.filter((entry) => entry.at >= since).map((entry) => entry.message);
    applyLive(this.client, latestOfEach(missed));
    this.replaying = false;
  }
}
