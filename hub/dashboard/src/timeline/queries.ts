/** What a timeline asks the hub for. Violations are patched live; lines and recording are asked for again and again. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Violation } from "@/api/types";
import type { Window } from "@/violations/strip";

const PAGE = 200;
const PAGES_MAX = 20;
/** A point or two a pixel of a wide screen. */
const POINTS = 1000;
/** Longer than any exam session: nothing leaves the list by its age. */
const FOR_EVER_MIN = 1_000_000;

const iso = (at: number) => new Date(at).toISOString();

/**
 * All violations of an exam session. Its key is that of a booth's recent ones, so that live messages are put into it;
 * those of the booth's other exam sessions among them are left out where it is read.
 */
export function sessionViolationsQuery(id: string, boothId: string | null) {
  return queryOptions({
    queryKey: [...keys.recents, { minutes: FOR_EVER_MIN, boothId, examSession: id }] as const,
    queryFn: async ({ signal }): Promise<Violation[]> => {
      const found: Violation[] = [];
      let before: string | null = null;
      for (let page = 0; page < PAGES_MAX; page++) {
        const query = { exam_session: id, limit: PAGE, ...(before === null ? {} : { before }) };
        const answer: { items: Violation[]; next?: string | null } = await ask(
          api.GET("/api/v1/violations", { params: { query }, signal }),
        );
        found.push(...answer.items);
        before = answer.next ?? null;
        if (before === null) break;
      }
      return found;
    },
    select: (list) => list.filter((violation) => violation.exam_session_id === id),
  });
}

/** Without a window all of it. */
export function tracesQuery(id: string, window: Window | null, alive: boolean) {
  const query = { points: POINTS, ...(window ? { from: iso(window.from), to: iso(window.to) } : {}) };
  return queryOptions({
    queryKey: ["exam-sessions", "traces", id, query] as const,
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/v1/exam-sessions/{exam_session_id}/traces", {
          params: { path: { exam_session_id: id }, query },
          signal,
        }),
      ),
    refetchInterval: alive ? 10_000 : false,
    placeholderData: keepPreviousData,
  });
}

/** The recording from `from` on, to the end of the exam session, or as far as there is one. */
export function sessionRecordingQuery(boothId: string, from: number, to: number | null) {
  const query = { from: iso(from), ...(to === null ? {} : { to: iso(to) }) };
  return queryOptions({
    queryKey: [...keys.recording(boothId), query] as const,
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/booths/{booth_id}/recording", { params: { path: { booth_id: boothId }, query }, signal })),
    refetchInterval: to === null ? 20_000 : false,
    retry: false,
  });
}

export function watchesQuery(id: string, alive: boolean) {
  return queryOptions({
    queryKey: ["exam-sessions", "watches", id] as const,
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/v1/exam-sessions/{exam_session_id}/watches", {
          params: { path: { exam_session_id: id } },
          signal,
        }),
      ),
    refetchInterval: alive ? 30_000 : false,
  });
}
