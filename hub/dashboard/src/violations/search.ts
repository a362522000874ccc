/** What the address of the list of violations says; its words are short on purpose. */
import { KINDS, SEVERITIES, type Severity, type Violation, type ViolationKind } from "@/api/types";

export const REVIEWS = ["unreviewed", "contested", "confirmed", "dismissed"] as const satisfies Violation["review"][];

export type FilterSearch = {
  booth?: string;
  /** An exam session. */
  session?: string;
  kind?: ViolationKind;
  severity?: Severity;
  review?: (typeof REVIEWS)[number];
  open?: boolean;
  q?: string;
  order?: "oldest";
};

const text = (value: unknown) => (typeof value === "string" && value ? value.slice(0, 100) : undefined);

export function parseFilter(raw: Record<string, unknown>): FilterSearch {
  const kind = KINDS.find((known) => known === raw.kind);
  const severity = SEVERITIES.find((known) => known === raw.severity);
  const review = REVIEWS.find((known) => known === raw.review);
  const [booth, session, q] = [raw.booth, raw.session, raw.q].map(text);
  return {
    ...(booth ? { booth } : {}),
    ...(session ? { session } : {}),
    ...(kind ? { kind } : {}),
    ...(severity ? { severity } : {}),
    ...(review ? { review } : {}),
    ...(typeof raw.open === "boolean" ? { open: raw.open } : {}),
    ...(q ? { q } : {}),
    ...(raw.order === "oldest" ? { order: "oldest" } : {}),
  };
}
