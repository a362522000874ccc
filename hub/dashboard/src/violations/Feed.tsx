/** Violations newest first, moving as they happen. j and k walk through them, Enter opens. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { feedQuery, type ViolationFilter } from "@/api/queries";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import { Failure, Notice } from "@/ui/Notice";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useCalm } from "@/ui/useCalm";
import { FeedItem } from "@/violations/FeedItem";

/** So many are drawn before one asks for more: a feed that moves grows by hundreds in an hour. */
const DRAWN = 30;
/** In a busy hall it moves so often: something that moves all the time cannot be read, nor clicked. */
const MOVES_EVERY_MS = 1000;

type Props = { filter: ViolationFilter; showBooth?: boolean; whenFiltered?: ReactNode };

/** Ids seen at the first drawing do not flash; those that come later do, once. */
function useFresh(ids: readonly string[], ready: boolean): ReadonlySet<string> {
  const known = useRef<Set<string> | null>(null);
  const fresh = new Set(known.current ? ids.slice(0, 5).filter((id) => !known.current?.has(id)) : []);
  const joined = ids.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids are compared by value
  useEffect(() => {
    if (!ready) return;
    known.current ??= new Set();
    for (const id of ids) known.current.add(id);
  }, [joined, ready]);
  return fresh;
}

export function Feed({ filter, showBooth = true, whenFiltered }: Props) {
  const query = useInfiniteQuery(feedQuery(filter));
  const { violation: selected } = useSearch({ strict: false });
  const navigate = useNavigate();
  const list = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState(DRAWN);
  const pages = useDeferredValue(useCalm(query.data?.pages, MOVES_EVERY_MS, JSON.stringify(filter)));
  const all = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const items = all.slice(0, drawn);
  const more = () => {
    setDrawn(drawn + DRAWN);
    if (all.length < drawn + DRAWN && query.hasNextPage) void query.fetchNextPage();
  };
  const ids = items.map((item) => item.violation_id);
  const fresh = useFresh(ids, query.isSuccess);

  const step = (by: 1 | -1) => {
    if (selected) {
      const id = ids[ids.indexOf(selected) + by];
      if (id) navigate({ to: ".", search: (old) => ({ ...old, violation: id }), replace: true });
      return;
    }
    const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-feed-link]") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = links[Math.max(0, at + by)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: () => step(1), k: () => step(-1) });

  if (query.isPending || (query.data && !pages)) return <FeedSkeleton />;
  if (query.isError && items.length === 0) return <Failure error={query.error} onRetry={() => query.refetch()} />;
  if (items.length === 0) {
    return whenFiltered ? (
      <Notice title={t("feed.filtered")}>{whenFiltered}</Notice>
    ) : (
      <Notice title={t("feed.empty")} detail={t("feed.empty-detail")} />
    );
  }
  return (
    <div ref={list} data-testid="feed" className="flex flex-col">
      {items.map((violation) => (
        <FeedItem
          key={violation.violation_id}
          violation={violation}
          selected={violation.violation_id === selected}
          fresh={fresh.has(violation.violation_id)}
          showBooth={showBooth}
        />
      ))}
      {(query.hasNextPage || all.length > drawn) && (
        <Button look="bare" className="mt-2 self-center" disabled={query.isFetchingNextPage} onClick={more}>
          {t(query.isFetchingNextPage ? "feed.loading-more" : "feed.more")}
        </Button>
      )}
      <p role="status" className="sr-only">
        {count("top.open", all.filter((item) => item.ended_at == null).length)}
      </p>
    </div>
  );
}

const PLACEHOLDERS = ["a", "b", "c", "d", "e", "f"];

function FeedSkeleton() {
  return (
    <div className="flex flex-col">
      <Loading />
      {PLACEHOLDERS.map((key) => (
        <div key={key} className="flex gap-3 p-2">
          <Skeleton className="h-[60px] w-20 rounded-md" />
          <div className="flex flex-1 flex-col justify-center gap-2">
            <Skeleton className="h-3.5 w-3/5" />
            <Skeleton className="h-3 w-2/5" />
          </div>
        </div>
      ))}
    </div>
  );
}
