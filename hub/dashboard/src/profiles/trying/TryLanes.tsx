/** What each profile would raise on the clip's own time: a lane for every kind, the same for all, so that eyes compare. */
import { KINDS, type Severity } from "@/api/types";
import type { Tried, TrySpan, TryView } from "@/profiles/trying/tries";
import { named, t } from "@/text/text";
import { number } from "@/time/format";
import { Lane, ROW, spot } from "@/timeline/Lane";
import { ticks } from "@/timeline/scale";
import { severityFill } from "@/violations/Severity";

const TALL: Record<Severity, string> = { high: "inset-y-0.5", medium: "inset-y-[5px]", low: "inset-y-2" };

/** "Looking away, left · High · 2.0 s to 31.5 s" */
export function spanText(span: TrySpan): string {
  return t("trying.span", {
    what: spanName(span),
    severity: t(`severity.${span.severity}`),
    from: number(span.started_s, 1),
    to: number(span.ended_s, 1),
  });
}

export function spanName({ kind, label }: TrySpan): string {
  const prefix = kind === "prohibited_object" ? "object" : "direction";
  return label ? t("trying.what", { kind: named("kind", kind), label: named(prefix, label) }) : named("kind", kind);
}

type Props = {
  tried: readonly Tried[];
  found: TryView["found"];
  /** Seconds that the lanes show. */
  length: number;
  at: number;
  onSeek: (at: number) => void;
};

export function TryLanes({ tried, found, length, at, onSeek }: Props) {
  const window = { from: 0, to: length * 1000 };
  const kinds = KINDS.filter((kind) => found.some(({ spans }) => spans.some((span) => span.kind === kind)));
  return (
    <div className="relative flex flex-col gap-3" data-time-axis>
      {tried.map(({ title }, number_) => (
        <div key={title}>
          <h3 className="mb-1 font-medium">{title}</h3>
          {kinds.length === 0 && (
            <Lane name={t("trying.nothing-lane")} window={window}>
              {null}
            </Lane>
          )}
          {kinds.map((kind) => (
            <Lane key={kind} name={named("kind", kind)} window={window}>
              {found[number_]?.spans
                .filter((span) => span.kind === kind)
                .map((span) => {
                  const style = spot(span.started_s * 1000, span.ended_s * 1000, window);
                  return (
                    style && (
                      <button
                        key={`${span.started_s} ${span.label}`}
                        type="button"
                        tabIndex={-1}
                        title={spanText(span)}
                        aria-label={spanText(span)}
                        onClick={() => onSeek(span.started_s)}
                        style={style}
                        className={`absolute min-w-[3px] rounded-[2px] hover:brightness-110 ${TALL[span.severity]} ${severityFill[span.severity]}`}
                      />
                    )
                  );
                })}
            </Lane>
          ))}
        </div>
      ))}
      <div aria-hidden="true" className={ROW}>
        <span />
        <div className="tabular relative h-4 text-2xs text-ink-3">
          {ticks(window).map(({ at: tick, left }) => (
            <span
              key={tick}
              style={{ left: `${left}%` }}
              className={`absolute whitespace-nowrap ${left > 92 ? "-translate-x-full" : left > 4 ? "-translate-x-1/2" : ""}`}
            >
              {t("time.s", { s: tick / 1000 })}
            </span>
          ))}
        </div>
      </div>
      {at <= length && (
        <div aria-hidden="true" className={`pointer-events-none absolute inset-0 ${ROW}`}>
          <span />
          <div className="relative">
            <span
              data-playhead
              className="absolute inset-y-0 w-px bg-accent"
              style={{ left: `${(at / Math.max(0.1, length)) * 100}%` }}
            />
          </div>
        </div>
      )}
    </div>
  );
}
