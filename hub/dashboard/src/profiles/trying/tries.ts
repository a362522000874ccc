/** Profiles tried on a clip: what is sent, who may look, and how far it is. */
import { queryOptions } from "@tanstack/react-query";
import { ApiError, api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import type { Booth } from "@/api/types";
import type { Rules } from "@/profiles/rules";

type Schemas = components["schemas"];
export type TrySpan = Schemas["TrySpan"];
export type TryView = Schemas["TryView"];

/** As in `contract/tries.py`, which has the last word. */
export const BYTES_MAX = 50_000_000;
export const SECONDS_MAX = 60;
export const TYPES: readonly string[] = ["video/mp4", "video/webm"];
const ASK_EVERY_MS = 1000;

/** Rules as they are tried, which need not be saved. `title` is what people read. */
export type Tried = { title: string; name: string; version: number; rules: Rules };
export type Sent = { file: File; tryId: string };
/** What was asked for, as it was then: the page may have other values by now. */
export type Begun = Sent & { boothId: string; boothName: string; tried: Tried[]; number: number };

const SITTING: ReadonlySet<string> = new Set(["checked_in", "admitted", "in_progress", "paused", "on_break"]);

export function idle(booth: Booth): boolean {
  return booth.availability === "online" && !SITTING.has(booth.exam_session?.state ?? "");
}

export const ended = (state: TryView["state"] | undefined) => state === "done" || state === "failed";

const path = (try_id: string) => ({ params: { path: { try_id } } });

async function sendClip(file: File): Promise<Sent> {
  const kind = file.type as "video/mp4";
  const clip = await ask(
    api.POST("/api/v1/profiles/tries", {
      params: { header: { "content-type": kind, "content-length": file.size } },
      body: file as unknown as string,
      bodySerializer: (body) => body,
      headers: { "Content-Type": kind },
    }),
  );
  return { file, tryId: clip.try_id };
}

/** A clip that the hub still has is not sent again. `onSent` before the booth is asked. */
export async function begin(
  file: File,
  sent: Sent | undefined,
  boothId: string,
  tried: Tried[],
  onSent: (sent: Sent) => void,
): Promise<Sent> {
  const known = sent?.file === file ? sent : undefined;
  const clip = known ?? (await sendClip(file));
  onSent(clip);
  const profiles = tried.map(({ name, version, rules }) => ({ name, version, rules }));
  try {
    await ask(
      api.POST("/api/v1/profiles/tries/{try_id}", { ...path(clip.tryId), body: { booth_id: boothId, profiles } }),
    );
  } catch (error) {
    const gone = known && error instanceof ApiError && error.status === 404;
    if (!gone) throw error;
    return begin(file, undefined, boothId, tried, onSent);
  }
  return clip;
}

/** Asked again and again until the booth is done or cannot be asked. */
export function tryQuery(begun: Begun | undefined) {
  return queryOptions({
    queryKey: ["profile-tries", begun?.tryId ?? "", begun?.number ?? 0],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/profiles/tries/{try_id}", { ...path(begun?.tryId ?? ""), signal })),
    enabled: begun !== undefined,
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.error || ended(state.data?.state) ? false : ASK_EVERY_MS),
  });
}
