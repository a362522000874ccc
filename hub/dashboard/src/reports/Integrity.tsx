/** The integrity summary: sums of times with how each is made, and what they cannot say. No verdict, no colour (ADR 34). */
import type { Figure, Report } from "@/reports/queries";
import { percent } from "@/reports/Share";
import { count, named, t } from "@/text/text";
import { duration, number } from "@/time/format";
import { Section } from "@/ui/Facts";

function shown({ value, unit }: Figure): string {
  if (value === null) return t("booth.unknown");
  return unit === "%" ? percent(value) : duration(value * 1000, false);
}

function Headline({ name, figure, words }: { name: string; figure: string; words: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-1 p-4">
      <dt className="text-ink-2">{name}</dt>
      <dd className="tabular font-semibold text-2xl tracking-tight">{figure}</dd>
      <dd className="text-ink-3 text-xs">{words}</dd>
    </div>
  );
}

function Kinds({ report }: { report: Report }) {
  const { kinds } = report.integrity;
  if (kinds.length === 0) return null;
  return (
    <table aria-label={t("report.kinds")} className="tabular mt-2 w-full">
      <thead>
        <tr className="text-left text-ink-3 text-xs">
          {[t("filter.kind"), t("report.kind-confirmed"), t("report.kind-undecided"), t("report.kind-dismissed")].map(
            (head) => (
              <th key={head} scope="col" className="border-line border-b py-2 pr-3 font-medium">
                {head}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {kinds.map((kind) => (
          <tr key={kind.kind}>
            <th scope="row" className="border-line border-b py-2 pr-3 text-left align-top font-normal">
              {named("kind", kind.kind)}
            </th>
            <td className="border-line border-b py-2 pr-3 align-top" title={kind.share.formula}>
              {kind.confirmed > 0 ? (
                <>
                  {number(kind.confirmed)} · {duration(kind.confirmed_s * 1000)}
                  <span className="block text-ink-3 text-xs">{kind.share.words}</span>
                </>
              ) : (
                <span className="text-ink-3">0</span>
              )}
            </td>
            <td className="border-line border-b py-2 pr-3 align-top">
              {kind.undecided > 0 ? (
                `${number(kind.undecided)} · ${duration(kind.undecided_s * 1000)}`
              ) : (
                <span className="text-ink-3">0</span>
              )}
            </td>
            <td className="border-line border-b py-2 align-top text-ink-2">{number(kind.dismissed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Integrity({ report }: { report: Report }) {
  const { integrity } = report;
  const undecided = integrity.unreviewed + integrity.contested;
  return (
    <Section title={t("report.integrity")} aside={t("report.integrity-aside")}>
      <dl className="-mx-4 mt-2 grid divide-y divide-line border-line border-y sm:grid-cols-3 sm:divide-x sm:divide-y-0">
        <Headline name={t("report.clear")} figure={shown(integrity.clear)} words={integrity.clear.words} />
        <Headline name={t("report.coverage")} figure={shown(integrity.coverage)} words={integrity.coverage.words} />
        <Headline
          name={t("report.undecided-name")}
          figure={number(undecided)}
          words={
            undecided === 0
              ? t("report.undecided-none")
              : [
                  integrity.unreviewed > 0 && count("report.unreviewed", integrity.unreviewed),
                  integrity.contested > 0 && t("report.contested", { count: integrity.contested }),
                ]
                  .filter(Boolean)
                  .join(" · ")
          }
        />
      </dl>
      <Kinds report={report} />
      <ul className="mt-3 flex list-disc flex-col gap-1 pl-5 text-ink-2">
        {integrity.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <details className="mt-3 print:hidden">
        <summary className="cursor-pointer text-ink-2 hover:text-ink">{t("report.how-made")}</summary>
        <dl className="mt-2 divide-y divide-line">
          {(["expected", "gaps", "monitored", "coverage", "confirmed", "clear"] as const).map((name) => (
            <div key={name} className="py-2">
              <dt className="flex justify-between gap-4">
                <span>{t(`report.figure.${name}`)}</span>
                <span className="tabular font-medium">{shown(integrity[name])}</span>
              </dt>
              <dd className="text-ink-2 text-xs">{integrity[name].words}</dd>
              <dd>
                <code className="break-words font-mono text-ink-3 text-xs">{integrity[name].formula}</code>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </Section>
  );
}
