/** What the pages ask the hub for, and under which key the answer is kept. Live changes are patched into these. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ApiError, api, ask, evidenceUrl } from "@/api/client";
import { shareArray, shareList, sharePages } from "@/api/share";
import type { Booth, ClipBoxes, Gap, Me, Severity, Violation, ViolationKind } from "@/api/types";
import { hubNow } from "@/time/now";

/** What a list of violations was asked for. A field that is left out matches everything. */
export type ViolationFilter = {
  booth_id?: string;
  exam_session?: string;
  kind?: ViolationKind;
  severity?: Severity;
  review?: Violation["review"][];
  open?: boolean;
  /** Words of candidate, booth or kind: what of a live change fits only the hub knows. */
  q?: string;
  order?: "oldest";
};

export const FEED_PAGE = 50;
const RECENT_PAGE = 200;
const RECENT_PAGES_MAX = 5;
/** How much older than the window a violation may have begun and still reach into it. */
const RECENT_MARGIN_MS = 10 * 60_000;

export const keys = {
  me: ["me"] as const,
  booths: ["booths"] as const,
  feeds: ["violations", "feed"] as const,
  feed: (filter: ViolationFilter) => ["violations", "feed", filter] as const,
  recents: ["violations", "recent"] as const,
  recent: (minutes: number, boothId?: string) =>
    ["violations", "recent", { minutes, boothId: boothId ?? null }] as const,
  one: (id: string) => ["violation", id] as const,
  ones: ["violation"] as const,
  allGaps: ["gaps"] as const,
  gaps: (boothId?: string) => ["gaps", { boothId: boothId ?? null }] as const,
  recording: (boothId: string) => ["recording", boothId] as const,
  boxes: (sha256: string) => ["boxes", sha256] as const,
  system: ["system"] as const,
};

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await ask(api.GET("/api/v1/me", { signal }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const boothsQuery = queryOptions({
  queryKey: keys.booths,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/booths", { signal })),
  structuralSharing: shareList((booth: Booth) => booth.booth_id),
});

/** The hub takes several kinds at once; a person picks one. */
function asked<Filter extends ViolationFilter>({ kind, ...rest }: Filter) {
  return { ...rest, ...(kind === undefined ? {} : { kind: [kind] }) };
}

export function feedQuery(filter: ViolationFilter) {
  return infiniteQueryOptions({
    queryKey: keys.feed(filter),
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/violations", {
          params: {
            query: { ...asked(filter), limit: FEED_PAGE, ...(pageParam === null ? {} : { before: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
    structuralSharing: sharePages((violation: Violation) => violation.violation_id),
  });
}

/** Violations that ended before this reach into no strip of the last `minutes`. */
export function recentSince(minutes: number): number {
  return hubNow() - minutes * 60_000 - RECENT_MARGIN_MS;
}

/** Every violation that reaches into the last `minutes`, plus all that are still open, however old. */
export function recentQuery(minutes: number, boothId?: string) {
  const booth = boothId === undefined ? {} : { booth_id: boothId };
  return queryOptions({
    queryKey: keys.recent(minutes, boothId),
    queryFn: async ({ signal }): Promise<Violation[]> => {
      const since = recentSince(minutes);
      const found = new Map<string, Violation>();
      const take = async (query: ViolationFilter & { before?: string }) => {
        const page = await ask(
          api.GET("/api/v1/violations", { params: { query: { ...asked(query), limit: RECENT_PAGE } }, signal }),
        );
        for (const violation of page.items) found.set(violation.violation_id, violation);
        const oldest = page.items.at(-1);
        return oldest && Date.parse(oldest.opened_at) > since ? page.next : null;
      };
      await take({ ...booth, open: true });
      let before = await take(booth);
      for (let page = 1; before && page < RECENT_PAGES_MAX; page++) before = await take({ ...booth, before });
      return [...found.values()];
    },
    structuralSharing: shareArray((violation: Violation) => violation.violation_id),
  });
}

export function violationQuery(id: string) {
  return queryOptions({
    queryKey: keys.one(id),
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/violations/{violation_id}", { params: { path: { violation_id: id } }, signal })),
  });
}

export function gapsQuery(boothId?: string) {
  return queryOptions({
    queryKey: keys.gaps(boothId),
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/v1/gaps", {
          params: { query: { limit: 200, ...(boothId === undefined ? {} : { booth_id: boothId }) } },
          signal,
        }),
      ),
    structuralSharing: shareList((gap: Gap) => gap.gap_id),
  });
}

/** A booth's newest recording. For those who may watch the booth; the hub refuses others. */
export function recordingQuery(boothId: string) {
  return queryOptions({
    queryKey: keys.recording(boothId),
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/booths/{booth_id}/recording", { params: { path: { booth_id: boothId } }, signal })),
    refetchInterval: 20_000,
  });
}

/** What was seen in a clip: a file of its own, which never changes. */
export function boxesQuery(sha256: string) {
  return queryOptions({
    queryKey: keys.boxes(sha256),
    queryFn: async ({ signal }): Promise<ClipBoxes> => {
      const answer = await fetch(evidenceUrl(sha256), { signal, credentials: "same-origin" });
      if (!answer.ok) throw new ApiError(answer.status, answer.statusText);
      return answer.json();
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const systemQuery = queryOptions({
  queryKey: keys.system,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/system", { signal })),
  refetchInterval: 10_000,
});
