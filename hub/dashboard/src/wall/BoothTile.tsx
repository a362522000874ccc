/** One booth on the wall: what it looks like, who sits in it and for how long, and its last ten minutes. */
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { memo, Suspense, useRef } from "react";
import type { Gap, Looking, Severity, Violation } from "@/api/types";
import { BoothPicture } from "@/booths/Picture";
import { warnings } from "@/booths/warnings";
import { count } from "@/text/text";
import { useKnownNowAs } from "@/time/now";
import { InSight, useInSight } from "@/ui/inSight";
import { later } from "@/ui/later";
import { SeverityMark } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import { LookRing } from "@/wall/LookRing";
import { StateChip } from "@/wall/StateChip";
import { Strip } from "@/wall/Strip";
import { TileLine } from "@/wall/TileLine";
import type { TileBooth } from "@/wall/tile";
import { whereTo } from "@/wall/whereTo";

const TileLive = later(async () => (await import("@/wall/TileLive")).TileLive);

const EDGES: Record<Severity, string> = {
  low: "border-low-fill",
  medium: "border-medium-fill",
  high: "border-high-fill",
};
/** Under five seconds, so that nothing that moves must be stopped first (WCAG 2.2.2); then the edge stands. */
const PULSES: Record<Severity, string> = { low: "", medium: "animate-alarm-medium", high: "animate-alarm-high" };

/** What is going on now, over the picture's top edge; the worst of what is open. */
function Happening({ violation }: { violation: Violation }) {
  const said = useKnownNowAs((now) => sentence(violation, now));
  return (
    <p className="tabular flex min-w-0 items-center gap-1.5 rounded-md bg-surface px-2 py-1 font-medium text-xs">
      <SeverityMark severity={violation.severity} size={13} />
      <span className="truncate">{said}</span>
    </p>
  );
}

/** Drawn at once, whatever the screen; those below come with the next breath. */
export const FIRST_TILES = 16;

/** The severity's edge. A new incident has a new key, and so pulses anew. */
function Edge({ severity }: { severity: Severity }) {
  return (
    <span
      aria-hidden="true"
      className={`pointer-events-none absolute inset-0 z-10 rounded-[7px] border-2 ${EDGES[severity]} ${PULSES[severity]}`}
    />
  );
}

function Summary({ booth }: { booth: TileBooth }) {
  const troubles = warnings(booth);
  return (
    <>
      {booth.open_violations > 0 && (
        <span className="font-medium text-ink">{count("booth.open", booth.open_violations)}</span>
      )}
      {booth.violations_last_hour > 0 && (
        <span className="@max-[300px]:sr-only ml-auto">{count("booth.hour", booth.violations_last_hour)}</span>
      )}
      {troubles.map((trouble) => (
        <span
          key={trouble.key}
          title={`${trouble.text}. ${trouble.detail}`}
          className={`relative z-10 inline-flex items-center gap-1 ${trouble.grave ? "text-high" : "text-medium"}`}
        >
          <TriangleAlert size={12} aria-hidden="true" />
          <span className="@max-[260px]:sr-only">{trouble.text}</span>
          <span className="sr-only">{trouble.detail}</span>
        </span>
      ))}
    </>
  );
}

export type TileProps = {
  booth: TileBooth;
  violations: readonly Violation[];
  gaps: readonly Gap[];
  happening: Violation | undefined;
  /** Who looks at it now, besides oneself. */
  people: readonly Looking[];
  /** After how long without a look somebody should look. */
  overlookedAfterMs: number;
  /** Its live picture plays. */
  live: boolean;
  /** One tile is reached by Tab, the others by arrow keys. */
  tabbable: boolean;
  /** Its place on the wall. Not its place in the document: tiles that are taken out and put in again are laid out anew. */
  place: number;
};

export const BoothTile = memo(function BoothTile(props: TileProps) {
  const { booth, violations, gaps, happening, people, overlookedAfterMs, live, tabbable, place } = props;
  const frame = useRef<HTMLLIElement>(null);
  // The first rows are seen at once, and their pictures are what the page is opened for.
  const inSight = useInSight(frame, place < FIRST_TILES);
  return (
    <li
      ref={frame}
      aria-label={booth.name}
      aria-posinset={place + 1}
      style={{ order: place }}
      data-testid="booth-tile"
      data-booth-id={booth.booth_id}
      data-availability={booth.availability}
      data-worst-open={booth.worst_open ?? undefined}
      className="group/tile @container relative flex flex-col overflow-hidden rounded-lg border border-line bg-surface [contain-intrinsic-size:auto_280px] [content-visibility:auto] focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2"
    >
      <InSight value={inSight}>
        <div className="relative">
          <BoothPicture booth={booth} className="aspect-[4/3] w-full" />
          {live && (
            <Suspense>
              <TileLive boothId={booth.booth_id} name={booth.name} />
            </Suspense>
          )}
          <div className="pointer-events-none absolute inset-x-2 top-2 flex items-start justify-between gap-2">
            {happening && !live ? <Happening violation={happening} /> : <span />}
            <LookRing booth={booth} people={people} own={live} afterMs={overlookedAfterMs} />
          </div>
        </div>
        <div className="flex @max-[208px]:gap-1.5 flex-col gap-2 @max-[208px]:px-2 px-3 @max-[208px]:py-2 py-2.5">
          <TileLine booth={booth}>
            <Link
              {...whereTo(booth)}
              tabIndex={tabbable ? 0 : -1}
              data-tile-link
              className="font-semibold outline-none after:absolute after:inset-0"
            >
              {booth.name}
            </Link>
          </TileLine>
          <Strip booth={booth} violations={violations} gaps={gaps} />
          <div className="tabular flex flex-wrap items-center gap-x-2.5 gap-y-0.5 text-ink-3 text-xs">
            <StateChip booth={booth} />
            <Summary booth={booth} />
          </div>
        </div>
      </InSight>
      {booth.worst_open && <Edge key={happening?.violation_id ?? booth.worst_open} severity={booth.worst_open} />}
    </li>
  );
});
