/** What the pages of reports ask the hub for. What an exam session's step makes old lies under its key. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import type { SittingState } from "@/api/types";
import { examSessionKeys } from "@/exam-sessions/queries";
import type { Found, Order } from "@/reports/search";
import { locale } from "@/text/text";

type Schemas = components["schemas"];
export type Report = Schemas["ExamSessionReport"];
export type ReportLine = Schemas["ReportLine"];
export type ReportViolation = Schemas["ReportViolation"];
export type Figure = Schemas["Figure"];
export type Summary = Schemas["Summary"];
export type LegalHold = Schemas["LegalHoldView"];

/** The languages in which the hub writes reports; the page's other languages read English ones. */
export const reportLanguage = (): "en" | "de" => (locale === "de" ? "de" : "en");

export type ReportFilter = {
  q?: string;
  exam?: string;
  site?: string;
  room?: string;
  state?: SittingState[];
  found?: Found;
  legal_hold?: boolean;
  from?: string;
  to?: string;
  order?: Order;
};

export const reportKeys = {
  list: (filter: ReportFilter) => [...examSessionKeys.lists, "reports", filter] as const,
  one: (id: string) => [...examSessionKeys.one(id), "report"] as const,
  watches: (id: string) => [...examSessionKeys.one(id), "watches"] as const,
  holds: (id: string) => [...examSessionKeys.one(id), "legal-holds"] as const,
  summary: (of: "exam" | "site", id: string, period: Period) => ["summary", of, id, period] as const,
};

export type Period = { from?: string; to?: string };

const path = (id: string) => ({ path: { exam_session_id: id } });

export function reportsQuery(filter: ReportFilter) {
  return infiniteQueryOptions({
    queryKey: reportKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/reports", {
          params: { query: { ...filter, ...(pageParam === null ? {} : { before: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
}

export function reportQuery(id: string) {
  return queryOptions({
    queryKey: reportKeys.one(id),
    queryFn: async ({ signal }): Promise<Report> => {
      const params = { ...path(id), query: { lang: reportLanguage() } };
      const report = await ask(api.GET("/api/v1/exam-sessions/{exam_session_id}/report", { params, signal }));
      // The client's types take pairs of numbers for lists of them.
      return report as Report;
    },
  });
}

export function watchesQuery(id: string) {
  return queryOptions({
    queryKey: reportKeys.watches(id),
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/exam-sessions/{exam_session_id}/watches", { params: path(id), signal })),
  });
}

/** For those who may read the audit log; the hub refuses others. */
export function holdsQuery(id: string) {
  return queryOptions({
    queryKey: reportKeys.holds(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/legal-holds", { params: { query: { exam_session: id } }, signal })),
  });
}

export function summaryQuery(of: "exam" | "site", id: string, period: Period) {
  return queryOptions({
    queryKey: reportKeys.summary(of, id, period),
    queryFn: ({ signal }): Promise<Summary> =>
      of === "exam"
        ? ask(
            api.GET("/api/v1/exams/{exam_id}/summary", {
              params: { path: { exam_id: id }, query: period },
              signal,
            }),
          )
        : ask(
            api.GET("/api/v1/sites/{site_id}/summary", {
              params: { path: { site_id: id }, query: period },
              signal,
            }),
          ),
  });
}
