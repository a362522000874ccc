/** A violation as the timeline says it: the sentence, how severe, and what people decided. */
import type { Violation } from "@/api/types";
import { named, t } from "@/text/text";
import { sentence } from "@/violations/sentence";

export function described(violation: Violation, now: number): string {
  const parts = [
    sentence(violation, now),
    t(`severity.${violation.severity}`),
    named("timeline.review", violation.review),
  ];
  return parts.join(" · ");
}
