/**
 * Keeps live messages for as long as a fetch may run. An answer that the hub wrote before a change, but that reaches
 * us after it, would undo the change; so what came during a fetch is applied again on top of its answer.
 */
import type { QueryClient } from "@tanstack/react-query";
import type { LiveMessage } from "@/api/types";
import { applyLive } from "@/live/patch";

const KEEP_MS = 60_000;
const KEEP_MAX = 2000;

export class Journal {
  private entries: { at: number; message: LiveMessage }[] = [];
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

  /** `at` is when it was heard, by `performance.now`. */
  record(message: LiveMessage, at = performance.now()): void {
    if (message.type !== "hello" && message.type !== "beat") {
      this.entries.push({ at, message });
      this.entries = this.entries.filter((entry) => at - entry.at < KEEP_MS).slice(-KEEP_MAX);
    }
    applyLive(this.client, message);
  }

  private replay(queryHash: string): void {
    const since = this.fetchStarted.get(queryHash);
    this.fetchStarted.delete(queryHash);
    if (since === undefined || this.replaying) return;
    this.replaying = true;
    for (const entry of this.entries) if (entry.at >= since) applyLive(this.client, entry.message);
    this.replaying = false;
  }
}
