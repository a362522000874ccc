/** What the page of the audit log asks the hub for. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import type { AuditFilter } from "@/audit/search";

type Schemas = components["schemas"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditVerified = Schemas["AuditVerified"];

const PAGE = 100;

export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/audit", {
          params: { query: { ...filter, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
}
