/** Where violations and gaps lie on a strip of time, in percent of its width. */
import { type Booth, type Gap, SEVERITIES, type Violation } from "@/api/types";

export type Window = { from: number; to: number };
/** `left` and `width` in percent; both within 0–100. */
export type Span = { left: number; width: number };

export function lastMinutes(minutes: number, now: number): Window {
  return { from: now - minutes * 60_000, to: now };
}

/** The part of an interval that lies in the window, or null. What has no end lasts until the window's end. */
export function place(startedAt: string, endedAt: string | null | undefined, window: Window): Span | null {
  const start = Math.max(Date.parse(startedAt), window.from);
  const end = Math.min(endedAt == null ? window.to : Date.parse(endedAt), window.to);
  if (end < start || end < window.from || start > window.to) return null;
  const length = window.to - window.from;
  return { left: ((start - window.from) / length) * 100, width: ((end - start) / length) * 100 };
}

export type PlacedViolation = Span & { violation: Violation };

export function placeViolations(violations: readonly Violation[], window: Window): PlacedViolation[] {
  return violations.flatMap((violation) => {
    const span = place(violation.started_at, violation.ended_at, window);
    return span ? [{ ...span, violation }] : [];
  });
}

/** Tall ones first, so that what is drawn over them is lower and both can be seen. */
export function tallestFirst(placed: readonly PlacedViolation[]): PlacedViolation[] {
  const rank = ({ violation }: PlacedViolation) => SEVERITIES.indexOf(violation.severity);
  return placed.toSorted((a, b) => rank(a) - rank(b));
}

type Interval = Pick<Gap, "started_at" | "ended_at">;

/** When nobody looked: the gaps the hub recorded, and the time since a booth stopped answering. */
export function unwatched(
  booth: Pick<Booth, "booth_id" | "availability" | "availability_since">,
  gaps: readonly Gap[],
): Interval[] {
  const own: Interval[] = gaps.filter((gap) => gap.booth_id === booth.booth_id);
  if (booth.availability === "online" || !booth.availability_since) return own;
  return [...own, { started_at: booth.availability_since, ended_at: null }];
}

export function placeGaps(intervals: readonly Interval[], window: Window): Span[] {
  return intervals.flatMap((gap) => place(gap.started_at, gap.ended_at, window) ?? []);
}
