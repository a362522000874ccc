/** Answers that `public/early.js` asked the hub for before this code was here. Each is good once, and not for long. */
import type { Me } from "@/api/types";

declare global {
  interface Window {
    invigilEarly?: Map<string, Promise<Response | null>>;
  }
}

const KEPT = "invigil.early";
const ME = "/api/v1/me";
/** What the wall shows, most needed first. */
const WALL = ["/api/v1/booths", "/api/v1/violations?limit=50", "/api/v1/rooms", "/api/v1/sites"];
/** After this an answer is no longer the present. */
const GOOD_MS = 5000;

/** The answer to this request, if it was asked for early; else it is asked for now. */
export async function fetchOnce(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const asked = window.invigilEarly?.get(pathname + search);
  window.invigilEarly?.delete(pathname + search);
  if (!asked || request.method !== "GET" || performance.now() > GOOD_MS) return globalThis.fetch(request);
  return (await asked) ?? globalThis.fetch(request);
}

/** What the next visit may ask for early: what this person may see. Nothing where nobody is signed in. */
export function askEarlyNextTime(me: Me | null): void {
  const sees = me?.permissions.includes("booths.read") && me.permissions.includes("violations.read");
  const asks = me === null ? [] : sees ? [ME, ...WALL] : [ME];
  try {
    localStorage.setItem(KEPT, JSON.stringify(asks));
  } catch {
    // Refused in some private windows: the next visit asks when its code is there.
  }
}
