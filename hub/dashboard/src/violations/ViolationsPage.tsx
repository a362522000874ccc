/** Every violation of one's scope as a table: searched, narrowed and ordered by what the address says. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { feedQuery, type ViolationFilter } from "@/api/queries";
import type { Violation } from "@/api/types";
import { ReviewState } from "@/review/ReviewState";
import { t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";
import { Ongoing } from "@/violations/FeedItem";
import { Filters } from "@/violations/Filters";
import { SeverityMark } from "@/violations/Severity";
import { Snapshot } from "@/violations/Snapshot";
import type { FilterSearch } from "@/violations/search";
import { sentence } from "@/violations/sentence";

function What({ violation }: { violation: Violation }) {
  const now = useKnownNow();
  return (
    <span className="flex items-center gap-2.5" data-violation-id={violation.violation_id} data-testid="violation-row">
      <Snapshot violation={violation} className="h-9 w-12 shrink-0 rounded-sm" />
      <SeverityMark severity={violation.severity} size={14} />
      <Link
        to="."
        search={(old) => ({ ...old, violation: violation.violation_id })}
        data-feed-link
        className="min-w-0 font-medium underline-offset-2 hover:underline"
      >
        {sentence(violation, now)}
      </Link>
      <Ongoing violation={violation} />
    </span>
  );
}

const COLUMNS: Column<Violation>[] = [
  { name: t("violation.title"), heads: true, show: (violation) => <What violation={violation} /> },
  {
    name: t("exam-sessions.candidate"),
    className: "align-middle!",
    show: (violation) =>
      violation.exam_session_id ? (
        <>
          <Link
            to="/exam-sessions/$examSessionId"
            params={{ examSessionId: violation.exam_session_id }}
            className="underline-offset-2 hover:underline"
          >
            {violation.candidate_name}
          </Link>
          <span className="block text-ink-3 text-xs">{violation.exam_name}</span>
        </>
      ) : (
        <span className="text-ink-3">{t("booth.unknown")}</span>
      ),
  },
  {
    name: t("filter.booth"),
    className: "align-middle! whitespace-nowrap",
    show: (violation) => (
      <Link
        to="/booths/$boothId"
        params={{ boothId: violation.booth_id }}
        className="underline-offset-2 hover:underline"
      >
        {violation.booth_name}
      </Link>
    ),
  },
  {
    name: t("violations.decision"),
    className: "align-middle!",
    show: (violation) => <ReviewState violation={violation} />,
  },
  {
    name: t("violations.when"),
    sort: "opened",
    className: "align-middle!",
    show: (violation) => <When at={violation.opened_at} />,
  },
];

function asked({ booth, session, review, order, ...same }: FilterSearch): ViolationFilter {
  return {
    ...same,
    ...(booth === undefined ? {} : { booth_id: booth }),
    ...(session === undefined ? {} : { exam_session: session }),
    ...(review === undefined ? {} : { review: [review] }),
    ...(order === undefined ? {} : { order }),
  };
}

/** Focuses the next row's link, or the one before. */
function walk(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>("[data-testid=violation-row] [data-feed-link]")];
  const next = links[Math.max(0, links.indexOf(document.activeElement as HTMLElement) + by)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function ViolationsPage() {
  const { violation, ...filters } = useSearch({ from: "/shell/violations" });
  const navigate = useNavigate();
  const change = (next: FilterSearch) =>
    navigate({
      to: "/violations",
      search: { ...next, ...(violation === undefined ? {} : { violation }) },
      replace: true,
    });
  useKeys({ j: () => walk(1), k: () => walk(-1) });
  const { order, ...narrowing } = filters;
  const query = useInfiniteQuery(feedQuery(asked(filters)));
  return (
    <Page title={t("nav.violations")}>
      <Filters value={filters} onChange={change} />
      <Table
        label={t("nav.violations")}
        columns={COLUMNS}
        items={query.data?.pages.flatMap((page) => page.items)}
        rowKey={(item) => item.violation_id}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{
          by: order === "oldest" ? "opened" : "-opened",
          set: (by) => {
            const { order: _, ...rest } = filters;
            void change(by === "opened" ? { ...rest, order: "oldest" } : rest);
          },
        }}
        empty={
          Object.keys(narrowing).length > 0 ? (
            <Notice title={t("feed.filtered")}>
              <Button onClick={() => change({})}>{t("feed.filtered-action")}</Button>
            </Notice>
          ) : (
            <Notice title={t("feed.empty")} detail={t("feed.empty-detail")} />
          )
        }
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
    </Page>
  );
}
