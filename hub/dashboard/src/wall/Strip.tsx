/** Ten minutes of a booth at a glance: height says how severe, hatching says that nobody looked. */
import type { Booth, Gap, Severity, Violation } from "@/api/types";
import { count, t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { severityFill } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import { lastMinutes, placeGaps, placeViolations, tallestFirst, unwatched } from "@/violations/strip";

export const STRIP_MINUTES = 10;
const MINUTE_MARKS = [20, 40, 60, 80];
const HEIGHTS: Record<Severity, string> = { low: "h-2", medium: "h-3.5", high: "h-5" };

type Props = { booth: Booth; violations: readonly Violation[]; gaps: readonly Gap[] };

export function Strip({ booth, violations, gaps }: Props) {
  const now = useKnownNow();
  const window = lastMinutes(STRIP_MINUTES, now);
  const own = violations.filter((violation) => violation.booth_id === booth.booth_id);
  const placed = tallestFirst(placeViolations(own, window));
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
