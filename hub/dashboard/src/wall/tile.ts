/** What a tile shows of a booth. What a booth says of itself every few seconds besides draws no tile anew. */
import { replaceEqualDeep } from "@tanstack/react-query";
import { useRef } from "react";
import type { Booth, Detector, Health } from "@/api/types";

/** How well a booth's monitoring itself does. */
export type Fitness = Pick<Health, "camera" | "camera_detail" | "outbox_depth"> & {
  detectors: Pick<Detector, "name" | "state" | "reason" | "shed">[];
};

export type TileBooth = Pick<
  Booth,
  | "booth_id"
  | "name"
  | "availability"
  | "availability_since"
  | "exam_session"
  | "picture"
  | "hand_raised_at"
  | "last_looked_at"
  | "worst_open"
  | "open_violations"
  | "violations_last_hour"
> & { health: Fitness | null };

function fitness({ camera, camera_detail, outbox_depth, detectors }: Health): Fitness {
  const shown = detectors.map(({ name, state, reason, shed }) => ({ name, state, reason, shed }));
  return { camera, camera_detail, outbox_depth, detectors: shown };
}

function tileOf(booth: Booth): TileBooth {
  return {
    booth_id: booth.booth_id,
    name: booth.name,
    availability: booth.availability,
    availability_since: booth.availability_since,
    exam_session: booth.exam_session,
    picture: booth.picture,
    hand_raised_at: booth.hand_raised_at,
    last_looked_at: booth.last_looked_at,
    worst_open: booth.worst_open,
    open_violations: booth.open_violations,
    violations_last_hour: booth.violations_last_hour,
    health: booth.health && fitness(booth.health),
  };
}

/** A booth of which a tile would show nothing new keeps its object. */
export function tiles(
  booths: readonly Booth[],
  before: ReadonlyMap<string, { of: Booth; tile: TileBooth }> = new Map(),
): Map<string, { of: Booth; tile: TileBooth }> {
  return new Map(
    booths.map((booth) => {
      const old = before.get(booth.booth_id);
      if (old?.of === booth) return [booth.booth_id, old];
      return [booth.booth_id, { of: booth, tile: old ? replaceEqualDeep(old.tile, tileOf(booth)) : tileOf(booth) }];
    }),
  );
}

export function useTiles(booths: readonly Booth[]): TileBooth[] {
  const last = useRef<{ booths: readonly Booth[]; known: ReturnType<typeof tiles> } | null>(null);
  if (last.current?.booths !== booths) last.current = { booths, known: tiles(booths, last.current?.known) };
  return [...last.current.known.values()].map(({ tile }) => tile);
}
