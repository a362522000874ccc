/** Why the rule spoke: measured against limit, by which model and profile, and how often it was wrong lately. */
import { useQuery } from "@tanstack/react-query";
import type { Rate, Violation } from "@/api/types";
import { evidenceOf } from "@/footage/Footage";
import { LATELY_DAYS, ratesQuery } from "@/review/queries";
import { count, named, t } from "@/text/text";
import { number } from "@/time/format";
import { Measure } from "@/violations/Measure";
import { Snapshot } from "@/violations/Snapshot";

export const percent = (share: number) => `${Math.round(share * 100)} %`;

/** What its rule is called in the rates. */
export function rateOf(rates: readonly Rate[], violation: Violation): Rate | undefined {
  const rule = violation.explanation.rule;
  const ofKind = rates.filter((rate) => rate.kind === violation.kind);
  return ofKind.find((rate) => rate.rule === rule) ?? ofKind.find((rate) => rate.rule === null);
}

/** A rule that is called as the kind it raises has that kind's name. */
export function ruleName(rule: string | null | undefined, kind: string): string {
  return rule && rule !== kind ? named("rule", rule) : named("kind", kind);
}

function Lately({ violation }: { violation: Violation }) {
  const { data } = useQuery(ratesQuery(["kind", "rule"], LATELY_DAYS));
  if (!data) return null;
  const rate = rateOf(data.items, violation);
  const decided = rate ? rate.confirmed + rate.dismissed : 0;
  if (!rate || decided === 0 || rate.dismissed_share == null) {
    return <p className="text-ink-3">{t("review.lately-none", { days: LATELY_DAYS })}</p>;
  }
  const { low = 0, high = 1 } = rate as { low?: number; high?: number };
  return (
    <div title={t("review.lately-title", { low: percent(low), high: percent(high) })}>
      <p className="tabular">
        {t("review.lately", {
          dismissed: number(rate.dismissed),
          decided: number(decided),
          percent: percent(rate.dismissed_share),
          days: LATELY_DAYS,
        })}
      </p>
      <div aria-hidden="true" className="relative mt-1.5 h-2 rounded-full bg-line">
        <div
          className="absolute inset-y-0 rounded-full bg-line-strong"
          style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }}
        />
        <div
          className="absolute -inset-y-0.5 w-0.5 rounded-full bg-ink"
          style={{ left: `${rate.dismissed_share * 100}%` }}
        />
      </div>
    </div>
  );
}

export function Why({ violation }: { violation: Violation }) {
  const why = violation.explanation;
  const models = Object.entries(why.models ?? {});
  return (
    <section aria-labelledby="review-why" className="flex flex-col gap-3">
      <h2 id="review-why" className="font-semibold">
        {t("review.why")}
      </h2>
      <div className="flex items-start gap-4">
        {evidenceOf(violation, "clip")?.available && (
          <div title={t("review.snapshot")}>
            <Snapshot violation={violation} className="aspect-[4/3] w-28 shrink-0 rounded-md" />
          </div>
        )}
        <div className="grid min-w-0 flex-1 gap-x-6 gap-y-3 xl:grid-cols-2">
          <Measure violation={violation} />
          <Lately violation={violation} />
        </div>
      </div>
      <p className="tabular flex flex-wrap gap-x-4 gap-y-1 text-ink-2 text-xs">
        <span>{t("review.rule", { rule: ruleName(why.rule, violation.kind) })}</span>
        <span>{t("review.hold", { hold: t("time.s", { s: Number(why.hold_s.toFixed(1)) }) })}</span>
        <span>{count("violation.frames-value", why.frames)}</span>
        {violation.confidence != null && (
          <span>{t("review.confidence", { percent: percent(violation.confidence) })}</span>
        )}
        <span>{t("review.profile", { name: why.profile, version: why.profile_version })}</span>
        {models.length === 0 ? (
          <span>{t("violation.no-models")}</span>
        ) : (
          models.map(([name, sha256]) => (
            <span key={name} title={sha256}>
              {t("review.model", { name })} <code className="font-mono">{sha256.slice(0, 8)}</code>
            </span>
          ))
        )}
      </p>
    </section>
  );
}
