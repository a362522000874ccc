/** Proof of every deletion: what went, when, by which rule, signed by the hub. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type Deletion, deletionsQuery } from "@/settings/queries";
import { parseRetentionSearch, type RetentionSearch } from "@/settings/search";
import { t } from "@/text/text";
import { bytes } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Notice } from "@/ui/Notice";
import { SearchField } from "@/ui/SearchField";
import { type Column, Table } from "@/ui/Table";

const COLUMNS: Column<Deletion>[] = [
  { name: t("retention.when"), show: ({ deleted_at }) => <When at={deleted_at} show="clock" /> },
  {
    name: t("retention.what"),
    heads: true,
    show: ({ what, data_class, size_bytes }) => (
      <>
        <span className="font-medium">{t(`retention.class-${data_class}`)}</span>
        <span className="block text-ink-3 text-xs">
          {t(`retention.what-${what}`)}, {bytes(size_bytes)}
        </span>
      </>
    ),
  },
  {
    name: t("retention.of"),
    show: ({ booth_id, exam_session_id }) => (
      <>
        {booth_id ?? t("booth.unknown")}
        {exam_session_id && (
          <Link
            to="/exam-sessions/$examSessionId"
            params={{ examSessionId: exam_session_id }}
            className="block text-xs underline underline-offset-2"
          >
            {t("exam-session.facts")}
          </Link>
        )}
      </>
    ),
  },
  { name: t("retention.rule"), show: ({ rule }) => rule },
  { name: t("retention.born"), show: ({ born_at }) => <When at={born_at} show="clock" /> },
  {
    name: t("retention.gone"),
    show: ({ gone_at }) =>
      gone_at ? <When at={gone_at} show="clock" /> : <span className="text-medium">{t("retention.not-gone")}</span>,
  },
  {
    name: t("violation.hash"),
    show: ({ sha256, signature }) => (
      <span className="flex flex-col gap-1">
        <CopyCode text={sha256} shown={`${sha256.slice(0, 12)}…`} />
        <span title={t("retention.signature")}>
          <CopyCode text={signature} shown={`${t("retention.signed")} ${signature.slice(0, 8)}…`} />
        </span>
      </span>
    ),
  },
];

export function Deletions({ search }: { search: RetentionSearch }) {
  const navigate = useNavigate();
  const query = useInfiniteQuery(
    deletionsQuery({
      ...(search.session ? { exam_session: search.session } : {}),
      ...(search.sha256 ? { sha256: search.sha256 } : {}),
    }),
  );
  const seek = (text: string) => {
    const plain = text.trim().toLowerCase();
    const next = parseRetentionSearch({ tab: "deletions", session: plain, sha256: plain });
    void navigate({ to: "/settings/retention", search: next, replace: true });
  };
  const sought = search.session ?? search.sha256 ?? "";
  return (
    <>
      <SearchField
        key={sought ? "some" : "none"}
        label={t("retention.seek")}
        hint={t("retention.seek")}
        value={sought}
        onChange={seek}
      />
      <Table
        label={t("retention.tab-deletions")}
        columns={COLUMNS}
        items={query.data?.pages.flatMap((page) => page.items)}
        rowKey={({ deletion_id }) => deletion_id}
        error={query.error}
        onRetry={() => query.refetch()}
        empty={
          sought ? (
            <Notice title={t("retention.nothing-of-it")}>
              <Button onClick={() => seek("")}>{t("candidates.filtered-action")}</Button>
            </Notice>
          ) : (
            <Notice title={t("retention.no-deletions")} detail={t("retention.no-deletions-detail")} />
          )
        }
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
    </>
  );
}
