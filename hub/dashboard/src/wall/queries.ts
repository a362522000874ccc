/** Rooms and sites, to choose among. They hardly ever change. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

const FRESH_MS = 60_000;

export const roomsQuery = queryOptions({
  queryKey: ["rooms"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/rooms", { signal })),
  staleTime: FRESH_MS,
});

export const sitesQuery = queryOptions({
  queryKey: ["sites"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/sites", { signal })),
  staleTime: FRESH_MS,
});
