/** What the settings ask the hub for. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Canned = Schemas["CannedMessage"];
export type Policy = Schemas["RetentionPolicy"];
export type Preview = Schemas["RetentionPreview"];
export type Run = Schemas["RetentionRunView"];
export type Deletion = Schemas["DeletionView"];
export type Hold = Schemas["LegalHoldView"];
export type Webhook = Schemas["WebhookView"];
export type NewWebhook = Schemas["NewWebhookView"];
export type Delivery = Schemas["WebhookDeliveryView"];

export const DATA_CLASSES = [
  "recordings",
  "photos",
  "clips",
  "snapshots",
  "events",
  "candidates",
  "audit",
] as const satisfies readonly Schemas["ClassPreview"]["data_class"][];
export type DataClass = (typeof DATA_CLASSES)[number];

const PAGE = 50;
/** How often a page looks at what goes on by itself. */
const LOOK_MS = 3000;

export const retentionKeys = { all: ["retention"] as const, runs: ["retention", "runs"] as const };
export const webhookKeys = {
  all: ["webhooks"] as const,
  one: (id: string) => ["webhooks", "one", id] as const,
  deliveries: (id: string) => ["webhooks", "one", id, "deliveries"] as const,
};

export const policyQuery = queryOptions({
  queryKey: ["retention", "policy"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/retention", { signal })),
});

export const previewQuery = queryOptions({
  queryKey: ["retention", "preview"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/retention/preview", { signal })),
});

/** What other rules would delete; for those who may set them. */
export function tryPolicyQuery(policy: Policy) {
  return queryOptions({
    queryKey: ["retention", "try", policy],
    queryFn: ({ signal }) => ask(api.POST("/api/v1/retention/preview", { body: policy, signal })),
    gcTime: 0,
  });
}

export const isRunning = ({ ended_at, began_at }: Run, now: number) =>
  ended_at === null && now - Date.parse(began_at) < 3_600_000;

export const runsQuery = queryOptions({
  queryKey: retentionKeys.runs,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/retention/runs", { params: { query: { limit: PAGE } }, signal })),
  refetchInterval: LOOK_MS,
});

export function deletionsQuery(filter: { exam_session?: string; sha256?: string }) {
  return infiniteQueryOptions({
    queryKey: ["retention", "deletions", filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/retention/deletions", {
          params: { query: { ...filter, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
}

export function holdsQuery(inForce: boolean) {
  return queryOptions({
    queryKey: ["retention", "holds", inForce],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/legal-holds", { params: { query: { in_force: inForce, limit: 200 } }, signal })),
  });
}

export const webhooksQuery = queryOptions({
  queryKey: [...webhookKeys.all, "list"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/webhooks", { signal })),
  refetchInterval: 10_000,
});

export const webhookEventsQuery = queryOptions({
  queryKey: [...webhookKeys.all, "events"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/webhooks/events", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export function webhookQuery(id: string) {
  return queryOptions({
    queryKey: webhookKeys.one(id),
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } }, signal })),
    refetchInterval: LOOK_MS,
  });
}

export function deliveriesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: webhookKeys.deliveries(id),
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/webhooks/{webhook_id}/deliveries", {
          params: {
            path: { webhook_id: id },
            query: { limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
    refetchInterval: LOOK_MS,
  });
}
