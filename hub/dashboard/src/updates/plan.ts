/** In which phases a release goes over the fleet: ways that have proven themselves, by name. */
import { count, t } from "@/text/text";
import type { Phase } from "@/updates/queries";

export const WAYS = {
  careful: [{ devices: 1 }, { percent: 10 }, { percent: 100 }],
  half: [{ percent: 50 }, { percent: 100 }],
  once: [{ percent: 100 }],
} as const satisfies Record<string, readonly Partial<Phase>[]>;
export type Way = keyof typeof WAYS;

/** As the hub takes them: one of the two is nothing. */
export function phasesOf(way: Way): Phase[] {
  return WAYS[way].map((phase) => ({ devices: null, percent: null, ...phase }));
}

/** `1 device, then 10 %, then all`. */
export function phaseText({ devices, percent }: Phase): string {
  if (devices != null) return count("rollout.phase-devices", devices);
  return percent === 100 ? t("rollout.phase-all") : t("rollout.phase-percent", { percent: percent ?? 0 });
}
