/** When nobody looked, in words: why, for how long, since when. */
import type { Gap } from "@/api/types";
import { named, t } from "@/text/text";
import { duration } from "@/time/format";
import { useKnownNow } from "@/time/now";
import { When } from "@/time/When";

export function gapText(gap: Gap, now: number): string {
  const end = gap.ended_at == null ? now : Date.parse(gap.ended_at);
  const text = duration(end - Date.parse(gap.started_at), false);
  return t("gap.open", { reason: named("gap", gap.reason), duration: text });
}

export function GapList({ gaps }: { gaps: readonly Gap[] }) {
  const now = useKnownNow();
  return (
    <ul className="divide-y divide-line">
      {gaps.map((gap) => (
        <li key={gap.gap_id} className="flex items-baseline justify-between gap-4 py-2">
          <span className="tabular min-w-0">
            {gapText(gap, now)}
            {gap.detail && <span className="ml-2 text-ink-3">{gap.detail}</span>}
          </span>
          <span className="shrink-0 text-ink-3">
            <When at={gap.started_at} show="clock" />
          </span>
        </li>
      ))}
    </ul>
  );
}
