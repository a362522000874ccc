/** What the review pages ask the hub for. The queue stands still under the hand: live changes are put into it. */
import { type InfiniteData, infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { ReviewQueue, Severity, Violation, ViolationKind } from "@/api/types";
import type { By } from "@/review/search";
import { hubNow } from "@/time/now";

export type QueueFilter = {
  severity?: Severity;
  kind?: ViolationKind[];
  booth_id?: string;
  exam_session?: string;
  q?: string;
  review?: ["contested"];
};
export type Queue = InfiniteData<ReviewQueue, string | null>;

export const reviewKeys = {
  queues: ["reviews", "queue"] as const,
  queue: (filter: QueueFilter) => ["reviews", "queue", filter] as const,
  /** Ids of what came since the queue was asked for. */
  fresh: ["reviews", "fresh"] as const,
  history: (id: string) => ["reviews", "history", id] as const,
  around: (id: string) => ["reviews", "around", id] as const,
  rates: (by: readonly string[], days: number) => ["reviews", "rates", by, days] as const,
};

const PAGE = 50;
export const AROUND_MS = 120_000;
/** What "lately" is where a rule's false alarms are told. */
export const LATELY_DAYS = 30;

export function queueQuery(filter: QueueFilter) {
  return infiniteQueryOptions({
    queryKey: reviewKeys.queue(filter),
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/reviews/queue", {
          params: { query: { ...filter, limit: PAGE, ...(pageParam === null ? {} : { after: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    // What one decided on an earlier visit has left the queue.
    gcTime: 0,
  });
}

export function historyQuery(id: string) {
  return queryOptions({
    queryKey: reviewKeys.history(id),
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/violations/{violation_id}/reviews", { params: { path: { violation_id: id } }, signal })),
  });
}

/** What else was found in the exam session within two minutes of it. */
export function aroundQuery(violation: Violation) {
  const at = Date.parse(violation.opened_at);
  const time = (ms: number) => new Date(ms).toISOString();
  return queryOptions({
    queryKey: reviewKeys.around(violation.violation_id),
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/v1/violations", {
          params: {
            query: {
              ...(violation.exam_session_id
                ? { exam_session: violation.exam_session_id }
                : { booth_id: violation.booth_id }),
              from: time(at - AROUND_MS),
              to: time(at + AROUND_MS),
              order: "oldest",
              limit: 100,
            },
          },
          signal,
        }),
      ),
  });
}

export function ratesQuery(by: readonly ("kind" | By)[], days: number) {
  return queryOptions({
    queryKey: reviewKeys.rates(by, days),
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/v1/reviews/rates", {
          params: { query: { by: [...by], from: new Date(hubNow() - days * 86_400_000).toISOString() } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });
}

export function eachQueued(client: QueryClient, change: (violation: Violation) => Violation): void {
  client.setQueriesData<Queue>(
    { queryKey: reviewKeys.queues },
    (queue) => queue && { ...queue, pages: queue.pages.map((page) => ({ ...page, items: page.items.map(change) })) },
  );
}

/** A violation changed: it stays where it is in the queue; one that is not there yet is told of and not pushed in. */
export function applyReviewed(client: QueryClient, violation: Violation): void {
  const id = violation.violation_id;
  const queues = client.getQueriesData<Queue>({ queryKey: reviewKeys.queues });
  if (queues.length === 0) return;
  const known = queues.some(([, queue]) =>
    queue?.pages.some((page) => page.items.some((item) => item.violation_id === id)),
  );
  if (known) eachQueued(client, (item) => (item.violation_id === id ? violation : item));
  else if (violation.review === "unreviewed" && violation.reviews?.length === 0) {
    client.setQueryData<string[]>(reviewKeys.fresh, (ids = []) => (ids.includes(id) ? ids : [...ids, id]));
  }
  void client.invalidateQueries({ queryKey: reviewKeys.history(id) });
}
