/** One candidate: who it is, what they need, and their exam sessions. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "@/api/client";
import { useMay } from "@/api/may";
import type { Candidate, ExamSession } from "@/api/types";
import { ruleName } from "@/candidates/accommodations";
import { CandidateForm } from "@/candidates/CandidateForm";
import { DeleteCandidates } from "@/candidates/DeleteCandidates";
import { candidateQuery } from "@/candidates/queries";
import { examSessionsQuery } from "@/exam-sessions/queries";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { count, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Fact, Facts, Section } from "@/ui/Facts";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { type Column, Table } from "@/ui/Table";
import { useToast } from "@/ui/Toasts";

const LINK = "inline-flex h-9 items-center rounded-md border border-line-strong bg-surface px-3 hover:bg-hover";

const COLUMNS: Column<ExamSession>[] = [
  {
    name: t("exam-sessions.exam"),
    heads: true,
    show: ({ exam_session_id, exam_name }) => (
      <Link
        to="/exam-sessions/$examSessionId"
        params={{ examSessionId: exam_session_id }}
        className="font-medium underline-offset-2 hover:underline"
      >
        {exam_name}
      </Link>
    ),
  },
  { name: t("candidate.when"), show: ({ scheduled_start }) => <When at={scheduled_start} show="clock" /> },
  { name: t("exam-sessions.booth"), show: ({ booth_name }) => booth_name ?? t("booth.unknown") },
  { name: t("exam-sessions.state"), show: (session) => <SittingChip session={session} /> },
];

function Who({ candidate }: { candidate: Candidate }) {
  const none = <span className="text-ink-3">{t("candidates.none")}</span>;
  return (
    <Section title={t("candidate.facts")}>
      <Facts>
        <Fact name={t("candidates.number")}>{candidate.number}</Fact>
        <Fact name={t("candidates.email")}>{candidate.email ?? t("booth.unknown")}</Fact>
        <Fact name={t("candidates.added")}>
          <When at={candidate.created_at} />
        </Fact>
        <Fact name={t("candidate.extra")} title={t("candidate.extra-hint")}>
          {candidate.extra_time_percent > 0
            ? t("candidates.extra", { percent: candidate.extra_time_percent })
            : t("candidates.none")}
        </Fact>
        <Fact name={t("candidate.rules-off")} title={t("candidate.rules-off-hint")}>
          {candidate.rules_off.map(ruleName).join(", ") || none}
        </Fact>
        <Fact name={t("candidate.note")}>
          {candidate.accommodation_note ? (
            <span className="whitespace-pre-line break-words">{candidate.accommodation_note}</span>
          ) : (
            none
          )}
        </Fact>
      </Facts>
    </Section>
  );
}

function Sat({ id, schedules }: { id: string; schedules: boolean }) {
  const query = useInfiniteQuery(examSessionsQuery({ candidate: id }));
  return (
    <section className="flex min-w-0 flex-1 flex-col gap-3">
      <h2 className="font-semibold">{t("candidate.exam-sessions")}</h2>
      <Table
        label={t("candidate.exam-sessions")}
        columns={COLUMNS}
        items={query.data?.pages.flatMap((page) => page.items)}
        rowKey={({ exam_session_id }) => exam_session_id}
        error={query.error}
        onRetry={() => query.refetch()}
        empty={
          <Notice title={t("candidate.nothing-scheduled")} detail={t("candidate.nothing-scheduled-detail")}>
            {schedules && (
              <Link to="/schedule" search={{ candidate: id }} className={LINK}>
                {t("candidate.schedule")}
              </Link>
            )}
          </Notice>
        }
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
    </section>
  );
}

export function CandidatePage() {
  const { candidateId } = useParams({ from: "/shell/candidates/$candidateId" });
  const navigate = useNavigate();
  const say = useToast();
  const manages = useMay("candidates.manage");
  const schedules = useMay("exams.manage");
  const [doing, setDoing] = useState<"edit" | "delete" | null>(null);
  const query = useQuery(candidateQuery(candidateId));
  const candidate = query.data;
  if (!candidate) {
    const gone = query.error instanceof ApiError && [403, 404, 422].includes(query.error.status);
    return (
      <Page title={t("candidate.facts")}>
        {gone ? (
          <Notice title={t("candidate.missing")} detail={t("candidate.missing-detail")}>
            <Link to="/candidates" className="underline underline-offset-2">
              {t("candidate.back")}
            </Link>
          </Notice>
        ) : query.isError ? (
          <Failure error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <>
            <Loading />
            <Skeleton className="h-64 w-full rounded-lg" />
          </>
        )}
      </Page>
    );
  }
  return (
    <Page
      title={candidate.name}
      aside={
        <div className="ml-auto flex flex-wrap items-center gap-2">
          {schedules && (
            <Link to="/schedule" search={{ candidate: candidateId }} className={LINK}>
              {t("candidate.schedule")}
            </Link>
          )}
          {manages && (
            <>
              <Button onClick={() => setDoing("edit")}>{t("candidates.edit")}</Button>
              <Button onClick={() => setDoing("delete")}>{t("candidates.delete")}</Button>
            </>
          )}
        </div>
      }
    >
      <div className="flex flex-col gap-4 lg:flex-row lg:items-start">
        <Sat id={candidateId} schedules={schedules} />
        <div className="lg:w-96 lg:shrink-0">
          <Who candidate={candidate} />
        </div>
      </div>
      {doing === "edit" && (
        <CandidateForm
          candidate={candidate}
          onClose={() => setDoing(null)}
          onSaved={({ name }) => {
            say({ text: t("candidates.saved", { name }) });
            setDoing(null);
          }}
        />
      )}
      {doing === "delete" && (
        <DeleteCandidates
          candidates={[candidate]}
          onClose={() => setDoing(null)}
          onDone={(number) => {
            say({ text: count("delete-candidates.done", number) });
            void navigate({ to: "/candidates" });
          }}
        />
      )}
    </Page>
  );
}
