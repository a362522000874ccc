/** The audit log: who did what to what, whether it is as it was written, and a copy to take along. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, RefreshCw } from "lucide-react";
import { useState } from "react";
import { AuditFilters } from "@/audit/AuditFilters";
import { AuditTable } from "@/audit/AuditTable";
import { ExportDialog } from "@/audit/ExportDialog";
import { auditQuery } from "@/audit/queries";
import { type AuditSearch, asked } from "@/audit/search";
import { Verify } from "@/audit/Verify";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";

export function AuditPage() {
  const search = useSearch({ from: "/shell/audit" });
  const navigate = useNavigate();
  const change = (next: AuditSearch) => navigate({ to: "/audit", search: next, replace: true });
  const [taking, setTaking] = useState(false);
  const filter = asked(search);
  const query = useInfiniteQuery(auditQuery(filter));
  const items = query.data?.pages.flatMap((page) => page.items);
  const searchedTo = query.data?.pages.at(-1)?.searched_to;
  const filtered = Object.keys(search).length > 0;
  return (
    <Page
      title={t("audit.title")}
      aside={
        <span className="ml-auto flex flex-wrap gap-2">
          <Button disabled={query.isFetching} onClick={() => query.refetch()}>
            <RefreshCw size={15} aria-hidden="true" className={query.isFetching ? "animate-pulse-slow" : ""} />
            {t("audit.refresh")}
          </Button>
          <Verify />
          <Button onClick={() => setTaking(true)}>
            <Download size={15} aria-hidden="true" />
            {t("export.open")}
          </Button>
        </span>
      }
    >
      <AuditFilters search={search} onChange={change} />
      {!items && query.isError && <Failure error={query.error} onRetry={() => query.refetch()} />}
      {!items && !query.isError && (
        <>
          <Loading />
          <Skeleton className="h-96 w-full rounded-lg" />
        </>
      )}
      {items?.length === 0 && searchedTo == null && (
        <div className="panel">
          <Notice title={t(filtered ? "audit.filtered" : "audit.none")}>
            {filtered && <Button onClick={() => change({})}>{t("feed.filtered-action")}</Button>}
          </Notice>
        </div>
      )}
      {items && items.length > 0 && <AuditTable items={items} onFilter={(only) => change({ ...search, ...only })} />}
      {query.hasNextPage && (
        <div className="flex flex-col items-center gap-2">
          {searchedTo != null && <p className="text-ink-2">{t("audit.searched-to", { number: searchedTo })}</p>}
          <Button disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t(query.isFetchingNextPage ? "table.loading" : searchedTo != null ? "audit.search-on" : "audit.earlier")}
          </Button>
        </div>
      )}
      {taking && <ExportDialog filter={filter} onClose={() => setTaking(false)} />}
    </Page>
  );
}
