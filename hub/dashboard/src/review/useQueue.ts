/** The queue and the place in it: what is before the reviewer, what comes next, and what of it is chosen. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { violationQuery } from "@/api/queries";
import type { Violation } from "@/api/types";
import { alike, waits } from "@/review/decision";
import { type QueueFilter, queueQuery, reviewKeys } from "@/review/queries";

/** So many before the end of what is loaded, more is asked for. */
const AHEAD = 8;

export function useQueue(filter: QueueFilter, at: string | undefined, username: string, go: (id: string) => void) {
  const client = useQueryClient();
  const query = useInfiniteQuery(queueQuery(filter));
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const waiting = items.filter((item) => waits(item, username));
  const index = items.findIndex((item) => item.violation_id === at);
  // A link to one that is not in the queue (any more) shows it all the same.
  const apart = useQuery({ ...violationQuery(at ?? ""), enabled: at !== undefined && index < 0 && query.isSuccess });
  const current = items[index] ?? (at === undefined ? waiting[0] : apart.data);
  const fresh = useQuery({ queryKey: reviewKeys.fresh, queryFn: () => [] as string[], staleTime: Infinity }).data ?? [];

  const behind = current ? items.slice(items.indexOf(current) + 1) : items;
  const next = [...behind, ...items].find(
    (item) => item !== current && waits(item, username) && !chosen.has(item.violation_id),
  );
  const short = query.hasNextPage && waiting.length < AHEAD;
  useEffect(() => {
    if (short && !query.isFetchingNextPage) void query.fetchNextPage();
  }, [short, query.isFetchingNextPage, query.fetchNextPage]);

  const step = (by: 1 | -1) => {
    const to = current ? items[items.indexOf(current) + by] : items[0];
    if (to) go(to.violation_id);
  };
  const toggle = (violation: Violation) => {
    const others = new Set([...chosen].filter((id) => id !== violation.violation_id));
    if (others.size < chosen.size) return choose(others);
    const first = items.find((item) => chosen.has(item.violation_id));
    choose(first && !alike(first, violation) ? new Set([violation.violation_id]) : others.add(violation.violation_id));
  };
  return {
    query,
    items,
    waiting,
    current,
    missing: apart.isError ? apart.error : null,
    next,
    fresh,
    chosen,
    chosenItems: items.filter((item) => chosen.has(item.violation_id)),
    step,
    toggle,
    /** All that wait and are like this one. */
    chooseAlike: (violation: Violation) =>
      choose(new Set(waiting.filter((item) => alike(item, violation)).map((item) => item.violation_id))),
    chooseNone: () => choose(new Set()),
    /** Asks for the queue anew: what was decided leaves it, what came joins it. */
    renew: async () => {
      client.setQueryData(reviewKeys.fresh, []);
      await client.resetQueries({ queryKey: reviewKeys.queue(filter) });
    },
  };
}
