/** Whether this browser sounds and shows alerts. Kept here: it is about this desk, not about the person. */
import { useSyncExternalStore } from "react";

export type Wish = "sound" | "notifications";

const KEY: Record<Wish, string> = { sound: "invigil.alert-sound", notifications: "invigil.alert-notifications" };
const listeners = new Set<() => void>();

/** Null where nobody has chosen. */
function stored(wish: Wish): boolean | null {
  try {
    const value = localStorage.getItem(KEY[wish]);
    return value === null ? null : value === "on";
  } catch {
    return null;
  }
}

export function wished(wish: Wish, otherwise: boolean): boolean {
  return stored(wish) ?? otherwise;
}

export function choose(wish: Wish, on: boolean): void {
  try {
    localStorage.setItem(KEY[wish], on ? "on" : "off");
  } catch {
    // Without storage nothing can be kept; the default stays.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function useWish(wish: Wish, otherwise: boolean): boolean {
  return useSyncExternalStore(subscribe, () => wished(wish, otherwise));
}
