/** What a candidate needs and gets: more time, rules that are off, a note. */
import type { components } from "@/api/schema";
import type { Candidate } from "@/api/types";
import { count, named, t } from "@/text/text";

/** In the order in which they are offered. */
export const RULES = [
  "no_face",
  "multiple_faces",
  "looking_away",
  "eyes_away",
  "person_changed",
  "speech",
  "prohibited_object",
  "camera_blocked",
  "camera_frozen",
  "camera_dark",
  "camera_blurred",
  "camera_moved",
] as const satisfies readonly (keyof components["schemas"]["Rules"])[];

export const ruleName = (rule: string) => named("kind", rule);

export function Accommodations({ candidate }: { candidate: Candidate }) {
  const { extra_time_percent, rules_off, accommodation_note } = candidate;
  if (extra_time_percent === 0 && rules_off.length === 0 && !accommodation_note)
    return <span className="text-ink-3">{t("candidates.none")}</span>;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {extra_time_percent > 0 && <Tag>{t("candidates.extra", { percent: extra_time_percent })}</Tag>}
      {rules_off.length > 0 && (
        <Tag title={rules_off.map(ruleName).join(", ")}>{count("candidates.rules-off", rules_off.length)}</Tag>
      )}
      {accommodation_note && <Tag title={accommodation_note}>{t("candidates.noted")}</Tag>}
    </span>
  );
}

function Tag({ children, title }: { children: string; title?: string }) {
  return (
    <span title={title} className="whitespace-nowrap rounded-sm border border-line-strong px-1.5 text-xs">
      {children}
    </span>
  );
}
