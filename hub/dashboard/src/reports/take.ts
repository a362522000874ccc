/** Takes a file that the hub has to make first: says how long it takes, waits where many are made, can be stopped. */
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "@/api/client";

export type Taking =
  | { phase: "idle" }
  | { phase: "making"; sinceMs: number }
  /** The hub makes others first; it is asked again by itself. */
  | { phase: "waiting"; sinceMs: number }
  | { phase: "failed"; error: unknown };

const WAIT_S = 5;
const TRIES_MAX = 24;

async function fetched(url: string, signal: AbortSignal): Promise<Blob> {
  const answer = await fetch(url, { signal, credentials: "same-origin", headers: { "X-Invigil-Request": "1" } }).catch(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ApiError(0, String(error));
    },
  );
  if (answer.ok) return answer.blob();
  const said = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  const wait = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  throw new ApiError(
    answer.status,
    said.title ?? answer.statusText,
    said.detail ?? "",
    Number.isFinite(wait) ? wait : null,
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function useTake(url: string, name: string) {
  const [taking, setTaking] = useState<Taking>({ phase: "idle" });
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const take = useCallback(async () => {
    const control = new AbortController();
    stop.current?.abort();
    stop.current = control;
    const sinceMs = Date.now();
    for (let tries = 1; ; tries++) {
      setTaking({ phase: "making", sinceMs });
      try {
        save(await fetched(url, control.signal), name);
        setTaking({ phase: "idle" });
        return;
      } catch (error) {
        if (control.signal.aborted) return;
        const busy = error instanceof ApiError && error.status === 503 && tries < TRIES_MAX;
        if (!busy) return setTaking({ phase: "failed", error });
        setTaking({ phase: "waiting", sinceMs });
        await new Promise((done) => setTimeout(done, 1000 * (error.retryAfterS ?? WAIT_S)));
        if (control.signal.aborted) return;
      }
    }
  }, [url, name]);

  const cancel = useCallback(() => {
    stop.current?.abort();
    setTaking({ phase: "idle" });
  }, []);
  return { taking, take, cancel };
}
