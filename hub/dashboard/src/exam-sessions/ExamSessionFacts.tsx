/** What is settled about one exam session. */
import type { ExamSessionDetail } from "@/api/types";
import { named, t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { When } from "@/time/When";
import { CopyCode } from "@/ui/CopyCode";
import { Fact, Facts } from "@/ui/Facts";

export function ExamSessionFacts({ detail }: { detail: ExamSessionDetail }) {
  const { exam_session: session } = detail;
  const extra = detail.extra_time_percent > 0 || session.extra_time_s > 0;
  return (
    <>
      <Facts>
        <Fact name={t("exam-sessions.exam")}>{session.exam_name}</Fact>
        <Fact name={t("exam-session.number")}>{session.candidate_number}</Fact>
        {detail.check_in_code && (
          <Fact name={t("exam-session.code")}>
            <CopyCode text={detail.check_in_code} />
          </Fact>
        )}
        <Fact name={t("exam-session.begins")}>
          <When at={session.scheduled_start} show="clock" />
        </Fact>
        {session.started_at && (
          <Fact name={t("exam-session.started")}>
            <When at={session.started_at} show="clock" />
          </Fact>
        )}
        {session.ended_at && (
          <Fact name={t("exam-session.ended")}>
            <When at={session.ended_at} show="clock" />
          </Fact>
        )}
        {extra && (
          <Fact name={t("exam-session.extra")}>
            {t("exam-session.extra-value", {
              percent: detail.extra_time_percent,
              minutes: Math.round(session.extra_time_s / 60),
            })}
          </Fact>
        )}
        {detail.accommodation_note && <Fact name={t("exam-session.accommodation")}>{detail.accommodation_note}</Fact>}
        {detail.rules_off.length > 0 && (
          <Fact name={t("exam-session.rules-off")}>
            {detail.rules_off.map((rule) => named("kind", rule)).join(", ")}
          </Fact>
        )}
        {detail.notice_acknowledged_at && (
          <Fact name={t("exam-session.notice")}>
            {t("exam-session.notice-value", {
              version: session.notice_version ?? "",
              time: clock(Date.parse(detail.notice_acknowledged_at), hubNow()),
            })}
          </Fact>
        )}
        <Fact name={t("exam-session.calibrated")}>{t(detail.calibrated ? "exam-session.yes" : "exam-session.no")}</Fact>
      </Facts>
      {session.legal_hold && <p className="pt-2 text-medium text-xs">{t("exam-session.hold")}</p>}
    </>
  );
}
