/** Which booth comes first on the wall: those that need a person now, then the rest by name. */
import type { Booth } from "@/api/types";
import { locale } from "@/text/text";

const names = new Intl.Collator(locale, { numeric: true });

export function monitoringLost(booth: Booth): boolean {
  if (booth.availability === "never_seen") return false;
  if (booth.availability === "offline" || booth.gaps_open > 0) return true;
  return booth.availability === "online" && booth.health?.camera === "lost";
}

/** Open high → hand raised → monitoring lost → open medium → the rest → what never reported. */
export function urgency(booth: Booth): number {
  if (booth.worst_open === "high") return 0;
  if (booth.hand_raised_at) return 1;
  if (monitoringLost(booth)) return 2;
  if (booth.worst_open === "medium") return 3;
  return booth.availability === "never_seen" ? 5 : 4;
}

export function orderBooths(booths: readonly Booth[]): Booth[] {
  return booths.toSorted(
    (a, b) => urgency(a) - urgency(b) || names.compare(a.name, b.name) || names.compare(a.booth_id, b.booth_id),
  );
}

/** The wanted order, except that the booth under the pointer keeps the place it has now. */
export function keepInPlace(wanted: readonly string[], shown: readonly string[], pinned: string | null): string[] {
  const place = pinned === null ? -1 : shown.indexOf(pinned);
  if (pinned === null || place === -1 || !wanted.includes(pinned)) return [...wanted];
  return wanted.filter((id) => id !== pinned).toSpliced(place, 0, pinned);
}
