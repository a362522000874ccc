/** What a person decided about a violation, and whether it waits for them. */
import type { Review, Violation } from "@/api/types";

export type Verdict = "confirmed" | "dismissed";
/** In the order of the number keys. */
export const REASONS = ["nothing_there", "ordinary", "allowed", "other_person", "technical", "other"] as const;
export type DismissalReason = (typeof REASONS)[number];

export type Given = { decision: Verdict; reason?: DismissalReason; note: string };

/** The decision of this person that stands. */
export function own(violation: Violation, username: string): Review | undefined {
  return violation.reviews?.find((review) => review.username === username);
}

export function waits(violation: Violation, username: string): boolean {
  if (violation.changed_since_review) return true;
  const undecided = violation.review === "unreviewed" || violation.review === "contested";
  return undecided && own(violation, username) === undefined;
}

/** The violation as it most likely is once the hub has heard of the decision; the hub's answer takes its place. */
export function foreseen(
  violation: Violation,
  me: { username: string; display_name: string },
  given: Given,
): Violation {
  const others = (violation.reviews ?? []).filter((review) => review.username !== me.username);
  const review: Review = {
    review_id: "",
    decision: given.decision,
    reason_code: given.reason ?? null,
    note: given.note,
    username: me.username,
    display_name: me.display_name,
    decided_at: new Date().toISOString(),
  };
  const alone = others.length === 0 && violation.reviews_hidden === 0 && violation.reviews_wanted === 1;
  return {
    ...violation,
    reviews: [...others, review],
    review: alone ? given.decision : violation.review,
    changed_since_review: false,
  } as Violation;
}

/** Only what lies in one exam session and is of one kind is decided in one go. */
export function alike(one: Violation, other: Violation): boolean {
  return one.kind === other.kind && one.exam_session_id === other.exam_session_id && one.booth_id === other.booth_id;
}
