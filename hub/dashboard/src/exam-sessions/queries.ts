/** What the pages of exam sessions ask the hub for. Live changes are patched into these answers. */
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { ExamSession, ExamSessionDetail, SittingState } from "@/api/types";

export type ExamSessionFilter = {
  state?: SittingState[];
  q?: string;
  candidate?: string;
  site?: string;
  room?: string;
};

export const examSessionKeys = {
  lists: ["exam-sessions", "list"] as const,
  list: (filter: ExamSessionFilter) => ["exam-sessions", "list", filter] as const,
  one: (id: string) => ["exam-sessions", "one", id] as const,
  steps: (id: string) => ["exam-sessions", "one", id, "steps"] as const,
  messages: (id: string) => ["exam-sessions", "one", id, "messages"] as const,
  flags: (id: string) => ["exam-sessions", "one", id, "flags"] as const,
  reasons: ["reasons"] as const,
  canned: ["canned-messages"] as const,
};

const PAGE = 50;

export function examSessionsQuery(filter: ExamSessionFilter) {
  return infiniteQueryOptions({
    queryKey: examSessionKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/exam-sessions", {
          params: { query: { ...filter, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
}

const path = (id: string) => ({ params: { path: { exam_session_id: id } } });

export function examSessionQuery(id: string) {
  return queryOptions({
    queryKey: examSessionKeys.one(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/exam-sessions/{exam_session_id}", { ...path(id), signal })),
  });
}

export function stepsQuery(id: string) {
  return queryOptions({
    queryKey: examSessionKeys.steps(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/exam-sessions/{exam_session_id}/steps", { ...path(id), signal })),
  });
}

export function messagesQuery(id: string) {
  return queryOptions({
    queryKey: examSessionKeys.messages(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/exam-sessions/{exam_session_id}/messages", { ...path(id), signal })),
    // Whether a message was read is told by the booth's next word, not by a message of its own.
    refetchInterval: 10_000,
  });
}

export function flagsQuery(id: string) {
  return queryOptions({
    queryKey: examSessionKeys.flags(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/exam-sessions/{exam_session_id}/flags", { ...path(id), signal })),
  });
}

export const reasonsQuery = queryOptions({
  queryKey: examSessionKeys.reasons,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/reasons", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const cannedQuery = queryOptions({
  queryKey: examSessionKeys.canned,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/canned-messages", { signal })),
});

/**
 * An exam session took a step. Its lines change at once; what else its page shows (what may be done now, pictures,
 * steps) and which list it belongs to are asked for anew.
 */
export function applyExamSession(client: QueryClient, session: ExamSession): void {
  const key = examSessionKeys.one(session.exam_session_id);
  client.setQueryData<ExamSessionDetail>(key, (one) => one && { ...one, exam_session: session });
  void client.invalidateQueries({ queryKey: key });
  void client.invalidateQueries({ queryKey: examSessionKeys.lists });
}
