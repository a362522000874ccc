/** Sites, rooms and exams by name, for menus to choose from. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

/** They change when somebody builds. */
const STALE_MS = 5 * 60_000;

export const sitesQuery = queryOptions({
  queryKey: ["sites"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/sites", { signal })),
  staleTime: STALE_MS,
});

export const roomsQuery = queryOptions({
  queryKey: ["rooms"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/rooms", { signal })),
  staleTime: STALE_MS,
});

/** By name, as many as a menu can show. */
export const examChoicesQuery = queryOptions({
  queryKey: ["exams", "choices"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/exams", { params: { query: { limit: 200 } }, signal })),
  staleTime: STALE_MS,
});
