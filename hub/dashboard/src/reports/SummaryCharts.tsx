/** A summary drawn: each chart's title is the question that it answers. */
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import type { SittingState } from "@/api/types";
import { Bars, Legend, type Part } from "@/reports/Bars";
import type { Summary } from "@/reports/queries";
import { percent } from "@/reports/Share";
import { count, named, t } from "@/text/text";
import { duration, number } from "@/time/format";
import { Section } from "@/ui/Facts";

function Sum({ name, value, detail }: { name: string; value: ReactNode; detail: string }) {
  return (
    <div className="min-w-0 p-4">
      <dt className="text-ink-2">{name}</dt>
      <dd className="tabular font-semibold text-xl tracking-tight">{value}</dd>
      <dd className="text-ink-3 text-xs">{detail}</dd>
    </div>
  );
}

function decisions(kind: Summary["kinds"][number]): Part[] {
  return [
    { name: t("report.kind-confirmed"), value: kind.confirmed, look: "solid" },
    { name: t("report.kind-undecided"), value: kind.unreviewed, look: "outline" },
    { name: t("report.kind-dismissed"), value: kind.dismissed, look: "hatched" },
  ];
}

function Numbers({ summary }: { summary: Summary }) {
  const unknown = t("booth.unknown");
  return (
    <dl className="panel grid grid-cols-2 divide-line lg:grid-cols-5 lg:divide-x">
      <Sum
        name={t("exam-sessions.title")}
        value={number(summary.exam_sessions)}
        detail={t("summary.sessions-detail", { count: number(summary.states.completed ?? 0) })}
      />
      <Sum
        name={t("summary.monitored")}
        value={duration(summary.monitored_s * 1000, false)}
        detail={t("summary.monitored-detail")}
      />
      <Sum
        name={t("gap.title")}
        value={number(summary.gaps)}
        detail={t("summary.gaps-detail", { time: duration(summary.gaps_s * 1000, false) })}
      />
      <Sum
        name={t("summary.reviewed")}
        value={summary.review_share === null ? unknown : percent(100 * summary.review_share)}
        detail={t("summary.reviewed-detail", { done: number(summary.reviewed), all: number(summary.violations) })}
      />
      <Sum
        name={t("summary.check-in")}
        value={summary.check_in_s === null ? unknown : duration(summary.check_in_s * 1000, false)}
        detail={count("summary.check-in-detail", summary.checked_in)}
      />
    </dl>
  );
}

export function SummaryCharts({ summary, csv }: { summary: Summary; csv: string }) {
  const kinds = summary.kinds.toSorted((a, b) => b.confirmed + b.unreviewed - a.confirmed - a.unreviewed);
  const rated = summary.kinds
    .filter((kind) => kind.false_alarm_share !== null)
    .toSorted((a, b) => (b.false_alarm_share ?? 0) - (a.false_alarm_share ?? 0));
  const frequent = summary.kinds
    .filter((kind) => kind.per_monitored_hour !== null)
    .toSorted((a, b) => (b.per_monitored_hour ?? 0) - (a.per_monitored_hour ?? 0));
  const states = Object.entries(summary.states) as [SittingState, number][];
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold text-lg tracking-tight">{summary.name}</h2>
        <a
          href={csv}
          download
          className="inline-flex h-8 items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 hover:bg-hover print:hidden"
        >
          <Download size={14} aria-hidden="true" />
          CSV
        </a>
      </div>
      <Numbers summary={summary} />
      <div className="grid gap-4 xl:grid-cols-2">
        <Section title={t("summary.q-found")}>
          {kinds.length === 0 ? (
            <p className="py-2 text-ink-3">{t("report.found.nothing")}</p>
          ) : (
            <>
              <div className="py-2">
                <Legend
                  parts={[
                    { name: t("report.kind-confirmed"), look: "solid" },
                    { name: t("report.kind-undecided"), look: "outline" },
                    { name: t("report.kind-dismissed"), look: "hatched" },
                  ]}
                />
              </div>
              <Bars
                label={t("summary.q-found")}
                bars={kinds.map((kind) => ({
                  name: named("kind", kind.kind),
                  parts: decisions(kind),
                  shown: `${kind.confirmed} · ${kind.unreviewed} · ${kind.dismissed}`,
                }))}
              />
            </>
          )}
        </Section>
        <Section title={t("summary.q-false")} aside={t("summary.q-false-aside")}>
          {rated.length === 0 ? (
            <p className="py-2 text-ink-3">{t("summary.undecided")}</p>
          ) : (
            <Bars
              label={t("summary.q-false")}
              bars={rated.map((kind) => ({
                name: named("kind", kind.kind),
                parts: [
                  { name: t("report.kind-dismissed"), value: kind.false_alarm_share ?? 0, look: "hatched" },
                  { name: t("report.kind-confirmed"), value: 1 - (kind.false_alarm_share ?? 0), look: "solid" },
                ],
                shown: t("summary.false-value", {
                  share: percent(100 * (kind.false_alarm_share ?? 0)),
                  of: kind.confirmed + kind.dismissed,
                }),
              }))}
            />
          )}
        </Section>
        <Section title={t("summary.q-often")} aside={t("summary.q-often-aside")}>
          {frequent.length === 0 ? (
            <p className="py-2 text-ink-3">{t("summary.nothing-monitored")}</p>
          ) : (
            <Bars
              label={t("summary.q-often")}
              bars={frequent.map((kind) => ({
                name: named("kind", kind.kind),
                parts: [{ name: named("kind", kind.kind), value: kind.per_monitored_hour ?? 0, look: "solid" }],
                shown: number(kind.per_monitored_hour ?? 0, 2),
              }))}
            />
          )}
        </Section>
        <Section title={t("summary.q-states")}>
          <Bars
            label={t("summary.q-states")}
            bars={states.map(([state, many]) => ({
              name: named("sitting", state),
              parts: [{ name: named("sitting", state), value: many, look: "solid" }],
              shown: number(many),
            }))}
          />
        </Section>
      </div>
    </>
  );
}
