/** One booth on the wall: what it looked like, how it is, and its last ten minutes. The whole tile opens the booth. */
import { Link } from "@tanstack/react-router";
import { Hand, TriangleAlert } from "lucide-react";
import type { Booth, Gap, Severity, Violation } from "@/api/types";
import { AvailabilityChip } from "@/booths/Availability";
import { BoothPicture } from "@/booths/Picture";
import { warnings } from "@/booths/warnings";
import { count, t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { SeverityMark } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import { Strip } from "@/wall/Strip";

const RINGS: Record<Severity, string> = {
  low: "border-low-fill",
  medium: "border-medium-fill",
  high: "border-high-fill",
};

/** What is going on now, over the picture's top edge; the worst of what is open. */
function Happening({ violation }: { violation: Violation }) {
  const now = useKnownNow();
  return (
    <p className="tabular absolute top-2 left-2 flex max-w-[calc(100%-16px)] items-center gap-1.5 rounded-md bg-surface px-2 py-1 font-medium text-xs">
      <SeverityMark severity={violation.severity} size={13} />
      <span className="truncate">{sentence(violation, now)}</span>
    </p>
  );
}

function Summary({ booth }: { booth: Booth }) {
  const troubles = warnings(booth);
  return (
    <div className="tabular flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-3 text-xs">
      {booth.hand_raised_at && (
        <span className="inline-flex items-center gap-1 font-medium text-medium">
          <Hand size={12} aria-hidden="true" />
          {t("booth.hand")}
        </span>
      )}
      {booth.open_violations > 0 && (
        <span className="font-medium text-ink">{count("booth.open", booth.open_violations)}</span>
      )}
      {booth.availability !== "never_seen" && (
        <span>
          {booth.violations_last_hour > 0 ? count("booth.hour", booth.violations_last_hour) : t("booth.quiet")}
        </span>
      )}
      {troubles.map((trouble) => (
        <span
          key={trouble.key}
          title={trouble.detail}
          className={`relative z-10 inline-flex items-center gap-1 ${trouble.grave ? "text-high" : "text-medium"}`}
        >
          <TriangleAlert size={12} aria-hidden="true" />
          {trouble.text}
          <span className="sr-only">{trouble.detail}</span>
        </span>
      ))}
    </div>
  );
}

type Props = {
  booth: Booth;
  violations: readonly Violation[];
  gaps: readonly Gap[];
  happening: Violation | undefined;
  /** One tile is reached by Tab, the others by arrow keys. */
  tabbable: boolean;
  onFocus: () => void;
};

export function BoothTile({ booth, violations, gaps, happening, tabbable, onFocus }: Props) {
  const ring = booth.worst_open ? RINGS[booth.worst_open] : "border-line";
  return (
    <li
      aria-label={booth.name}
      data-testid="booth-tile"
      data-booth-id={booth.booth_id}
      data-worst-open={booth.worst_open ?? undefined}
      className={`group/tile relative flex flex-col overflow-hidden rounded-lg border bg-surface transition-colors focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2 ${ring}`}
    >
      <div className="relative">
        <BoothPicture booth={booth} className="aspect-[4/3] w-full" />
        {happening && <Happening violation={happening} />}
      </div>
      <div className="flex flex-col gap-2 p-3">
        <div className="flex items-baseline justify-between gap-3">
          <Link
            to="/booths/$boothId"
            params={{ boothId: booth.booth_id }}
            tabIndex={tabbable ? 0 : -1}
            data-tile-link
            onFocus={onFocus}
            className="truncate font-semibold outline-none after:absolute after:inset-0"
          >
            {booth.name}
          </Link>
          <AvailabilityChip booth={booth} />
        </div>
        <Strip booth={booth} violations={violations} gaps={gaps} />
        <Summary booth={booth} />
      </div>
    </li>
  );
}
