/** What the address of the list says. */
import type { SittingState } from "@/api/types";

export type When = "now" | "coming" | "over";
export type ExamSessionSearch = { when?: When; q?: string };

export const STATES_OF: Record<When, readonly SittingState[]> = {
  now: ["checked_in", "admitted", "in_progress", "paused", "on_break"],
  coming: ["scheduled"],
  over: ["completed", "terminated", "turned_away", "no_show", "cancelled"],
};

export function parseExamSessionSearch(raw: Record<string, unknown>): ExamSessionSearch {
  return {
    ...(typeof raw.when === "string" && raw.when in STATES_OF ? { when: raw.when as When } : {}),
    ...(typeof raw.q === "string" && raw.q ? { q: raw.q.slice(0, 100) } : {}),
  };
}
