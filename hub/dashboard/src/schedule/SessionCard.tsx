/** One exam session, opened from the schedule: what it is, its code, and what may be done about it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/api/may";
import type { ExamSession } from "@/api/types";
import { examSessionQuery } from "@/exam-sessions/queries";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { dayName, hourMinute, textOf } from "@/schedule/day";
import { endOfSession, startOfSession } from "@/schedule/layout";
import { t } from "@/text/text";
import { utc } from "@/time/format";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Fact, Facts } from "@/ui/Facts";
import { Modal } from "@/ui/Modal";

type Props = { session: ExamSession; onClose: () => void; onReschedule: () => void; onCancel: () => void };

export function SessionCard({ session, onClose, onReschedule, onCancel }: Props) {
  const detail = useQuery(examSessionQuery(session.exam_session_id)).data;
  const seesCandidates = useMay("candidates.read");
  const may = (act: string) => detail?.actions.includes(act) ?? false;
  const start = startOfSession(session);
  return (
    <Modal open title={session.candidate_name} onOpenChange={(open) => !open && onClose()}>
      <Facts>
        <Fact name={t("exam-sessions.exam")}>{session.exam_name}</Fact>
        <Fact name={t("exam-sessions.booth")}>{session.booth_name ?? t("booth.unknown")}</Fact>
        <Fact name={t("schedule.time")} title={utc(start)}>
          {dayName(textOf(new Date(start)))}
          <br />
          {hourMinute(start)}–{hourMinute(endOfSession(session))}
        </Fact>
        <Fact name={t("exam-sessions.state")}>
          <SittingChip session={session} />
        </Fact>
        {detail && detail.extra_time_percent > 0 && (
          <Fact name={t("exam-session.extra")}>{t("candidates.extra", { percent: detail.extra_time_percent })}</Fact>
        )}
        {detail?.check_in_code && (
          <Fact name={t("exam-session.code")}>
            <CopyCode text={detail.check_in_code} />
          </Fact>
        )}
      </Facts>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        {seesCandidates && (
          <Link
            to="/candidates/$candidateId"
            params={{ candidateId: session.candidate_id }}
            className="mr-auto inline-flex h-9 items-center underline underline-offset-2"
          >
            {t("candidate.facts")}
          </Link>
        )}
        {may("cancel") && <Button onClick={onCancel}>{t("act.cancel")}</Button>}
        {may("reschedule") && <Button onClick={onReschedule}>{t("act.reschedule")}</Button>}
        <Link
          to="/exam-sessions/$examSessionId"
          params={{ examSessionId: session.exam_session_id }}
          className="inline-flex h-9 items-center rounded-md bg-ink px-3 font-medium text-ground hover:opacity-90"
        >
          {t("schedule.open")}
        </Link>
      </div>
    </Modal>
  );
}
