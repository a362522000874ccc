/** At the right: whose exam session it was, in which minute, what was around, what was marked, who decided what. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Violation } from "@/api/types";
import { examSessionQuery } from "@/exam-sessions/queries";
import { Around } from "@/review/Around";
import { Compare } from "@/review/Compare";
import { History } from "@/review/History";
import { Marked, type useMarked } from "@/review/Marked";
import { t } from "@/text/text";
import { When } from "@/time/When";

/** From one, in minutes of the exam as its clock on the wall goes; null before it began. */
export function minuteOf(openedAt: string, startedAt: string | null | undefined): number | null {
  if (!startedAt) return null;
  const ms = Date.parse(openedAt) - Date.parse(startedAt);
  return ms < 0 ? null : Math.floor(ms / 60_000) + 1;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-1 font-semibold text-ink-2 text-xs">{title}</h2>
      {children}
    </section>
  );
}

type Props = { violation: Violation; marked: ReturnType<typeof useMarked> };

export function Context({ violation, marked }: Props) {
  const id = violation.exam_session_id ?? "";
  const { data: detail } = useQuery({ ...examSessionQuery(id), enabled: id !== "" });
  const minute = minuteOf(violation.opened_at, detail?.exam_session.started_at);
  return (
    <div className="flex flex-col gap-4 p-3" data-testid="context">
      <Compare detail={detail} />
      <div>
        {id === "" ? (
          <p className="text-ink-2">{t("review.no-session")}</p>
        ) : (
          <>
            <p className="font-semibold text-base">
              <Link
                to="/exam-sessions/$examSessionId"
                params={{ examSessionId: id }}
                className="underline-offset-2 hover:underline"
              >
                {violation.candidate_name}
              </Link>
            </p>
            <p className="text-ink-2">
              {violation.exam_name} ·{" "}
              <Link
                to="/reports/$examSessionId"
                params={{ examSessionId: id }}
                className="underline underline-offset-2 hover:text-ink"
              >
                {t("report.open")}
              </Link>
            </p>
          </>
        )}
        <p className="tabular flex flex-wrap gap-x-1 text-ink-2 text-xs">
          {minute !== null && <span>{t("review.minute", { minute })} ·</span>}
          <span>{violation.booth_name} ·</span>
          <When at={violation.opened_at} show="clock" />
        </p>
      </div>
      <Part title={t("review.around")}>
        <Around violation={violation} />
      </Part>
      {marked.flags.length > 0 && (
        <Part title={t("review.marked")}>
          <Marked marked={marked} />
        </Part>
      )}
      <Part title={t("review.history")}>
        <History violation={violation} />
      </Part>
    </div>
  );
}
