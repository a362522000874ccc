/** A row for each kind of violation that occurred. High ones are tall; decided ones are filled, dismissed ones struck. */
import { Link } from "@tanstack/react-router";
import { KINDS, type Severity, type Violation } from "@/api/types";
import { named, t } from "@/text/text";
import { clock } from "@/time/format";
import { useKnownNow } from "@/time/now";
import { Lane, spot } from "@/timeline/Lane";
import { severityFill } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import type { Window } from "@/violations/strip";

const TALL: Record<Severity, string> = { high: "inset-y-0.5", medium: "inset-y-[5px]", low: "inset-y-2" };
const OUTLINE: Record<Severity, string> = {
  high: "border-high-fill bg-high-fill/35",
  medium: "border-medium-fill bg-medium-fill/35",
  low: "border-low-fill bg-low-fill/35",
};

export function look({ review, severity }: Pick<Violation, "review" | "severity">): string {
  if (review === "confirmed") return severityFill[severity];
  if (review === "dismissed")
    return "border border-ink-3 bg-[linear-gradient(var(--ink-3),var(--ink-3))] bg-[length:100%_1px] bg-center bg-no-repeat";
  return `border ${OUTLINE[severity]}`;
}

function Span({ violation, window }: { violation: Violation; window: Window }) {
  const now = useKnownNow();
  const from = Date.parse(violation.started_at);
  const style = spot(from, violation.ended_at ? Date.parse(violation.ended_at) : window.to, window);
  if (!style) return null;
  const said = `${sentence(violation, now)} · ${named("timeline.review", violation.review)} · ${clock(from, now)}`;
  return (
    <Link
      to="."
      search={(old) => ({ ...old, violation: violation.violation_id })}
      tabIndex={-1}
      title={said}
      data-violation={violation.violation_id}
      className={`absolute min-w-[3px] rounded-[2px] hover:brightness-110 ${TALL[violation.severity]} ${look(violation)}`}
      style={style}
    >
      <span className="sr-only">{said}</span>
    </Link>
  );
}

export function ViolationLanes({ violations, window }: { violations: readonly Violation[]; window: Window }) {
  const kinds = KINDS.filter((kind) => violations.some((violation) => violation.kind === kind));
  if (kinds.length === 0) {
    return (
      <Lane name={t("timeline.violations")} window={window}>
        <span className="absolute inset-0 grid place-items-center text-2xs text-ink-3">{t("timeline.none")}</span>
      </Lane>
    );
  }
  return kinds.map((kind) => (
    <Lane key={kind} name={named("kind", kind)} window={window}>
      {violations
        .filter((violation) => violation.kind === kind)
        .map((violation) => (
          <Span key={violation.violation_id} violation={violation} window={window} />
        ))}
    </Lane>
  ));
}
