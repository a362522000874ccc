/** What the schedule asks the hub for. Its keys lie below those of exam sessions: a step of one asks for it anew. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import type { ExamSession, ImportReport } from "@/api/types";
import { examSessionKeys } from "@/exam-sessions/queries";

export type Exam = components["schemas"]["Exam"];
export type CheckInCode = components["schemas"]["CheckInCode"];
export type FreeTime = components["schemas"]["FreeTime"];
export type Where = { site?: string; room?: string };

const PAGE = 200;
/** Two thousand exam sessions: a week of a large centre. What is beyond is said. */
const PAGES = 10;
const LISTED = 10_000;

export type Schedule = { items: ExamSession[]; cut: boolean };

/** All that is scheduled from one moment to another, page after page. */
export function scheduleQuery(from: Date, to: Date, where: Where) {
  const query = { from: from.toISOString(), to: to.toISOString(), ...where, limit: PAGE };
  return queryOptions({
    queryKey: [...examSessionKeys.lists, "schedule", query],
    queryFn: async ({ signal }): Promise<Schedule> => {
      const items: ExamSession[] = [];
      let before: string | null = null;
      for (let page = 0; page < PAGES; page++) {
        const found: { items: ExamSession[]; next: string | null } = await ask(
          api.GET("/api/v1/exam-sessions", {
            params: { query: { ...query, ...(before === null ? {} : { before }) } },
            signal,
          }),
        );
        items.push(...found.items);
        before = found.next;
        if (before === null) return { items, cut: false };
      }
      return { items, cut: true };
    },
    placeholderData: keepPreviousData,
  });
}

/** Every exam that is not archived, to choose among. */
export const examsToChooseQuery = queryOptions({
  queryKey: ["exams", "to-choose"],
  queryFn: async ({ signal }): Promise<Exam[]> => {
    const items: Exam[] = [];
    let after: string | null = null;
    for (let page = 0; page < PAGES; page++) {
      const found: { items: Exam[]; next: string | null } = await ask(
        api.GET("/api/v1/exams", {
          params: { query: { limit: PAGE, ...(after === null ? {} : { after }) } },
          signal,
        }),
      );
      items.push(...found.items);
      after = found.next;
      if (after === null) break;
    }
    return items;
  },
});

export function freeTimesQuery(exam: string, candidate: string | null, from: Date, to: Date, where: Where) {
  const query = { exam, from: from.toISOString(), to: to.toISOString(), ...where, ...(candidate ? { candidate } : {}) };
  return queryOptions({
    queryKey: [...examSessionKeys.lists, "free", query],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/schedule/free", { params: { query }, signal })),
    enabled: exam !== "" && from < to,
    placeholderData: keepPreviousData,
  });
}

export function codesQuery(from: Date, to: Date, where: Where) {
  const query = { from: from.toISOString(), to: to.toISOString(), ...where, limit: PAGE };
  return queryOptions({
    queryKey: ["check-in-codes", query],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/schedule/codes", { params: { query }, signal })),
  });
}

export function useBook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: components["schemas"]["ScheduleRequest"]) => ask(api.POST("/api/v1/exam-sessions", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: examSessionKeys.lists }),
  });
}

export function sendSchedule(timezone: string) {
  return (table: string, dry: boolean): Promise<ImportReport> =>
    ask(
      api.POST("/api/v1/exam-sessions/import", {
        params: { query: { timezone, dry_run: dry, listed: LISTED } },
        body: table,
        bodySerializer: (body) => body,
        headers: { "Content-Type": "text/csv" },
      }),
    );
}
