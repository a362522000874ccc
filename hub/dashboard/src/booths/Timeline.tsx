/** A booth's last hour: a row for each kind that occurred, a row for when nobody looked, and the present at the right. */
import { Link } from "@tanstack/react-router";
import type { Booth, Gap, Violation } from "@/api/types";
import { KINDS } from "@/api/types";
import { named, t } from "@/text/text";
import { clock, duration } from "@/time/format";
import { useKnownNow } from "@/time/now";
import { severityFill } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import { lastMinutes, placeGaps, placeViolations, unwatched, type Window } from "@/violations/strip";

export const TIMELINE_MINUTES = 60;
const STEP_MS = 10 * 60_000;

/** Full ten minutes of the clock within the window, as percent and label. */
export function ticks(window: Window): { at: number; left: number }[] {
  const found = [];
  for (let at = Math.ceil(window.from / STEP_MS) * STEP_MS; at <= window.to; at += STEP_MS) {
    found.push({ at, left: ((at - window.from) / (window.to - window.from)) * 100 });
  }
  return found;
}

const ROW = "grid grid-cols-[112px_minmax(0,1fr)] items-center gap-3 sm:grid-cols-[136px_minmax(0,1fr)]";
const LANE = "relative h-7 border-line border-b";

function Lines({ window }: { window: Window }) {
  return ticks(window).map(({ at, left }) => (
    <span key={at} className="absolute inset-y-0 w-px bg-line" style={{ left: `${left}%` }} />
  ));
}

type Props = { booth: Booth; violations: readonly Violation[]; gaps: readonly Gap[] };

export function Timeline({ booth, violations, gaps }: Props) {
  const now = useKnownNow();
  const window = lastMinutes(TIMELINE_MINUTES, now);
  const placed = placeViolations(violations, window);
  const blind = placeGaps(unwatched(booth, gaps), window);
  const kinds = KINDS.filter((kind) => placed.some(({ violation }) => violation.kind === kind));
  if (kinds.length === 0 && blind.length === 0) {
    return <p className="py-6 text-center text-ink-3">{t("booth.timeline-empty")}</p>;
  }
  return (
    <div className="mt-2 flex flex-col" data-testid="timeline">
      {kinds.map((kind) => (
        <div key={kind} className={ROW}>
          <span className="truncate text-ink-2">{named("kind", kind)}</span>
          <div className={LANE} data-time-axis>
            <Lines window={window} />
            {placed
              .filter(({ violation }) => violation.kind === kind)
              .map(({ violation, left, width }) => (
                <Link
                  key={violation.violation_id}
                  to="."
                  search={(old) => ({ ...old, violation: violation.violation_id })}
                  aria-label={sentence(violation, now)}
                  title={`${sentence(violation, now)} · ${clock(Date.parse(violation.started_at))}`}
                  className={`absolute inset-y-1.5 min-w-1 rounded-[2px] hover:inset-y-1 ${severityFill[violation.severity]}`}
                  style={{ left: `min(${left}%, calc(100% - 4px))`, width: `${width}%` }}
                />
              ))}
          </div>
        </div>
      ))}
      {blind.length > 0 && (
        <div className={ROW}>
          <span className="truncate text-ink-2">{t("gap.row")}</span>
          <div className={LANE} data-time-axis>
            <Lines window={window} />
            {blind.map(({ left, width }) => (
              <span
                key={`${left}-${width}`}
                title={duration((width / 100) * TIMELINE_MINUTES * 60_000, false)}
                className="hatched absolute inset-y-1 min-w-0.5 rounded-[2px] border border-line-strong"
                style={{ left: `${left}%`, width: `${width}%` }}
              />
            ))}
          </div>
        </div>
      )}
      <div className={ROW}>
        <span />
        <div className="tabular relative h-5 text-2xs text-ink-3">
          {ticks(window).map(({ at, left }, index) => (
            <span
              key={at}
              className={`absolute top-1 -translate-x-1/2 ${index % 2 ? "max-sm:hidden" : ""} ${left > 97 ? "-translate-x-full" : ""}`}
              style={{ left: `${left}%` }}
            >
              {clock(at).slice(0, 5)}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}
