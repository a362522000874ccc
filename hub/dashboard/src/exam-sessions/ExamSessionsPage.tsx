/** Every exam session of one's scope: who sits where, who waits, how much time is left. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Hand } from "lucide-react";
import type { ExamSession } from "@/api/types";
import { examSessionsQuery } from "@/exam-sessions/queries";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { type ExamSessionSearch, STATES_OF, type When as Stage } from "@/exam-sessions/search";
import { TimeLeft } from "@/exam-sessions/TimeLeft";
import { t } from "@/text/text";
import { duration, number } from "@/time/format";
import { useNow } from "@/time/now";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { type Column, Table } from "@/ui/Table";

function Waiting({ session }: { session: ExamSession }) {
  const now = useNow();
  if (!session.waiting_since || session.state !== "checked_in") return null;
  const waited = duration(Math.max(0, now - Date.parse(session.waiting_since)), false);
  return <span className="block text-ink-3 text-xs">{t("exam-sessions.waiting", { duration: waited })}</span>;
}

const COLUMNS: Column<ExamSession>[] = [
  {
    name: t("exam-sessions.candidate"),
    heads: true,
    show: (session) => (
      <>
        <Link
          to="/exam-sessions/$examSessionId"
          params={{ examSessionId: session.exam_session_id }}
          className="font-medium underline-offset-2 hover:underline"
        >
          {session.candidate_name}
        </Link>
        <span className="block text-ink-3 text-xs">{session.candidate_number}</span>
      </>
    ),
  },
  { name: t("exam-sessions.exam"), show: (session) => session.exam_name },
  {
    name: t("exam-sessions.booth"),
    show: (session) => (
      <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
        {session.booth_name ?? t("booth.unknown")}
        {session.hand_raised_at && <Hand size={13} className="text-medium" aria-label={t("booth.hand")} />}
      </span>
    ),
  },
  {
    name: t("exam-sessions.state"),
    show: (session) => (
      <>
        <SittingChip session={session} />
        <Waiting session={session} />
      </>
    ),
  },
  { name: t("exam-sessions.start"), show: (session) => <When at={session.scheduled_start} show="clock" /> },
  { name: t("exam-sessions.time"), show: (session) => <TimeLeft session={session} /> },
  {
    name: t("exam-sessions.found"),
    show: (session) =>
      session.violations === 0 ? (
        <span className="text-ink-3">{t("exam-sessions.none-found")}</span>
      ) : (
        <span className={session.open_violations > 0 ? "font-medium" : ""}>
          {t("exam-sessions.found-value", {
            count: number(session.violations),
            unreviewed: number(session.unreviewed),
          })}
        </span>
      ),
  },
];

export function ExamSessionsPage() {
  const { violation: _, site, room, ...search } = useSearch({ from: "/shell/exam-sessions" });
  const navigate = useNavigate();
  const change = (next: ExamSessionSearch) => navigate({ to: "/exam-sessions", search: next, replace: true });
  const query = useInfiniteQuery(
    examSessionsQuery({
      ...(search.when ? { state: [...STATES_OF[search.when]] } : {}),
      ...(search.q ? { q: search.q } : {}),
      ...(site === undefined ? {} : { site }),
      ...(room === undefined ? {} : { room }),
    }),
  );
  const filtered = Object.keys(search).length > 0;
  return (
    <Page title={t("exam-sessions.title")}>
      <div className="flex flex-wrap items-center gap-2">
        <Segments
          label={t("exam-sessions.state")}
          value={search.when ?? ""}
          choices={[
            { value: "now", label: t("exam-sessions.now") },
            { value: "coming", label: t("exam-sessions.coming") },
            { value: "over", label: t("exam-sessions.over") },
          ]}
          onChange={(when) => {
            const { when: _, ...rest } = search;
            change(when ? { ...rest, when: when as Stage } : rest);
          }}
        />
        <SearchField
          key={search.q === undefined ? "none" : "some"}
          label={t("exam-sessions.search")}
          hint={t("exam-sessions.search-hint")}
          value={search.q ?? ""}
          onChange={(q) => {
            const { q: _, ...rest } = search;
            change(q ? { ...rest, q } : rest);
          }}
        />
      </div>
      <Table
        label={t("exam-sessions.title")}
        columns={COLUMNS}
        items={query.data?.pages.flatMap((page) => page.items)}
        rowKey={(session) => session.exam_session_id}
        error={query.error}
        onRetry={() => query.refetch()}
        empty={
          filtered ? (
            <Notice title={t("exam-sessions.filtered")}>
              <Button onClick={() => change({})}>{t("feed.filtered-action")}</Button>
            </Notice>
          ) : (
            <Notice title={t("exam-sessions.empty")} detail={t("exam-sessions.empty-detail")} />
          )
        }
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
    </Page>
  );
}
