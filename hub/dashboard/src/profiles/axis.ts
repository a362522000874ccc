/** Where on a time axis a rule's hold, release, merging and cool-down lie. Pure; drawn by `TimeAxis`. */
import type { Settings } from "@/profiles/rules";

export const WIDTH = 640;
const MARGIN = 4;
/** What a happening lasts beyond its last turn, so that there is something to see. */
const REST = 110;

export type Axis = {
  /** The happening begins, and with it the violation once it is raised. */
  begins: number;
  raised: number;
  /** Where it becomes more severe; null where it does not. */
  grows: number | null;
  /** The happening ends, and with it the violation. */
  ends: number;
  /** Since when the hub knows that it ended. */
  released: number;
  merged: number | null;
  cooled: number | null;
};

/** Half as wide again for each doubling: 0.5 s and ten minutes fit on one axis. */
function wide(seconds: number): number {
  return Number.isFinite(seconds) && seconds > 0 ? 14 + 30 * Math.log2(1 + seconds) : 0;
}

export function axisOf(settings: Settings): Axis {
  const hold = settings.hold_s;
  const after = settings.severity === "high" ? null : (settings.escalate_after_s ?? null);
  const raised = wide(hold);
  const grows = after === null ? null : Math.max(raised, wide(after));
  const ends = Math.max(raised, grows ?? 0) + REST;
  const released = ends + wide(settings.release_s ?? 0);
  const merged = (settings.merge_s ?? 0) > 0 ? ends + wide(settings.merge_s ?? 0) : null;
  const cooled = (settings.cooldown_s ?? 0) > 0 ? ends + wide(settings.cooldown_s ?? 0) : null;
  const last = Math.max(released, merged ?? 0, cooled ?? 0, ends + 24);
  const scale = (WIDTH - 2 * MARGIN) / Math.max(last, WIDTH - 2 * MARGIN);
  const at = (x: number) => MARGIN + x * scale;
  return {
    begins: at(0),
    raised: at(raised),
    grows: grows === null ? null : at(grows),
    ends: at(ends),
    released: at(released),
    merged: merged === null ? null : at(merged),
    cooled: cooled === null ? null : at(cooled),
  };
}
