/** Who sat which exam, where and when. */
import type { Report } from "@/reports/queries";
import { named, t } from "@/text/text";
import { clock, duration } from "@/time/format";
import { hubNow } from "@/time/now";
import { When } from "@/time/When";
import { Fact, Facts, Section } from "@/ui/Facts";

function Moment({ name, at }: { name: string; at: string | null }) {
  if (at === null) return null;
  return (
    <Fact name={name}>
      <When at={at} show="clock" />
    </Fact>
  );
}

export function ReportFacts({ report }: { report: Report }) {
  const { candidate, pauses } = report;
  const stood = pauses.reduce((sum, pause) => sum + pause.seconds, 0);
  return (
    <Section title={t("exam-session.facts")}>
      <Facts>
        <Fact name={t("exam-sessions.candidate")}>{candidate.name}</Fact>
        <Fact name={t("exam-session.number")}>{candidate.number}</Fact>
        <Fact name={t("exam-sessions.exam")}>{report.exam_name}</Fact>
        {report.stays.map((stay) => (
          <Fact key={`${stay.booth_id} ${stay.started_at}`} name={t("exam-sessions.booth")}>
            {[stay.booth_name, stay.room_name, stay.site_name].filter(Boolean).join(", ")}
            {report.stays.length > 1 && (
              <span className="block text-ink-3 text-xs">
                <When at={stay.started_at} show="clock" /> – <When at={stay.ended_at} show="clock" />
              </span>
            )}
          </Fact>
        ))}
        <Moment name={t("exam-session.begins")} at={report.scheduled_start} />
        <Moment name={t("report.admitted")} at={report.admitted_at} />
        <Moment name={t("exam-session.started")} at={report.started_at} />
        <Moment name={t("exam-session.ended")} at={report.ended_at} />
        <Fact name={t("report.planned")}>{duration(report.duration_s * 1000, false)}</Fact>
        {(candidate.extra_time_percent > 0 || report.extra_time_s > 0) && (
          <Fact name={t("exam-session.extra")}>
            {t("exam-session.extra-value", {
              percent: candidate.extra_time_percent,
              minutes: Math.round(report.extra_time_s / 60),
            })}
          </Fact>
        )}
        {stood > 0 && (
          <Fact name={t("report.stood")} title={t("report.stood-title")}>
            {duration(stood * 1000, false)}
          </Fact>
        )}
        {candidate.rules_off.length > 0 && (
          <Fact name={t("exam-session.rules-off")}>
            {candidate.rules_off.map((rule) => named("kind", rule)).join(", ")}
          </Fact>
        )}
        {report.notice_acknowledged_at && (
          <Fact name={t("exam-session.notice")}>
            {t("exam-session.notice-value", {
              version: report.notice_version ?? "",
              time: clock(Date.parse(report.notice_acknowledged_at), hubNow()),
            })}
          </Fact>
        )}
      </Facts>
    </Section>
  );
}
