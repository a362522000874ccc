/** Releases that this hub holds, and rollouts of them over devices. They come with no live message: they are asked for again. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Release = Schemas["ReleaseView"];
export type Rollout = Schemas["RolloutView"];
export type RolloutDetail = Schemas["RolloutDetail"];
export type RolloutDevice = Schemas["RolloutDeviceView"];
export type Phase = Schemas["RolloutPhase"];
export type NewRollout = Schemas["RolloutRequest"];

export const updateKeys = {
  releases: ["releases"] as const,
  rollouts: ["rollouts"] as const,
  rollout: (id: string) => ["rollouts", id] as const,
};

const AGAIN_MS = 5000;
const RUNS_MS = 2000;

export const releasesQuery = queryOptions({
  queryKey: updateKeys.releases,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/releases", { signal })),
});

export const rolloutsQuery = queryOptions({
  queryKey: updateKeys.rollouts,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/rollouts", { signal })),
  refetchInterval: AGAIN_MS,
});

export const at = (rolloutId: string) => ({ params: { path: { rollout_id: rolloutId } } });

export function rolloutQuery(id: string) {
  return queryOptions({
    queryKey: updateKeys.rollout(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/rollouts/{rollout_id}", { ...at(id), signal })),
    refetchInterval: ({ state }) => (state.data?.rollout.state === "running" ? RUNS_MS : AGAIN_MS),
  });
}

export function sendRelease(file: File): Promise<Release> {
  return ask(
    api.POST("/api/v1/releases", {
      params: { header: { "content-length": file.size } },
      body: file as unknown as string,
      bodySerializer: (body) => body,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}

export function forgetUpdates(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: updateKeys.releases });
  void client.invalidateQueries({ queryKey: updateKeys.rollouts });
}
