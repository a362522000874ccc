/** The same schedule as a list: for screen readers, for long looks, for those who like tables. */
import { Link } from "@tanstack/react-router";
import type { ExamSession } from "@/api/types";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { hourMinute } from "@/schedule/day";
import { endOfSession, startOfSession } from "@/schedule/layout";
import { t } from "@/text/text";
import { utc } from "@/time/format";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";

type Props = { sessions: readonly ExamSession[]; manages: boolean; onOpen: (session: ExamSession) => void };

export function ScheduleTable({ sessions, manages, onOpen }: Props) {
  const columns: Column<ExamSession>[] = [
    {
      name: t("schedule.time"),
      className: "whitespace-nowrap",
      show: (session) => (
        <time dateTime={session.scheduled_start} title={utc(startOfSession(session))}>
          {hourMinute(session.scheduled_start)}–{hourMinute(endOfSession(session))}
        </time>
      ),
    },
    {
      name: t("exam-sessions.candidate"),
      heads: true,
      show: ({ exam_session_id, candidate_name, candidate_number }) => (
        <>
          <Link
            to="/exam-sessions/$examSessionId"
            params={{ examSessionId: exam_session_id }}
            className="font-medium underline-offset-2 hover:underline"
          >
            {candidate_name}
          </Link>
          <span className="block text-ink-3 text-xs">{candidate_number}</span>
        </>
      ),
    },
    { name: t("exam-sessions.exam"), show: ({ exam_name }) => exam_name },
    { name: t("exam-sessions.booth"), show: ({ booth_name }) => booth_name ?? t("booth.unknown") },
    { name: t("exam-sessions.state"), show: (session) => <SittingChip session={session} /> },
  ];
  if (manages)
    columns.push({
      name: t("candidates.acts"),
      bare: true,
      className: "text-right py-1.5!",
      show: (session) =>
        session.state === "scheduled" ? (
          <Button
            size="sm"
            aria-label={t("schedule.change-one", { name: session.candidate_name })}
            onClick={() => onOpen(session)}
          >
            {t("schedule.change")}
          </Button>
        ) : null,
    });
  const sorted = [...sessions].sort((one, other) => startOfSession(one) - startOfSession(other));
  return (
    <Table
      label={t("schedule.title")}
      columns={columns}
      items={sorted}
      rowKey={({ exam_session_id }) => exam_session_id}
      onRetry={() => undefined}
      empty={<Notice title={t("schedule.none")} detail={t("schedule.none-detail")} />}
    />
  );
}
