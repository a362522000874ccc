/** Where exam sessions stand in a day: which hours are shown, who is beside whom, who runs into the next. Pure. */
import type { ExamSession } from "@/api/types";

export type Span = { from: number; to: number };
export type Placed = { session: ExamSession; lane: number; lanes: number } & Span;

const HOUR = 3_600_000;
/** Shown however little there is. */
const FIRST_HOUR = 8;
const LAST_HOUR = 18;
/** Places in the day jump by as much: exams begin at such times. */
export const STEP = 5 * 60_000;
/** What did not take place takes no time. */
const NEVER: ReadonlySet<ExamSession["state"]> = new Set(["cancelled"]);
const OVER: ReadonlySet<ExamSession["state"]> = new Set([
  "completed",
  "terminated",
  "turned_away",
  "no_show",
  "cancelled",
]);

export const isOver = (session: ExamSession) => OVER.has(session.state);
export const takesTime = (session: ExamSession) => !NEVER.has(session.state);
export const startOfSession = (session: ExamSession) => Date.parse(session.scheduled_start);

/** As scheduled, or as late as it has become by starting late; what was sat, until it ended. */
export function endOfSession(session: ExamSession): number {
  const planned = Math.max(Date.parse(session.scheduled_end), session.ends_at ? Date.parse(session.ends_at) : 0);
  if (!session.ended_at || !session.started_at) return planned;
  return Math.max(Date.parse(session.ended_at), startOfSession(session) + 2 * STEP);
}

/** Whole hours around all that happens on the day, eight to six at least. */
export function shownHours(midnight: number, nextMidnight: number, sessions: readonly ExamSession[]): Span {
  const first = Math.min(midnight + FIRST_HOUR * HOUR, ...sessions.map(startOfSession));
  const last = Math.max(midnight + LAST_HOUR * HOUR, ...sessions.map(endOfSession));
  const from = midnight + Math.floor((Math.max(first, midnight) - midnight) / HOUR) * HOUR;
  const to = midnight + Math.ceil((Math.min(last, nextMidnight) - midnight) / HOUR) * HOUR;
  return { from, to };
}

export function hoursOf({ from, to }: Span): number[] {
  return Array.from({ length: Math.round((to - from) / HOUR) }, (_, at) => from + at * HOUR);
}

/** Those of one booth, side by side where they overlap. */
export function place(sessions: readonly ExamSession[]): Placed[] {
  const sorted = [...sessions].sort((one, other) => startOfSession(one) - startOfSession(other));
  const placed: Placed[] = [];
  let group: Placed[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const each of group) each.lanes = ends.length;
    group = [];
    ends = [];
  };
  for (const session of sorted) {
    const from = startOfSession(session);
    const to = endOfSession(session);
    if (ends.length > 0 && ends.every((end) => end <= from)) close();
    const free = ends.findIndex((end) => end <= from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = to;
    const each = { session, lane, lanes: 1, from, to };
    group.push(each);
    placed.push(each);
  }
  close();
  return placed;
}

/** Exam sessions that run into the next one of their booth: a late start, more time. By id, with who comes next. */
export function collisions(placed: readonly Placed[]): Map<string, ExamSession> {
  const alive = placed.filter(({ session }) => !isOver(session));
  const found = new Map<string, ExamSession>();
  for (const one of alive) {
    const next = alive.find((other) => other !== one && other.from >= one.from && other.from < one.to);
    if (next) found.set(one.session.exam_session_id, next.session);
  }
  return found;
}

/** The nearest step. */
export const snap = (at: number) => Math.round(at / STEP) * STEP;

/** From 0 to 100: how far along the hours that are shown. */
export const percent = (at: number, { from, to }: Span) => ((at - from) / (to - from)) * 100;

/** `Map.groupBy`, which browsers of 2023 do not have yet. */
export function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
