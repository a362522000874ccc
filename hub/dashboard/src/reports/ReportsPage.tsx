/** Reports of every exam session that is over: what its sums are, and how far people are with it. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Scale } from "lucide-react";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { examChoicesQuery } from "@/places/queries";
import { DayField } from "@/reports/DayField";
import { Decision } from "@/reports/Decision";
import { type ReportLine, reportsQuery } from "@/reports/queries";
import { Share } from "@/reports/Share";
import { between, FOUND, type Found, type Order, OVER, type ReportsSearch } from "@/reports/search";
import { named, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { type Column, Table } from "@/ui/Table";

const COLUMNS: Column<ReportLine>[] = [
  {
    name: t("exam-sessions.candidate"),
    heads: true,
    sort: "candidate",
    show: ({ exam_session: session }) => (
      <>
        <span className="inline-flex items-center gap-1.5">
          <Link
            to="/reports/$examSessionId"
            params={{ examSessionId: session.exam_session_id }}
            className="font-medium underline-offset-2 hover:underline"
          >
            {session.candidate_name}
          </Link>
          {session.legal_hold && (
            <span title={t("report.held")} className="text-medium">
              <Scale size={14} aria-label={t("report.held")} />
            </span>
          )}
        </span>
        <span className="block text-ink-3 text-xs">{session.candidate_number}</span>
      </>
    ),
  },
  {
    name: t("exam-sessions.exam"),
    show: ({ exam_session: session }) => (
      <>
        {session.exam_name}
        <span className="block text-ink-3 text-xs">{session.booth_name}</span>
      </>
    ),
  },
  {
    name: t("exam-sessions.start"),
    sort: "time",
    show: ({ exam_session: session }) => (
      <>
        <When at={session.scheduled_start} show="clock" />
        <span className="block text-ink-2 text-xs">
          <SittingChip session={session} />
        </span>
      </>
    ),
  },
  {
    name: t("report.clear-short"),
    show: (line) => <Share value={line.clear} of={line.monitored_s} title={t("report.clear-title")} />,
  },
  {
    name: t("report.coverage-short"),
    show: (line) => <Share value={line.coverage} of={line.expected_s} title={t("report.coverage-title")} />,
  },
  { name: t("report.decision"), show: (line) => <Decision line={line} /> },
];

/** The table's order and the hub's word for it. */
const BY: Record<Order, string> = { newest: "-time", oldest: "time", candidate: "candidate" };

function Filters({ search, change }: { search: ReportsSearch; change: (next: ReportsSearch) => void }) {
  const exams = useQuery(examChoicesQuery).data?.items ?? [];
  const set = (part: { [Name in keyof ReportsSearch]: ReportsSearch[Name] | undefined }) =>
    change(
      Object.fromEntries(
        Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined),
      ) as ReportsSearch,
    );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField
        key={search.q === undefined ? "none" : "some"}
        label={t("exam-sessions.search")}
        hint={t("exam-sessions.search-hint")}
        value={search.q ?? ""}
        onChange={(q) => set({ q: q || undefined })}
      />
      <Choose
        label={t("exam-sessions.exam")}
        any={t("report.any-exam")}
        value={search.exam}
        choices={exams.map((exam) => ({ value: exam.exam_id, label: exam.name }))}
        onChange={(exam) => set({ exam })}
      />
      <Choose
        label={t("report.decision")}
        any={t("report.found.any")}
        value={search.found}
        choices={FOUND.map((found) => ({ value: found, label: t(`report.found.${found}`) }))}
        onChange={(found) => set({ found: found as Found | undefined })}
      />
      <Choose
        label={t("exam-sessions.state")}
        any={t("report.any-state")}
        value={search.state}
        choices={OVER.map((state) => ({ value: state, label: named("sitting", state) }))}
        onChange={(state) => set({ state: OVER.find((known) => known === state) })}
      />
      <DayField label={t("report.from")} value={search.from} max={search.to} onChange={(from) => set({ from })} />
      <DayField label={t("report.to")} value={search.to} min={search.from} onChange={(to) => set({ to })} />
      <Button
        aria-pressed={search.hold === true}
        onClick={() => set({ hold: search.hold ? undefined : true })}
        className="h-8 px-2.5 aria-pressed:border-ink-3 aria-pressed:bg-line"
      >
        <Scale size={14} aria-hidden="true" />
        {t("report.holds-only")}
      </Button>
    </div>
  );
}

export function ReportsPage() {
  const { violation: _, site, room, ...search } = useSearch({ from: "/shell/reports" });
  const navigate = useNavigate();
  const change = (next: ReportsSearch) => navigate({ to: "/reports", search: next, replace: true });
  const { hold, from, to, state, ...rest } = search;
  const query = useInfiniteQuery(
    reportsQuery({
      ...rest,
      ...(site === undefined ? {} : { site }),
      ...(room === undefined ? {} : { room }),
      ...between(from, to),
      ...(state ? { state: [state] } : {}),
      ...(hold ? { legal_hold: true } : {}),
    }),
  );
  const { order = "newest", ...filters } = search;
  return (
    <Page title={t("reports.title")}>
      <Filters search={search} change={change} />
      <Table
        label={t("reports.title")}
        columns={COLUMNS}
        items={query.data?.pages.flatMap((page) => page.items)}
        rowKey={(line) => line.exam_session.exam_session_id}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{
          by: BY[order],
          set: (by) =>
            change({ ...filters, order: by === "-time" ? "newest" : by.endsWith("time") ? "oldest" : "candidate" }),
        }}
        empty={
          Object.keys(filters).length > 0 ? (
            <Notice title={t("reports.filtered")} detail={t("reports.filtered-detail")}>
              <Button onClick={() => change({})}>{t("feed.filtered-action")}</Button>
            </Notice>
          ) : (
            <Notice title={t("reports.empty")} detail={t("reports.empty-detail")}>
              <Link to="/exam-sessions" className="underline underline-offset-2">
                {t("reports.empty-action")}
              </Link>
            </Notice>
          )
        }
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
    </Page>
  );
}
