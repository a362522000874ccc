/** One clock for the whole page: the hub's time, ticking once a second. A viewer's wrong clock must not age pictures. */
import { useContext, useSyncExternalStore } from "react";
import { InSight } from "@/ui/inSight";

let offsetMs = 0;
let ticked = Date.now();
let heardAt: number | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

export function hubNow(): number {
  return Date.now() + offsetMs;
}

/** Called with the hub's stamp of each beat. Under a second is the network's doing, not the clock's. */
export function setHubTime(at: string): void {
  const offset = Date.parse(at) - Date.now();
  offsetMs = Math.abs(offset) < 1000 ? 0 : offset;
}

/** The hub went silent at `at` (this computer's clock), or null: it speaks again. */
export function setSilentSince(at: number | null): void {
  heardAt = at === null ? null : at + offsetMs;
  tick();
}

function tick(): void {
  ticked = hubNow();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    ticked = hubNow();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** For what is out of sight: it reads the time when it is drawn for another reason, or comes back. */
function rest(): () => void {
  return () => undefined;
}

/** Milliseconds since 1970 by the hub's clock; the component draws again every second. */
export function useNow(): number {
  return useNowAs((now) => now);
}

/**
 * What `read` makes of the time. Drawn again only when that changes, and only where it is in sight: an age in minutes
 * is not drawn every second, and that of a tile far down the page not at all.
 */
export function useNowAs<Read extends string | number | boolean | null>(read: (now: number) => Read): Read {
  return useSyncExternalStore(useContext(InSight) ? subscribe : rest, () => read(ticked));
}

/**
 * Like `useNow`, but it stands still while nothing is heard from the hub: up to then we know that a violation lasted,
 * and what came after must not be guessed.
 */
export function useKnownNow(): number {
  return useNowAs(known);
}

/** `useNowAs` of a time that stands still while nothing is heard from the hub. */
export function useKnownNowAs<Read extends string | number | boolean | null>(read: (now: number) => Read): Read {
  return useNowAs((now) => read(known(now)));
}

/**
 * The known time, drawn again every `everyMs` only. Parts of a page that pass different `offset`s (0 to 1) draw at
 * different seconds, so that sixty of them are never one long task.
 */
export function useKnownNowEvery(everyMs: number, offset: number): number {
  useKnownNowAs((now) => Math.floor(now / everyMs + offset));
  return known(hubNow());
}

function known(now: number): number {
  return heardAt === null ? now : Math.min(now, heardAt);
}
