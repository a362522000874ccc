/** Ten minutes of a booth at a glance: height says how severe, hatching says that nobody looked. */
import { memo } from "react";
import { type Gap, SEVERITIES, type Severity, type Violation } from "@/api/types";
import { count, t } from "@/text/text";
import { useKnownNowEvery } from "@/time/now";
import { lastMinutes, type PlacedViolation, placeGaps, placeViolations, unwatched } from "@/violations/strip";
import type { TileBooth } from "@/wall/tile";

export const STRIP_MINUTES = 10;
/** In five seconds the strip of a usual tile moves by two pixels. */
const DRAWN_EVERY_MS = 5000;
const MINUTE_MARKS = [20, 40, 60, 80];
/** Of the strip's height, 20. */
const HEIGHTS: Record<Severity, number> = { low: 8, medium: 14, high: 20 };
const FILLS: Record<Severity, string> = { low: "fill-low-fill", medium: "fill-medium-fill", high: "fill-high-fill" };
/** Percent of the width: what was short is seen all the same. */
const NARROWEST = 1.2;

/** A number from 0 to 1 that is always the same for a booth, and differs among booths. */
function spread(boothId: string): number {
  let hash = 0;
  for (let at = 0; at < boothId.length; at++) hash = (hash * 31 + boothId.charCodeAt(at)) >>> 0;
  return (hash % 97) / 97;
}

/** All spans of one severity as one outline: a strip is three shapes, however much happened. */
function outline(placed: readonly PlacedViolation[], severity: Severity): string {
  const height = HEIGHTS[severity];
  return placed
    .filter(({ violation }) => violation.severity === severity)
    .map(({ left, width }) => {
      const wide = Math.max(width, NARROWEST);
      return `M${Math.min(left, 100 - wide).toFixed(2)} ${20 - height}h${wide.toFixed(2)}v${height}h${-wide.toFixed(2)}z`;
    })
    .join("");
}

/** `violations` and `gaps` are the booth's own. */
type Props = { booth: TileBooth; violations: readonly Violation[]; gaps: readonly Gap[] };

export const Strip = memo(function Strip({ booth, violations, gaps }: Props) {
  const now = useKnownNowEvery(DRAWN_EVERY_MS, spread(booth.booth_id));
  const window = lastMinutes(STRIP_MINUTES, now);
  const placed = placeViolations(violations, window);
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
      {/* Tall ones first: what is drawn over them is lower, and both can be seen. */}
      <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true" className="absolute inset-0 size-full">
        {SEVERITIES.map((severity) => (
          <path key={severity} d={outline(placed, severity)} className={FILLS[severity]} />
        ))}
      </svg>
    </div>
  );
});
