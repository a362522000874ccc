/** Which booth comes first on the wall: those that need a person now, then the rest by name. */
import type { Booth } from "@/api/types";
import { locale } from "@/text/text";
import { hubNow } from "@/time/now";
import type { Sort } from "@/wall/search";
import { timeLeftMs, unseenSince } from "@/wall/states";

const names = new Intl.Collator(locale, { numeric: true });
const NOBODY: ReadonlySet<string> = new Set();

export function monitoringLost(booth: Booth): boolean {
  if (booth.availability === "never_seen") return false;
  if (booth.availability === "offline" || booth.gaps_open > 0) return true;
  return booth.availability === "online" && booth.health?.camera === "lost";
}

/** Open high → hand raised → monitoring lost → open medium → not looked at → the rest → what never reported. */
export function urgency(booth: Booth, overlooked: ReadonlySet<string> = NOBODY): number {
  if (booth.worst_open === "high") return 0;
  if (booth.hand_raised_at) return 1;
  if (monitoringLost(booth)) return 2;
  if (booth.worst_open === "medium") return 3;
  if (overlooked.has(booth.booth_id)) return 4;
  return booth.availability === "never_seen" ? 6 : 5;
}

/** What has none of it comes last. */
function place(booth: Booth, sort: Sort | undefined, overlooked: ReadonlySet<string>): number {
  if (sort === "time-left") return timeLeftMs(booth, hubNow()) ?? Number.POSITIVE_INFINITY;
  if (sort === "unseen") return unseenSince(booth) ?? Number.POSITIVE_INFINITY;
  return sort === "name" ? 0 : urgency(booth, overlooked);
}

/** `overlooked`: ids of booths where an exam runs that nobody has looked at for too long. */
export function orderBooths(
  booths: readonly Booth[],
  overlooked: ReadonlySet<string> = NOBODY,
  sort?: Sort | undefined,
): Booth[] {
  const placed = new Map(booths.map((booth) => [booth, place(booth, sort, overlooked)]));
  return booths.toSorted(
    (a, b) =>
      // Not a difference: of two that have none of it, it would not be a number.
      compare(placed.get(a) ?? 0, placed.get(b) ?? 0) ||
      names.compare(a.name, b.name) ||
      names.compare(a.booth_id, b.booth_id),
  );
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The wanted order, except that booths under the pointer or the focus keep the places they have now. */
export function keepInPlace(wanted: readonly string[], shown: readonly string[], held: readonly string[]): string[] {
  const kept = [...new Set(held)]
    .map((id) => ({ id, place: shown.indexOf(id) }))
    .filter(({ id, place }) => place !== -1 && wanted.includes(id))
    .toSorted((a, b) => a.place - b.place);
  const others = wanted.filter((id) => !kept.some((one) => one.id === id));
  return kept.reduce((order, { id, place }) => order.toSpliced(place, 0, id), others);
}
