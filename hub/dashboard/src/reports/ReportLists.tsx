/** The shorter lists of a report: gaps, steps, what was said, moments that somebody marked. */
import type { ReactNode } from "react";
import type { Report } from "@/reports/queries";
import { named, t } from "@/text/text";
import { duration } from "@/time/format";
import { When } from "@/time/When";
import { Section } from "@/ui/Facts";

function Line({ at, aside, children }: { at: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <li className="flex items-baseline gap-4 py-2 print:break-inside-avoid">
      <span className="w-28 shrink-0 text-ink-3 text-xs">
        <When at={at} show="clock" />
      </span>
      <div className="min-w-0 flex-1">{children}</div>
      {aside}
    </li>
  );
}

const Quiet = ({ children }: { children: ReactNode }) => <span className="block text-ink-3 text-xs">{children}</span>;

export function ReportGaps({ report }: { report: Report }) {
  const { gaps, recording } = report;
  return (
    <Section title={t("gap.title")} aside={t("report.gaps-aside")}>
      {gaps.length === 0 && <p className="py-2 text-ink-3">{t("report.no-gaps")}</p>}
      <ol className="divide-y divide-line">
        {gaps.map((gap) => (
          <Line
            key={gap.gap_id}
            at={gap.started_at}
            aside={
              <span className="tabular whitespace-nowrap text-right">
                {duration(gap.counted_s * 1000)}
                <Quiet>{t("report.counted")}</Quiet>
              </span>
            }
          >
            {gap.words}
            {gap.detail && <Quiet>{gap.detail}</Quiet>}
          </Line>
        ))}
      </ol>
      {recording.wanted && (
        <p className="pt-2 text-ink-2">
          {t("report.recorded", {
            covered: duration(recording.covered_s * 1000, false),
            expected: duration(recording.expected_s * 1000, false),
          })}
        </p>
      )}
    </Section>
  );
}

export function ReportSteps({ report }: { report: Report }) {
  return (
    <Section title={t("exam-session.steps")}>
      <ol className="divide-y divide-line">
        {report.steps.map((step) => (
          <Line key={`${step.at} ${step.action}`} at={step.at}>
            <span className="font-medium">{step.words}</span>
            <Quiet>
              {[step.by.name, step.by.role && named("role", step.by.role)].filter(Boolean).join(" · ")}
              {step.note && <q className="block break-words">{step.note}</q>}
            </Quiet>
          </Line>
        ))}
      </ol>
    </Section>
  );
}

export function ReportMessages({ report }: { report: Report }) {
  return (
    <Section title={t("said.title")}>
      {report.messages.length === 0 && <p className="py-2 text-ink-3">{t("said.none")}</p>}
      <ol className="divide-y divide-line">
        {report.messages.map((message) => (
          <Line key={`${message.at} ${message.text}`} at={message.at}>
            <p className="break-words">
              {message.kind === "warning" && <strong className="mr-1 text-medium">{t("said.warning")}</strong>}
              {message.text}
            </p>
            <Quiet>
              {message.by.name} · {t(message.read_at ? "said.read" : "report.unread")}
            </Quiet>
          </Line>
        ))}
      </ol>
    </Section>
  );
}

export function ReportFlags({ report }: { report: Report }) {
  const flags = report.flags.filter((flag) => !flag.withdrawn);
  return (
    <Section title={t("flag.title")}>
      {flags.length === 0 && <p className="py-2 text-ink-3">{t("flag.none")}</p>}
      <ol className="divide-y divide-line">
        {flags.map((flag) => (
          <Line key={`${flag.at} ${flag.note}`} at={flag.at}>
            <p className="break-words">{flag.note}</p>
            <Quiet>{[flag.by.name, flag.kind && named("kind", flag.kind)].filter(Boolean).join(" · ")}</Quiet>
          </Line>
        ))}
      </ol>
    </Section>
  );
}
