/** What a booth is doing, in one word: the state of its exam session, or of the booth itself where there is none. */
import type { Booth, ExamSession } from "@/api/types";

/** As they are offered to filter by. */
export const TILE_STATES = ["waiting", "in_progress", "paused", "on_break", "idle", "offline", "hand"] as const;
export type TileState = (typeof TILE_STATES)[number];
/** What a chip may say; a raised hand has one of its own beside it. */
export type ChipState = Exclude<TileState, "hand"> | "admitted" | "stopped" | "never_seen";

/** In the booth, and not done. */
const ON = new Set<ExamSession["state"]>(["checked_in", "admitted", "in_progress", "paused", "on_break"]);

/** The exam session that is on; one that is over or has yet to come is on the booth's screen, but not on. */
export function running(booth: Pick<Booth, "exam_session">): ExamSession | null {
  const session = booth.exam_session;
  return session && ON.has(session.state) ? session : null;
}

export function chipState(booth: Pick<Booth, "availability" | "exam_session">): ChipState {
  if (booth.availability !== "online") return booth.availability;
  switch (running(booth)?.state) {
    case "checked_in":
      return "waiting";
    case "admitted":
      return "admitted";
    case "in_progress":
      return "in_progress";
    case "paused":
      return "paused";
    case "on_break":
      return "on_break";
    default:
      return "idle";
  }
}

/** Whether a filter for this state shows the booth. */
export function isIn(booth: Booth, state: TileState): boolean {
  if (state === "hand") return booth.hand_raised_at !== null;
  const chip = chipState(booth);
  if (state === "offline") return chip === "offline" || chip === "stopped" || chip === "never_seen";
  return chip === state || (state === "in_progress" && chip === "admitted");
}

/** How long the candidate still has, milliseconds; null where nobody sits an exam. It stands with the clock. */
export function timeLeftMs(booth: Pick<Booth, "exam_session">, now: number): number | null {
  const session = running(booth);
  if (!session) return null;
  if (session.left_s !== null) return session.left_s * 1000;
  return session.ends_at === null ? null : Date.parse(session.ends_at) - now;
}

/** Since when nobody has looked at an exam that is in progress; null where none is. */
export function unseenSince(booth: Pick<Booth, "exam_session" | "last_looked_at">): number | null {
  const session = running(booth);
  if (session?.state !== "in_progress" || !session.started_at) return null;
  const looked = booth.last_looked_at === null ? 0 : Date.parse(booth.last_looked_at);
  return Math.max(Date.parse(session.started_at), looked);
}
