/** What the pages of exams ask the hub for. */
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Exam = Schemas["Exam"];
export type ExamNotice = Schemas["Notice"];
export type ExamFilter = { archived: boolean; q?: string };

export const examKeys = {
  all: ["exams"] as const,
  list: (filter: ExamFilter) => ["exams", "list", filter] as const,
  one: (id: string) => ["exams", "one", id] as const,
  notices: (id: string) => ["exams", "one", id, "notices"] as const,
};

const PAGE = 100;
const path = (id: string) => ({ params: { path: { exam_id: id } } });

export function examsQuery(filter: ExamFilter) {
  return infiniteQueryOptions({
    queryKey: examKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/exams", {
          params: { query: { ...filter, limit: PAGE, ...(pageParam === null ? {} : { after: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
}

export function examQuery(id: string) {
  return queryOptions({
    queryKey: examKeys.one(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/exams/{exam_id}", { ...path(id), signal })),
  });
}

export function noticesQuery(id: string) {
  return queryOptions({
    queryKey: examKeys.notices(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/exams/{exam_id}/notices", { ...path(id), signal })),
  });
}

export const createExam = (body: Schemas["CreateExamRequest"]) => ask(api.POST("/api/v1/exams", { body }));

export const changeExam = (id: string, body: Schemas["ChangeExamRequest"]) =>
  ask(api.PATCH("/api/v1/exams/{exam_id}", { ...path(id), body }));

export function keepExam(client: QueryClient, exam: Exam): void {
  client.setQueryData(examKeys.one(exam.exam_id), exam);
  void client.invalidateQueries({ queryKey: examKeys.all });
}
