/** One exam session: the live picture and the talk, the bar of acts, who it is, what happened, what was found. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, FileText } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { ApiError } from "@/api/client";
import { boothsQuery, meQuery } from "@/api/queries";
import type { Booth, ExamSessionDetail } from "@/api/types";
import { ActBar } from "@/exam-sessions/ActBar";
import { ExamSessionFacts } from "@/exam-sessions/ExamSessionFacts";
import { Flags } from "@/exam-sessions/Flags";
import { IdentityCheck } from "@/exam-sessions/IdentityCheck";
import { examSessionQuery } from "@/exam-sessions/queries";
import { Said } from "@/exam-sessions/Said";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { Steps } from "@/exam-sessions/Steps";
import { TimeLeft } from "@/exam-sessions/TimeLeft";
import { Onlookers } from "@/presence/Onlookers";
import { useLooking } from "@/presence/useLooking";
import { t } from "@/text/text";
import { SessionReplay } from "@/timeline/SessionReplay";
import { SessionTimeline } from "@/timeline/SessionTimeline";
import { Section } from "@/ui/Facts";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { Feed } from "@/violations/Feed";
import { LivePicture } from "@/watch/LivePicture";
import { TalkBar } from "@/watch/TalkBar";
import { useTalk } from "@/watch/useTalk";
import { useView } from "@/watch/useView";

/** `past`: what is shown instead of the present; the live picture goes on behind it. */
function Live({ booth, past, children }: { booth: Booth; past: ReactNode; children: ReactNode }) {
  const view = useView(booth.booth_id);
  const talk = useTalk(booth.booth_id);
  return (
    <>
      {past}
      <div className={past ? "hidden" : undefined}>
        <LivePicture booth={booth} view={view} />
      </div>
      {children}
      <TalkBar booth={booth} talk={talk} />
    </>
  );
}

function Sitting({ detail }: { detail: ExamSessionDetail }) {
  const { exam_session: session } = detail;
  const id = session.exam_session_id;
  const me = useQuery(meQuery).data;
  const booths = useQuery(boothsQuery).data?.items ?? [];
  const booth = booths.find((each) => each.booth_id === session.booth_id);
  const filter = useMemo(() => ({ exam_session: id }), [id]);
  const runs = me?.permissions.includes("exam_sessions.run") ?? false;
  const watches = me?.permissions.includes("booths.watch") ?? false;
  const alive = session.ended_at === null;
  useLooking(alive && booth ? booth.booth_id : null);
  const [at, setAt] = useState<number | null>(null);
  const bar = <ActBar detail={detail} />;
  const replay = <SessionReplay examSession={session} at={at} onSeek={setAt} />;
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_368px]">
      <div className="flex min-w-0 flex-col gap-4">
        {alive && watches && booth ? (
          <Live key={booth.booth_id} booth={booth} past={at === null ? null : replay}>
            {bar}
          </Live>
        ) : (
          <>
            {replay}
            {bar}
          </>
        )}
        {alive && !booth && <p className="text-ink-2">{t("exam-session.no-booth")}</p>}
        <Section title={t("timeline.title")}>
          <SessionTimeline examSession={session} at={at} onSeek={setAt} />
        </Section>
        <section className="panel p-2">
          <h2 className="p-2 font-semibold">{t("exam-session.violations")}</h2>
          <Feed filter={filter} showBooth={false} />
        </section>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Section title={t("identity.title")}>
          <div className="pt-2">
            <IdentityCheck detail={detail} />
          </div>
        </Section>
        <Section title={t("exam-session.facts")}>
          <ExamSessionFacts detail={detail} />
        </Section>
        <Section title={t("said.title")}>
          <Said id={id} maySay={alive && runs} />
        </Section>
        <Section title={t("flag.title")}>
          <Flags id={id} mayMark={alive && runs} />
        </Section>
        <Section title={t("exam-session.steps")}>
          <Steps id={id} />
        </Section>
      </div>
    </div>
  );
}

export function ExamSessionPage() {
  const { examSessionId } = useParams({ from: "/shell/exam-sessions/$examSessionId" });
  const query = useQuery(examSessionQuery(examSessionId));
  const reads = useQuery(meQuery).data?.permissions.includes("reports.read") ?? false;
  const back = (
    <Link to="/exam-sessions" className="inline-flex items-center gap-1.5 text-ink-2 hover:text-ink">
      <ArrowLeft size={15} aria-hidden="true" />
      {t("exam-session.back")}
    </Link>
  );
  if (query.isPending) {
    return (
      <div className="p-4 md:p-6">
        <Loading />
        <Skeleton className="mb-4 h-6 w-64" />
        <Skeleton className="h-[56dvh] w-full rounded-lg" />
      </div>
    );
  }
  if (!query.data) {
    if (query.error instanceof ApiError && [404, 422].includes(query.error.status)) {
      return (
        <Notice title={t("exam-session.missing")} detail={t("exam-session.missing-detail")}>
          {back}
        </Notice>
      );
    }
    return <Failure error={query.error} onRetry={() => query.refetch()} />;
  }
  const { exam_session: session } = query.data;
  return (
    <Page
      title={session.candidate_name}
      aside={
        <>
          <SittingChip session={session} />
          <TimeLeft session={session} />
          {session.booth_id && (
            <Link
              to="/booths/$boothId"
              params={{ boothId: session.booth_id }}
              className="text-ink-2 underline-offset-2 hover:underline"
            >
              {session.booth_name}
            </Link>
          )}
          {session.booth_id && session.ended_at === null && <Onlookers boothId={session.booth_id} />}
          <span className="ml-auto flex items-center gap-4">
            {reads && (
              <Link
                to="/reports/$examSessionId"
                params={{ examSessionId: session.exam_session_id }}
                className={`inline-flex items-center gap-1.5 ${session.ended_at ? "font-medium underline underline-offset-2" : "text-ink-2 hover:text-ink"}`}
              >
                <FileText size={15} aria-hidden="true" />
                {t("exam-session.report")}
              </Link>
            )}
            {back}
          </span>
        </>
      }
    >
      <Sitting detail={query.data} />
    </Page>
  );
}
