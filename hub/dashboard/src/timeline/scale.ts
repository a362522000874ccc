/** Which stretch of an exam session is shown, and what a zoom, a drag or a key makes of it. All times are milliseconds. */
import type { Window } from "@/violations/strip";

/** Null: all of it. `last`: so much before its end, which moves on while the exam session lasts. */
export type Zoom = null | { last: number } | Window;

const SHORTEST_MS = 20_000;
const TICKS_MS = [5, 10, 30, 60, 300, 600, 1800, 3600, 7200].map((s) => s * 1000);
const TICKS_MOST = 9;

export const length = ({ from, to }: Window) => to - from;

export function shown(zoom: Zoom, whole: Window): Window {
  if (zoom === null) return whole;
  if ("last" in zoom) return { from: Math.max(whole.from, whole.to - zoom.last), to: whole.to };
  return zoom;
}

/** `factor` below 1 shows less. What is at `around` stays where it is; at the end the end is followed. */
export function zoomed(zoom: Zoom, whole: Window, factor: number, around: number): Zoom {
  const now = shown(zoom, whole);
  const wanted = Math.max(SHORTEST_MS, length(now) * factor);
  if (wanted >= length(whole)) return null;
  const share = (around - now.from) / Math.max(1, length(now));
  return settled({ from: around - wanted * share, to: around + wanted * (1 - share) }, whole);
}

export function panned(zoom: Zoom, whole: Window, by: number): Zoom {
  if (zoom === null) return null;
  const { from, to } = shown(zoom, whole);
  return settled({ from: from + by, to: to + by }, whole);
}

/** The same stretch, moved so far that `at` is within it. */
export function revealing(zoom: Zoom, whole: Window, at: number): Zoom {
  const now = shown(zoom, whole);
  if (zoom === null || (at >= now.from && at <= now.to)) return zoom;
  return settled({ from: at - length(now) / 2, to: at + length(now) / 2 }, whole);
}

function settled(wanted: Window, whole: Window): Zoom {
  const size = Math.min(length(wanted), length(whole));
  if (wanted.to >= whole.to - 500) return { last: size };
  const from = Math.max(whole.from, wanted.from);
  return { from, to: from + size };
}

/** Full seconds, minutes or hours of the clock, so many that their names do not touch. */
export function ticks(window: Window): { at: number; left: number }[] {
  const step = TICKS_MS.find((each) => length(window) / each <= TICKS_MOST) ?? 14_400_000;
  const found = [];
  for (let at = Math.ceil(window.from / step) * step; at <= window.to; at += step) {
    found.push({ at, left: ((at - window.from) / length(window)) * 100 });
  }
  return found;
}

/**
 * What to ask the hub for, so that a window that moves a little needs no new answer: its surroundings, in steps of half
 * its length.
 */
export function around(window: Window): Window {
  const step = Math.max(1000, Math.round(length(window) / 2000) * 1000);
  return {
    from: Math.floor(window.from / step - 1) * step,
    to: Math.ceil(window.to / step + 1) * step,
  };
}
