/** Ten minutes of a booth at a glance: height says how severe, hatching says that nobody looked. */
import type { Booth, Gap, Severity, Violation } from "@/api/types";
import { count, t } from "@/text/text";
import { useKnownNowEvery } from "@/time/now";
import { severityFill } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import { lastMinutes, placeGaps, placeViolations, tallestFirst, unwatched } from "@/violations/strip";

export const STRIP_MINUTES = 10;
/** In five seconds the strip of a usual tile moves by two pixels. */
const DRAWN_EVERY_MS = 5000;
const MINUTE_MARKS = [20, 40, 60, 80];
const HEIGHTS: Record<Severity, string> = { low: "h-2", medium: "h-3.5", high: "h-5" };

/** A number from 0 to 1 that is always the same for a booth, and differs among booths. */
function spread(boothId: string): number {
  let hash = 0;
  for (let at = 0; at < boothId.length; at++) hash = (hash * 31 + boothId.charCodeAt(at)) >>> 0;
  return (hash % 97) / 97;
}

/** `violations` and `gaps` are the booth's own. */
type Props = { booth: Booth; violations: readonly Violation[]; gaps: readonly Gap[] };

export function Strip({ booth, violations, gaps }: Props) {
  const now = useKnownNowEvery(DRAWN_EVERY_MS, spread(booth.booth_id));
  const window = lastMinutes(STRIP_MINUTES, now);
  const placed = tallestFirst(placeViolations(violations, window));
  return (
    <div
      role="img"
      data-testid="strip"
      aria-label={count("booth.strip", placed.length)}
      className="relative h-5 overflow-hidden border-line border-b"
    >
      {placeGaps(unwatched(booth, gaps), window).map((gap) => (
        <span
          key={`${gap.left}-${gap.width}`}
          title={t("booth.gap")}
          className="hatched absolute inset-y-0"
          style={{ left: `${gap.left}%`, width: `${gap.width}%` }}
        />
      ))}
      {MINUTE_MARKS.map((at) => (
        <span key={at} className="absolute bottom-0 h-1 w-px bg-line" style={{ left: `${at}%` }} />
      ))}
      {placed.map(({ violation, left, width }) => (
        <span
          key={violation.violation_id}
          title={sentence(violation, now)}
          className={`absolute bottom-0 min-w-[3px] rounded-t-[2px] ${severityFill[violation.severity]} ${HEIGHTS[violation.severity]}`}
          style={{ left: `min(${left}%, calc(100% - 3px))`, width: `${width}%` }}
        />
      ))}
    </div>
  );
}
