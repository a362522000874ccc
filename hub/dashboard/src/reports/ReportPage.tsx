/** The report of one exam session: what is known of it, what people decided, how to take it along and how to check it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, Scale } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api/client";
import { meQuery } from "@/api/queries";
import { examSessionQuery } from "@/exam-sessions/queries";
import { Downloads } from "@/reports/Downloads";
import { HoldSection } from "@/reports/HoldSection";
import { Integrity } from "@/reports/Integrity";
import { type Report, reportQuery } from "@/reports/queries";
import { ReportFacts } from "@/reports/ReportFacts";
import { ReportFlags, ReportGaps, ReportMessages, ReportSteps } from "@/reports/ReportLists";
import { ReportPhotos } from "@/reports/ReportPhotos";
import { ReportViolations } from "@/reports/ReportViolations";
import { Sources } from "@/reports/Sources";
import { Verify } from "@/reports/Verify";
import { Watched } from "@/reports/Watched";
import { named, t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { When } from "@/time/When";
import { SessionTimeline } from "@/timeline/SessionTimeline";
import { Section } from "@/ui/Facts";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";

function Back() {
  return (
    <Link to="/reports" className="inline-flex items-center gap-1.5 text-ink-2 hover:text-ink print:hidden">
      <ArrowLeft size={15} aria-hidden="true" />
      {t("report.back")}
    </Link>
  );
}

function Body({ report }: { report: Report }) {
  const me = useQuery(meQuery).data;
  const audits = me?.permissions.includes("audit.read") ?? false;
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_368px] print:block">
      <div className="flex min-w-0 flex-col gap-4">
        <Integrity report={report} />
        <ReportTimeline id={report.exam_session_id} />
        <ReportViolations report={report} />
        <ReportGaps report={report} />
        <ReportSteps report={report} />
        <Sources report={report} />
      </div>
      <div className="grid min-w-0 content-start items-start gap-4 md:grid-cols-2 xl:grid-cols-1 print:mt-4 print:grid-cols-2">
        <Downloads report={report} />
        <ReportFacts report={report} />
        <ReportPhotos report={report} />
        <HoldSection
          report={report}
          history={audits}
          mayChange={me?.permissions.includes("retention.manage") ?? false}
        />
        <Verify report={report} takes={audits} />
        <ReportMessages report={report} />
        <ReportFlags report={report} />
        <Watched report={report} all={audits} />
      </div>
    </div>
  );
}

function ReportTimeline({ id }: { id: string }) {
  const session = useQuery(examSessionQuery(id)).data?.exam_session;
  const [at, setAt] = useState<number | null>(null);
  if (!session) return null;
  return (
    <Section title={t("report.timeline")}>
      <SessionTimeline examSession={session} at={at} onSeek={setAt} />
    </Section>
  );
}

function Waiting() {
  return (
    <div className="p-4 md:p-6">
      <Loading />
      <Skeleton className="mb-4 h-6 w-72" />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_368px]">
        <Skeleton className="h-[60dvh] w-full rounded-lg" />
        <Skeleton className="h-[60dvh] w-full rounded-lg" />
      </div>
    </div>
  );
}

export function ReportPage() {
  const { examSessionId } = useParams({ from: "/shell/reports/$examSessionId" });
  const query = useQuery(reportQuery(examSessionId));
  if (query.isPending) return <Waiting />;
  if (!query.data) {
    const missing = query.error instanceof ApiError && [404, 422].includes(query.error.status);
    if (!missing) return <Failure error={query.error} onRetry={() => query.refetch()} />;
    return (
      <Notice title={t("report.missing")} detail={t("report.missing-detail")}>
        <Back />
      </Notice>
    );
  }
  const report = query.data;
  return (
    <Page
      title={t("report.title", { name: report.candidate.name })}
      aside={
        <>
          <span className="text-ink-2">
            {report.exam_name} · {named("sitting", report.state)} ·{" "}
            <When at={report.started_at ?? report.scheduled_start} show="clock" />
          </span>
          {report.legal_hold && (
            <span className="inline-flex items-center gap-1.5 font-medium text-medium">
              <Scale size={15} aria-hidden="true" />
              {t("report.held")}
            </span>
          )}
          <span className="ml-auto flex items-center gap-4">
            <Link
              to="/exam-sessions/$examSessionId"
              params={{ examSessionId }}
              className="text-ink-2 underline-offset-2 hover:underline print:hidden"
            >
              {t("report.to-exam-session")}
            </Link>
            <Back />
          </span>
        </>
      }
    >
      <p className="-mt-2 text-ink-3 text-xs">
        {t("report.as-of", { time: clock(Date.parse(report.as_of), hubNow()) })}
        {report.ended_at === null && ` ${t("report.not-over")}`}
      </p>
      <Body report={report} />
    </Page>
  );
}
